"""What goes wrong on the way to a real Phoenix: nothing is lost unsaid, and it goes on later."""

import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.exchange import Patience
from midspan.pipelines.publish.manifest import PUBLISHED, Manifest
from midspan.pipelines.publish.phoenix import publish
from midspan.pipelines.publish.report import Published
from midspan.pipelines.publish.target import Target
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import Exit
from tests.support.phoenix_state import state
from tests.support.reverse_proxy import Rule, proxied
from tests.support.shop_runs import RUNS, STEPS, shop

SCORES_ONLY = Asked(only=frozenset({"scores"}))
SPANS_ONLY = Asked(only=frozenset({"spans"}))
SPANS_AND_SCORES = Asked(only=frozenset({"spans", "scores"}))
HASTY = Patience(deadline=1.0, stall=2.0, first_wait=0.05, longest_wait=0.2)


def published(
    workspace: Workspace,
    url: str,
    asked: Asked | None = None,
    *,
    patience: Patience | None = None,
    **target: Any,
) -> Published:
    there = Target(server="phoenix", url=url, patience=patience or Patience(), **target)
    return publish(workspace, there, asked or Asked(), manifest=Manifest(workspace.path))


@pytest.fixture
def client(phoenix: Any) -> httpx.Client:
    found: httpx.Client = phoenix.client
    return found


def first(times: int, answer: tuple[int, str], *, of: str) -> Rule:
    """A rule that answers the first requests to a path in the server's place."""
    left = times

    def rule(method: str, path: str) -> tuple[int, str] | None:
        nonlocal left
        if method == "POST" and path.startswith(of) and left > 0:
            left -= 1
            return answer
        return None

    return rule


@pytest.mark.parametrize("path", ["/v1/traces", "/v1/span_annotations", "/v1/experiment_eval"])
def test_a_busy_server_is_borne_with(
    servers: Any, client: httpx.Client, tmp_path: Path, path: str
) -> None:
    name = f"phx-busy{path.replace('/', '-')}"
    workspace = shop(tmp_path, experiment=name, number=0xC80 + len(path))

    with proxied(servers.phoenix, first(3, (503, "queue full"), of=path)) as proxy:
        report = published(workspace, proxy.url)

    assert [status for _, asked, status in proxy.asked if status == 503] == [503] * 3
    assert (report.left, report.exit_code) == ({}, Exit.DONE)
    assert len(state(client, name)["spans"]) == RUNS * STEPS


def test_a_server_that_stays_busy_keeps_what_is_there_and_later_gets_the_rest(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="phx-stays-busy", number=0xC10)
    busy = first(10_000, (503, "queue full"), of="/v1/trace_annotations")

    with proxied(servers.phoenix, busy) as proxy:
        report = published(workspace, proxy.url, SPANS_AND_SCORES, patience=HASTY)
        proxy.rule = lambda _method, _path: None
        spans, scores = report.counts["spans"], report.counts["annotations"]
        assert (spans.stored, spans.left) == (RUNS * STEPS, {})
        [(reason, rows)] = scores.left.items()
        assert "phoenix gave no answer (HTTP 503: queue full, for 1 s)" in reason
        assert scores.asked == scores.stored + rows
        assert scores.stored > 0
        assert len(report.where[reason]) == 5
        assert report.exit_code == Exit.IN_PART

        again = published(workspace, proxy.url, SPANS_AND_SCORES)

    assert again.left == {}
    assert again.counts["spans"].already == RUNS * STEPS
    found = state(client, "phx-stays-busy")
    assert len(found["span"]) + len(found["trace"]) == scores.asked


def test_an_error_of_the_server_is_told_and_the_next_publish_goes_on(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="phx-500", number=0xC11)
    full = first(10_000, (500, "database or disk is full"), of="/v1/span_annotations")

    with proxied(servers.phoenix, full) as proxy:
        report = published(workspace, proxy.url, SPANS_AND_SCORES, patience=HASTY)
        [reason] = report.left
        assert "HTTP 500: database or disk is full" in reason
        assert len(proxy.paths("POST")) < 10  # it is not asked for every batch anew
        proxy.rule = lambda _method, _path: None
        assert published(workspace, proxy.url, SPANS_AND_SCORES).left == {}

    found = state(client, "phx-500")
    assert len(found["span"]) + len(found["trace"]) == report.counts["annotations"].asked


