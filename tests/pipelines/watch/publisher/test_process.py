"""The publisher: batches in order, as few as can be, and gone when every server has them."""

import threading
from pathlib import Path

import msgspec
import pytest

from midspan.pipelines.publish.manifest import Manifest, Unit
from midspan.pipelines.storage.locks import only_publisher
from midspan.pipelines.watch.publisher.backlog import Batches, waiting_bytes
from midspan.pipelines.watch.publisher.process import run
from midspan.pipelines.watch.publisher.turn import Turn
from midspan.scorers.errors import Exit, SurroundingsError
from tests.support.shelf import PHOENIX, QUICK, Shelf, settings, spans
from tests.support.watch_batches import add_batch


def test_what_waits_is_published_in_order_and_taken_away(state: Path) -> None:
    add_batch(state, 3, spans(1))
    shelf = Shelf()
    assert waiting_bytes(state) > 1000

    assert run(settings(state), stop=threading.Event(), waits=QUICK, publishers=shelf) is Exit.DONE
    add_batch(state, 4, spans(2))
    assert run(settings(state), stop=threading.Event(), waits=QUICK, publishers=shelf) is Exit.DONE

    assert shelf.sent == {
        "phoenix": [["01 price"], ["02 price"]],
        "mlflow": [["01 price"], ["02 price"]],
    }
    assert Batches(state).waiting() == []
    assert waiting_bytes(state) == 0
    known = Manifest(state.parent / "ws")
    unit = Unit(
        server="phoenix", url=PHOENIX, place="1", what="spans", key=f"{2:032x}", digest="d", rows=1
    )
    assert known.has(unit)


def test_a_server_that_is_behind_is_sent_several_batches_as_one(state: Path) -> None:
    add_batch(state, 1, [*spans(1, "price"), *spans(2, "price")])
    add_batch(state, 2, spans(1, "refund"))
    add_batch(state, 3, spans(3))
    shelf = Shelf()

    run(settings(state, mlflow=False), stop=threading.Event(), waits=QUICK, publishers=shelf)

    assert shelf.sent["phoenix"] == [["01 refund", "02 price", "03 price"]]


def test_of_a_run_whose_trace_is_now_of_another_only_the_other_is_sent(state: Path) -> None:
    add_batch(state, 1, spans(1))
    moved = spans(1)
    for span in moved:
        for attribute in span["attributes"]:
            if attribute["key"] == "midspan.run.id":
                attribute["value"]["stringValue"] = f"{9:032x}"
    add_batch(state, 2, moved)
    shelf = Shelf()

    run(settings(state, mlflow=False), stop=threading.Event(), waits=QUICK, publishers=shelf)

    assert shelf.sent["phoenix"] == [["09 price"]]


def test_while_the_workspace_is_published_by_hand_it_waits(state: Path) -> None:
    add_batch(state, 1, spans(1))
    shelf, stop = Shelf(), threading.Event()
    with only_publisher(state.parent / "ws"):
        thread = threading.Thread(
            target=run,
            args=(settings(state),),
            kwargs={"stop": stop, "waits": QUICK, "publishers": shelf},
        )
        thread.start()
        thread.join(1)
        assert thread.is_alive()
        assert not shelf.asked
    thread.join(30)

    assert shelf.sent == {"phoenix": [["01 price"]], "mlflow": [["01 price"]]}


def test_two_threads_hold_the_workspace_together_and_let_go_of_it(tmp_path: Path) -> None:
    turn = Turn(tmp_path, threading.Event())
    with turn.taken():
        with turn.taken():
            pass
        with pytest.raises(SurroundingsError), only_publisher(tmp_path):
            pass
    with only_publisher(tmp_path):
        pass


def test_figures_say_what_was_published_and_what_waits(state: Path) -> None:
    add_batch(state, 1, [*spans(1), *spans(2)])
    shelf = Shelf()
    shelf.rule = lambda server, _time: "away" if server == "mlflow" else None

    run(settings(state), stop=threading.Event(), waits=QUICK, publishers=shelf)

    told = msgspec.json.decode((state / "figures" / "publisher.json").read_bytes())
    assert told["counters"]["rows_published{server=phoenix,what=spans}"] == 2
    assert told["counters"]["batches_published{server=phoenix}"] == 1
    gauges = told["gauges"]
    assert gauges["publish_backlog_batches{server=phoenix}"] == 0
    assert gauges["publish_backlog_batches{server=mlflow}"] == 1
    assert gauges["publish_backlog_bytes{server=mlflow}"] == waiting_bytes(state)
    assert (gauges["server_away{server=phoenix}"], gauges["server_away{server=mlflow}"]) == (0, 1)


def test_what_was_being_removed_is_removed(state: Path) -> None:
    add_batch(state, 1, spans(1))
    (state / "batches" / "000001").rename(state / "batches" / ".gone-000001")

    run(settings(state), stop=threading.Event(), waits=QUICK, publishers=Shelf())

    assert list((state / "batches").iterdir()) == []
