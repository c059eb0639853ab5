"""What a watch publishes to both real servers: through faults, restarts and kill -9, all of it."""

import multiprocessing
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import httpx
import pytest

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.exchange import Patience
from midspan.pipelines.publish.publishing import publish
from midspan.pipelines.publish.target import Target
from midspan.pipelines.servers import Home, Phoenix, start, stop
from midspan.pipelines.watch.publisher import PublisherSettings, main, run
from midspan.pipelines.watch.publisher.backlog import Batches
from midspan.pipelines.watch.publisher.server import Waits
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import Exit
from tests.support import phoenix_state
from tests.support.mlflow_state import assessments, experiment_id, traces
from tests.support.otlp import Json
from tests.support.reverse_proxy import Answer, proxied
from tests.support.shop_runs import RUNS, STEPS, run_spans, shop_spans, trace_of
from tests.support.watch_batches import add_batch

BOTH = Asked(only=frozenset({"spans", "scores"}))
QUICK = Waits(first=0.05, longest=0.5, poll=0.05)
SHORT = Patience(deadline=2, first_wait=0.05, longest_wait=0.2)
FINISHED = 120


def settings(state: Path, *, phoenix: str, mlflow: str | None, finish: bool) -> PublisherSettings:
    workspace = Workspace.create(state.parent / "watched").path
    return PublisherSettings(
        workspace=workspace, state=state, phoenix=phoenix, mlflow=mlflow, finish=finish
    )


def started(asked: PublisherSettings) -> BaseProcess:
    child = multiprocessing.get_context("spawn").Process(target=main, args=(asked,))
    child.start()
    return child


def wait_for(what: Callable[[], bool], seconds: float = FINISHED) -> None:
    last = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < last, "it did not come to that"
        time.sleep(0.05)


def in_batches(state: Path, spans: list[Json], *, each: int) -> None:
    """Put spans of whole runs into batches of so many runs."""
    size = each * STEPS
    for number, begin in enumerate(range(0, len(spans), size)):
        add_batch(state, number, spans[begin : begin + size])


def told_by_phoenix(servers: Any, experiment: str) -> Json:
    with httpx.Client(base_url=servers.phoenix, timeout=60) as client:
        found = phoenix_state.state(client, experiment)
    return {name: found[name] for name in ("spans", "span", "trace")}


def test_late_runs_are_replaced_and_nothing_is_sent_twice(servers: Any, tmp_path: Path) -> None:
    state, name, trace = tmp_path / "state", "watch-late", trace_of(0xD11, 0)
    asked = settings(state, phoenix=servers.phoenix, mlflow=servers.mlflow, finish=True)
    first = run_spans(trace, experiment=name, revision="v1", task="price", trial=0)
    late = run_spans(trace, experiment=name, revision="v2", task="price", trial=0)

    add_batch(state, 1, first)
    assert run(asked, stop=threading.Event()) is Exit.DONE
    before = told_by_phoenix(servers, name)
    last = add_batch(state, 2, late)
    kept = tmp_path / "kept"
    shutil.copytree(last.path, kept)
    assert run(asked, stop=threading.Event()) is Exit.DONE

    after = told_by_phoenix(servers, name)
    assert len(after["spans"]) == STEPS
    named = {key.split()[1] for key in before["span"]}, {key.split()[1] for key in after["span"]}
    assert named[0] - named[1] == {"episode", "response"}
    with httpx.Client(base_url=servers.mlflow, timeout=60) as client:
        said = {one for _, _, one in assessments(client, experiment_id(client, name))}
    assert {"step.call_ok", "recovery_rate"} & said == {"step.call_ok"}

    # The watched workspace has what the last batch has, and the list of what was published.
    shutil.copy(asked.workspace / "published.jsonl", kept / "published.jsonl")
    targets = [
        Target(server="phoenix", url=servers.phoenix),
        Target(server="mlflow", url=servers.mlflow),
    ]
    again = publish(Workspace(kept), targets, BOTH)
    for report in again.published:
        assert {what: count.stored for what, count in report.counts.items()} == dict.fromkeys(
            report.counts, 0
        )
        assert report.removed == 0


