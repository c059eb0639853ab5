"""Interrupted, or before its spans: in the end a real MLflow has all of it."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.exchange import Patience
from midspan.pipelines.workspace import Workspace
from tests.support.mlflow_publishing import published
from tests.support.mlflow_state import assessments, experiment_id, state, traces
from tests.support.otlp import write
from tests.support.reverse_proxy import Answer, proxied
from tests.support.shop_runs import RUNS, STEPS, shop, shop_spans

BULK = "/api/3.0/mlflow/traces"


@pytest.fixture
def client(mlflow: Any) -> httpx.Client:
    found: httpx.Client = mlflow.client
    return found


def told(client: httpx.Client, experiment: str) -> dict[Any, Any]:
    """Return what assessments say, without times."""
    found = assessments(client, experiment_id(client, experiment))
    return {key: (one["feedback"], one.get("rationale")) for key, one in found.items()}


def test_a_publisher_that_is_killed_goes_on_where_it_was(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="faults-killed", number=0xC09)
    code = (
        "import sys\n"
        "from midspan.pipelines.publish.publishing import publish\n"
        "from midspan.pipelines.publish.target import Target\n"
        "from midspan.pipelines.workspace import Workspace\n"
        "publish(Workspace(sys.argv[1]), [Target(server='mlflow', url=sys.argv[2])])\n"
    )
    child: subprocess.Popen[bytes] | None = None
    posted = 0

    def kills(method: str, path: str) -> Answer | None:
        nonlocal posted
        if (method, path) == ("POST", BULK):
            posted += 1
            if posted == 5 and child is not None:
                os.kill(child.pid, signal.SIGKILL)
        return None

    with proxied(servers.mlflow, kills) as proxy:
        child = subprocess.Popen([sys.executable, "-c", code, workspace.path, proxy.url])
        assert child.wait(60) == -signal.SIGKILL
        in_the_middle = told(client, "faults-killed")
        rest = published(workspace, proxy.url)
        before = state(client, "faults-killed")
        again = published(workspace, proxy.url, again=True)

    asked = rest.counts["assessments"].asked
    assert 0 < len(in_the_middle) < asked
    assert (rest.left, len(told(client, "faults-killed"))) == ({}, asked)
    assert rest.counts["spans"].already == RUNS * STEPS
    assert list(before["runs"]) == ["faults-killed", "v1", "v2"]
    assert again.counts["assessments"].already == asked
    assert state(client, "faults-killed") == before


def test_a_trace_that_is_late_is_waited_for(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="faults-late", number=0xC0A)
    scores = Asked(only=frozenset({"scores"}))
    never = published(workspace, servers.mlflow, scores, patience=Patience(deadline=0.6))
    assert set(never.left) == {"the trace is not in MLflow: publish its spans, too"}

    sent = threading.Timer(
        1, published, (workspace, servers.mlflow, Asked(only=frozenset({"spans"})))
    )
    sent.start()
    report = published(workspace, servers.mlflow, scores, patience=Patience(deadline=60))
    sent.join()

    assert report.left == {}
    assert len(told(client, "faults-late")) == report.counts["assessments"].stored


def test_a_span_that_comes_later_makes_its_trace_longer(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    spans = shop_spans(experiment="faults-later", number=0xC0B)[:STEPS]
    first, last = spans[:-2], spans[-2:]
    agent = first[0] | {"endTimeUnixNano": first[-1]["endTimeUnixNano"]}
    ingest([write(tmp_path / "in" / "1.jsonl", [agent, *first[1:]])], tmp_path / "ws")
    workspace = Workspace(tmp_path / "ws")
    workspace.score()
    published(workspace, servers.mlflow)
    number = experiment_id(client, "faults-later")
    [before] = traces(client, number)

    ingest([write(tmp_path / "in" / "2.jsonl", last)], tmp_path / "ws")
    workspace.score()
    report = published(workspace, servers.mlflow)

    [after] = traces(client, number)
    assert report.left == {}
    assert (before["execution_duration"], after["execution_duration"]) == ("4s", "8s")
    assert len(state(client, "faults-later")["spans"][after["trace_id"]]) == STEPS
    assert '"total_tokens": 220' in after["trace_metadata"]["mlflow.trace.tokenUsage"]
