"""A real Phoenix project that is watched: scored as it comes, and the scores go back to it."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.exchange import Patience
from midspan.pipelines.publish.publishing import publish
from midspan.pipelines.publish.target import Target
from midspan.pipelines.servers import Home, Phoenix, start, stop
from midspan.pipelines.watch.backlog import BacklogReader, BacklogWriter
from midspan.pipelines.watch.figures import Figures
from midspan.pipelines.watch.publisher import PublisherSettings
from midspan.pipelines.watch.publisher import run as publish_waiting
from midspan.pipelines.watch.scorer import Scorer, ScorerSettings
from midspan.pipelines.watch.tails import TailSettings, run
from midspan.pipelines.watch.tails.phoenix_project import PhoenixTail
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import Exit
from tests.support import phoenix_state
from tests.support.otlp import Json
from tests.support.shop_runs import RUNS, STEPS, run_spans, shop_spans, trace_of
from tests.support.workspaces import ingested, rows

TABLES = ("runs", "spans", "text", "calls", "tools", "scores")
SHORT = Patience(deadline=2, first_wait=0.05, longest_wait=0.2)


def send(folder: Path, url: str, spans: list[Json]) -> None:
    """Have a Phoenix store spans."""
    workspace = ingested(folder, spans)
    only = Asked(only=frozenset({"spans"}))
    outcome = publish(workspace, [Target(server="phoenix", url=url)], only)
    assert outcome.exit_code is Exit.DONE


def contents(path: Path) -> dict[str, Any]:
    workspace = Workspace(path)
    return {name: sorted(rows(workspace, name), key=repr) for name in TABLES}


def offline(source: str, path: Path) -> dict[str, Any]:
    ingest([source], path)
    Workspace(path).score()
    return contents(path)


def settings(folder: Path, source: str, **changes: Any) -> TailSettings:
    return TailSettings(source=source, workspace=folder / "ws", state=folder / "state", **changes)


def once(asked: TailSettings, url: str | None = None) -> list[Exit]:
    """Read, score and publish what there is, as `midspan watch --once` does it."""
    exits = [run(asked, stop=threading.Event())]
    published = url is not None
    scoring = ScorerSettings(
        workspace=asked.workspace, state=asked.state, published=published, workers=1, finish=True
    )
    Scorer(scoring).run()
    if published:
        publishing = PublisherSettings(
            workspace=asked.workspace,
            state=asked.state,
            phoenix=url,
            source=asked.source,
            finish=True,
        )
        exits.append(publish_waiting(publishing, stop=threading.Event()))
    return exits


def test_once_scores_what_is_new_and_puts_it_back(servers: Any, tmp_path: Path) -> None:
    name, number = "watch-tail-once", 0xD21
    source = f"phoenix+{servers.phoenix}/{name}"
    asked = settings(tmp_path, source, once=True)
    spans = shop_spans(experiment=name, number=number)
    late = spans[STEPS - 1]
    send(tmp_path / "first", servers.phoenix, [one for one in spans if one is not late])

    assert once(asked, servers.phoenix) == [Exit.DONE, Exit.DONE]

    assert contents(asked.workspace) == offline(source, tmp_path / "offline-1")
    with httpx.Client(base_url=servers.phoenix, timeout=60) as client:
        before = phoenix_state.state(client, name)
    assert len(before["spans"]) == RUNS * STEPS - 1
    assert len({key.split()[0] for key in before["trace"]}) == RUNS

    send(tmp_path / "late", servers.phoenix, [late])
    assert once(asked, servers.phoenix) == [Exit.DONE, Exit.DONE]

    assert contents(asked.workspace) == offline(source, tmp_path / "offline-2")
    with httpx.Client(base_url=servers.phoenix, timeout=60) as client:
        after = phoenix_state.state(client, name)
    assert len(after["spans"]) == RUNS * STEPS
    assert after["span"] != before["span"]
    assert once(asked, servers.phoenix) == [Exit.DONE, Exit.DONE]
    assert not list((asked.state / "batches").glob("[0-9]*"))


def wait_for(what: Callable[[], bool], seconds: float = 120) -> None:
    last = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < last, "it did not come to that"
        time.sleep(0.05)


def keys(state: Path) -> list[str]:
    """Return the traces of the entries in the backlog, one for each span."""
    reader = BacklogReader(state / "backlog")
    found = [
        trace
        for one in reader.headers()
        if (trace := one.header.trace_id)
        for _ in range(one.header.spans)
    ]
    reader.close()
    return found


@pytest.mark.servers
@pytest.mark.xdist_group("servers")
def test_through_restarts_of_both_nothing_is_missed_and_little_read_twice(
    servers: Any, server_environments: Path, tmp_path: Path
) -> None:
    from .conftest import unused_port

    name, port = "watch-tail-restart", unused_port()
    home = Home(root=tmp_path / "home", environments=server_environments)
    recipe = Phoenix(port=port)
    source = f"phoenix+http://127.0.0.1:{port}/{name}"
    asked = settings(tmp_path, source)
    asked.state.mkdir()
    stopping = threading.Event()

    def watch(tail: PhoenixTail) -> threading.Thread:
        thread = threading.Thread(target=tail.run, args=(stopping,))
        thread.start()
        return thread

    def spans_of(place: int) -> list[Json]:
        trace = trace_of(0xD22, place)
        return run_spans(trace, experiment=name, revision="v1", task="price", trial=place)

    try:
        with BacklogWriter(asked.state / "backlog") as backlog:
            figures = Figures(asked.state / "figures" / "tail.json")

            def tail() -> PhoenixTail:
                return PhoenixTail(
                    asked, sink=backlog, figures=figures, overlap=0.5, patience=SHORT
                )

            thread = watch(tail())  # there is no server yet, and no project
            start([recipe], home)
            send(tmp_path / "1", f"http://127.0.0.1:{port}", spans_of(1))
            wait_for(lambda: len(keys(asked.state)) == STEPS)
            stop(recipe, home)
            start([recipe], home)
            send(tmp_path / "2", f"http://127.0.0.1:{port}", spans_of(2))
            wait_for(lambda: len(keys(asked.state)) == 2 * STEPS)
            time.sleep(3)  # what it reads again is in nobody's way
            assert len(keys(asked.state)) == 2 * STEPS
            stopping.set()
            thread.join()

            stopping.clear()
            send(tmp_path / "3", f"http://127.0.0.1:{port}", spans_of(3))
            thread = watch(tail())
            wait_for(lambda: len(set(keys(asked.state))) == 3)
            stopping.set()
            thread.join()
        assert len(keys(asked.state)) <= 4 * STEPS
        scoring = ScorerSettings(
            workspace=asked.workspace, state=asked.state, workers=1, finish=True
        )
        Scorer(scoring).run()
        assert contents(asked.workspace) == offline(source, tmp_path / "offline")
    finally:
        stopping.set()
        stop(recipe, home)