def test_bursts_of_503_and_kill_9_at_both_servers(servers: Any, tmp_path: Path) -> None:
    state, name = tmp_path / "state", "watch-killed"
    in_batches(state, shop_spans(experiment=name, number=0xD12), each=2)
    child: BaseProcess | None = None
    posts = 0

    def faults(method: str, path: str) -> Answer | None:
        nonlocal posts
        if method != "POST":
            return None
        posts += 1
        if posts in (6, 25) and child is not None and child.pid is not None:
            os.kill(child.pid, signal.SIGKILL)
        return (503, "busy") if posts % 5 in (1, 2) else None

    with proxied(servers.phoenix, faults) as one, proxied(servers.mlflow, faults) as other:
        asked = settings(state, phoenix=one.url, mlflow=other.url, finish=True)
        killed = 0
        while True:
            child = started(asked)
            child.join(FINISHED)
            if child.exitcode == 0:
                break
            assert child.exitcode == -signal.SIGKILL
            killed += 1

    assert killed == 2
    assert Batches(state).waiting() == []
    found = told_by_phoenix(servers, name)
    assert len(found["spans"]) == RUNS * STEPS
    whole = Workspace.create(tmp_path / "whole")
    in_batches(tmp_path / "again", shop_spans(experiment=name, number=0xD12), each=RUNS)
    whole = Workspace(tmp_path / "again" / "batches" / "000000" / "ws")
    targets = [
        Target(server="phoenix", url=servers.phoenix),
        Target(server="mlflow", url=servers.mlflow),
    ]
    undisturbed = publish(whole, targets, BOTH, again=True)
    told = {report.server: report for report in undisturbed.published}
    assert told["phoenix"].removed == 0
    assert told_by_phoenix(servers, name) == found
    with httpx.Client(base_url=servers.mlflow, timeout=60) as client:
        number = experiment_id(client, name)
        assert len(traces(client, number)) == RUNS
        stored = told["mlflow"].counts["assessments"]
        assert (stored.stored, stored.already) == (0, stored.asked)
        assert len(assessments(client, number)) == stored.asked


@contextmanager
def own_phoenix(home: Home, port: int) -> Iterator[str]:
    recipe = Phoenix(port=port)
    try:
        [running] = start([recipe], home)
        yield running.record.url
    finally:
        stop(recipe, home)


@pytest.mark.servers
@pytest.mark.xdist_group("servers")
def test_a_server_that_is_started_again_gets_the_rest_and_the_other_does_not_wait(
    servers: Any, server_environments: Path, tmp_path: Path
) -> None:
    from .conftest import unused_port

    state, name, port = tmp_path / "state", "watch-restart", unused_port()
    home = Home(root=tmp_path / "home", environments=server_environments)
    spans = shop_spans(experiment=name, number=0xD13)
    half = len(spans) // 2
    stopping = threading.Event()

    with own_phoenix(home, port) as url:
        asked = settings(state, phoenix=url, mlflow=servers.mlflow, finish=False)
        add_batch(state, 0, spans[:half])
        thread = threading.Thread(
            target=run,
            args=(asked,),
            kwargs={"stop": stopping, "waits": QUICK, "patience": SHORT},
        )
        thread.start()
        wait_for(lambda: not Batches(state).waiting())
    add_batch(state, 1, spans[half:])
    with httpx.Client(base_url=servers.mlflow, timeout=60) as client:
        number = experiment_id(client, name)
        wait_for(lambda: len(traces(client, number)) == RUNS)
    assert Batches(state).waiting() == [1]
    with own_phoenix(home, port):
        wait_for(lambda: not Batches(state).waiting())
        with httpx.Client(base_url=url, timeout=60) as client:
            found = phoenix_state.state(client, name)
    stopping.set()
    thread.join(FINISHED)

    assert not thread.is_alive()
    assert len(found["spans"]) == RUNS * STEPS
    assert len({key.split()[0] for key in found["trace"]}) == RUNS
