"""A server that fails, is away or refuses: the rest goes on, and nothing is lost silently."""

import threading
import time
from pathlib import Path

import msgspec

from midspan.pipelines.watch.publisher.backlog import Batches
from midspan.pipelines.watch.publisher.process import run
from midspan.scorers.errors import Exit
from tests.support.shelf import PHOENIX, QUICK, Shelf, done, settings, spans
from tests.support.watch_batches import add_batch


def test_a_server_that_is_away_keeps_nothing_from_the_other(state: Path) -> None:
    shelf = Shelf()
    shelf.rule = lambda server, _time: "away" if server == "phoenix" else None
    add_batch(state, 1, spans(1))

    assert (
        run(settings(state), stop=threading.Event(), waits=QUICK, publishers=shelf)
        is Exit.SURROUNDINGS
    )
    assert (done(state, "phoenix"), done(state, "mlflow")) == (-1, 1)
    assert Batches(state).waiting() == [1]

    shelf.rule = lambda _server, _time: None
    assert run(settings(state), stop=threading.Event(), waits=QUICK, publishers=shelf) is Exit.DONE
    assert shelf.sent == {"phoenix": [["01 price"]], "mlflow": [["01 price"]]}


def test_one_that_comes_back_is_sent_all_of_it(state: Path) -> None:
    shelf, stop = Shelf(), threading.Event()
    shelf.rule = lambda _server, time: "away" if time < 5 else None
    add_batch(state, 1, spans(1))
    exits: list[Exit] = []
    watching = settings(state, mlflow=False, finish=False)
    thread = threading.Thread(
        target=lambda: exits.append(run(watching, stop=stop, waits=QUICK, publishers=shelf))
    )
    thread.start()
    with shelf.turn:
        assert shelf.turn.wait_for(lambda: shelf.asked["phoenix"] >= 5, timeout=60)
    add_batch(state, 2, spans(2))
    with shelf.turn:
        assert shelf.turn.wait_for(lambda: shelf.asked["phoenix"] >= 6, timeout=60)
    last = time.monotonic() + 30
    while Batches(state).waiting() and time.monotonic() < last:
        time.sleep(0.01)
    stop.set()
    thread.join()

    assert exits == [Exit.DONE]
    assert shelf.sent["phoenix"] == [["01 price"], ["02 price"]]


def test_what_a_server_never_takes_is_noted_and_the_next_goes_on(state: Path) -> None:
    shelf = Shelf()
    shelf.rule = lambda _server, time: "HTTP 422: no" if time <= 3 else None
    add_batch(state, 1, spans(1))
    only = settings(state, mlflow=False)

    assert run(only, stop=threading.Event(), waits=QUICK, publishers=shelf) is Exit.IN_PART

    assert shelf.asked["phoenix"] == 3
    line = msgspec.json.decode((state / "left.jsonl").read_bytes())
    assert line == {
        "server": "phoenix",
        "url": PHOENIX,
        "batches": [1, 1],
        "reason": "HTTP 422: no",
        "rows": 1,
        "where": ["here"],
    }
    add_batch(state, 2, spans(2))
    assert run(only, stop=threading.Event(), waits=QUICK, publishers=shelf) is Exit.DONE
    assert shelf.sent["phoenix"] == [["02 price"]]


def test_while_a_server_only_fails_by_itself_nothing_is_given_up(state: Path) -> None:
    shelf, stop = Shelf(), threading.Event()
    shelf.rule = lambda _server, time: "HTTP 500: sorry" if time <= 20 else None
    add_batch(state, 1, spans(1))
    watching = settings(state, mlflow=False, finish=False)
    thread = threading.Thread(
        target=run,
        args=(watching,),
        kwargs={"stop": stop, "waits": QUICK, "publishers": shelf},
    )
    thread.start()
    last = time.monotonic() + 30
    while Batches(state).waiting() and time.monotonic() < last:
        time.sleep(0.01)
    stop.set()
    thread.join()

    assert shelf.sent["phoenix"] == [["01 price"]]
    assert not (state / "left.jsonl").exists()


def test_a_batch_that_is_damaged_is_noted_and_the_next_goes_on(state: Path) -> None:
    add_batch(state, 1, spans(1))
    for part in (state / "batches" / "000001" / "ws").rglob("*.parquet"):
        part.write_bytes(b"not what it was")
    shelf = Shelf()
    only = settings(state, mlflow=False)

    run(only, stop=threading.Event(), waits=QUICK, publishers=shelf)
    add_batch(state, 2, spans(2))
    run(only, stop=threading.Event(), waits=QUICK, publishers=shelf)

    assert shelf.sent["phoenix"] == [["02 price"]]
    assert b"000001" in (state / "left.jsonl").read_bytes()