def test_one_annotation_that_is_refused_does_not_take_its_batch_along(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="phx-late", number=0xC12)
    published(workspace, servers.phoenix, SPANS_ONLY)
    _, span = state(client, "phx-late")["spans"][-1]
    client.delete(f"/v1/spans/{span}").raise_for_status()
    (workspace.path / PUBLISHED).unlink()

    report = published(workspace, servers.phoenix, SCORES_ONLY, patience=HASTY)

    assert list(report.left) == ["the server does not have their spans"]
    assert all(span in place for place in report.where["the server does not have their spans"])
    found = state(client, "phx-late")
    assert len(found["span"]) + len(found["trace"]) == report.counts["annotations"].stored
    assert not any(key.startswith(span) for key in found["span"])


def test_a_span_that_comes_late_is_waited_for(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    early = shop(tmp_path / "early", experiment="phx-comes-late", number=0xC13)
    first_run = Asked(only=frozenset({"spans"}), since_ns=latest(early))
    assert published(early, servers.phoenix, first_run).counts["spans"].stored == STEPS
    late = threading.Timer(
        2.0,
        published,
        (Workspace(early.path), servers.phoenix, Asked(only=frozenset({"spans"}))),
    )
    late.start()

    report = published(Workspace(early.path), servers.phoenix, SCORES_ONLY)

    late.join()
    assert report.left == {}
    found = state(client, "phx-comes-late")
    assert len(found["span"]) + len(found["trace"]) == report.counts["annotations"].asked


def latest(workspace: Workspace) -> int:
    return int(max(workspace.table("runs").collect()["start_ns"]))


def test_scores_of_a_project_that_is_not_there_name_it(servers: Any, tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="phx-nowhere", number=0xC14)

    report = published(workspace, servers.phoenix, SCORES_ONLY)

    [reason] = report.left
    assert reason == "there is no project 'phx-nowhere', as no span of it was published"


def test_traces_that_went_to_another_project_are_told(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="phx-first-home", number=0xC15)
    published(workspace, servers.phoenix)
    (workspace.path / PUBLISHED).unlink()

    report = published(
        workspace,
        servers.phoenix,
        Asked(only=frozenset({"spans", "scores"}), project="phx-second-home"),
        patience=HASTY,
    )

    assert any("its trace is in project 'phx-first-home'" in reason for reason in report.left)
    assert report.exit_code == Exit.IN_PART


KILLED = """
import os, signal, sys
from pathlib import Path
from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.manifest import Manifest
from midspan.pipelines.publish.phoenix import publish
from midspan.pipelines.publish.target import Target
from midspan.pipelines.workspace import Workspace

after = int(sys.argv[3])

def tell(step):
    global after
    after -= step.stage == "done"
    if after < 0:
        os.kill(os.getpid(), signal.SIGKILL)

workspace = Workspace(sys.argv[1])
publish(
    workspace,
    Target(server="phoenix", url=sys.argv[2]),
    Asked(),
    manifest=Manifest(workspace.path),
    tell=tell,
)
"""


def test_killed_in_the_middle_it_goes_on_to_the_same_state(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    whole = shop(tmp_path / "whole", experiment="phx-killed", number=0xC16)

    for after in (0, 1, 3, 5):
        done = subprocess.run(
            [sys.executable, "-c", KILLED, whole.path, servers.phoenix, str(after)], check=False
        )
        assert done.returncode == -signal.SIGKILL
    with (whole.path / PUBLISHED).open("ab") as manifest:
        manifest.write(b'{"server":"phoenix","url":')
    report = published(whole, servers.phoenix)
    killed = state(client, "phx-killed")

    assert report.left == {}
    # The same, published in one go: the server is asked about all of it.
    (whole.path / PUBLISHED).unlink()
    published(whole, servers.phoenix)
    assert state(client, "phx-killed") == killed
    assert len(killed["spans"]) == RUNS * STEPS
    assert len(killed["span"]) + len(killed["trace"]) == report.counts["annotations"].asked
    assert [len(one["runs"]) for one in killed["experiments"].values()] == [RUNS // 2] * 2
