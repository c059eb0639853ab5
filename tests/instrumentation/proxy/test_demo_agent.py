"""The demo's agent through the proxy: the wire says the same as the agent's own instrumentation."""

from contextlib import suppress
from pathlib import Path

import httpx

from midspan.instrumentation.proxy import Origin, ProxySettings
from midspan.instrumentation.proxy.server import running
from midspan.pipelines.demo.agent import NAME, Agent, ModelUnavailableError
from midspan.pipelines.demo.model_server import ModelServer
from midspan.pipelines.demo.models import Models
from midspan.pipelines.demo.recording import Recorder
from midspan.pipelines.demo.shop import Shop
from midspan.pipelines.demo.tasks import demo_suite, plan_runs, task_files
from midspan.pipelines.demo.tools import Toolset
from midspan.pipelines.demo.wording import REVISIONS
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.records import PlannedRun
from midspan.pipelines.workspace import Workspace
from tests.support.workspaces import Rows, rows

EMITTED = ("run_id", "turn", "position", "name", "call_id", "arguments", "translated", "json_valid")
TOKENS = ("input_tokens", "cache_read_tokens", "output_tokens", "reasoning_tokens")
RUNS = ("run_id", "experiment", "task", "model", "turns", "llm_calls", "calls", *TOKENS)


def run_all(directory: Path) -> None:
    """Run one trial of every task with every model: its own spans in `own`, the proxy's beside."""
    suite = demo_suite()
    planned = [run for run in plan_runs(suite) if (run.trial, run.revision) == (0, "v2")]
    with (
        ModelServer(Models(overloaded=0.05)) as server,
        Recorder.opened(directory / "own", suite.suite, NAME) as recorder,
        running(
            ProxySettings(upstream=Origin.parse(server.url), spool=str(directory / "proxy"))
        ) as url,
    ):
        for run in planned:
            known = ("experiment", "task", "model", "trial")
            headers = {f"x-midspan-{name}": str(getattr(run, name)) for name in known}
            base = f"{url}/run/{run.run_id}/v1"
            with recorder.run(run), httpx.Client(base_url=base, headers=headers) as client:
                tools = _tools(directory / "runs" / run.run_id, run)
                agent = Agent(
                    client=client,
                    model=run.model or "",
                    tools=tools,
                    max_turns=6,
                    recorder=recorder,
                    seed=7,
                )
                task = suite.task(run.task)
                assert task is not None
                with suppress(ModelUnavailableError):
                    agent.run(task.prompt)


def _tools(directory: Path, run: PlannedRun) -> Toolset:
    task = demo_suite().task(run.task)
    assert task is not None
    for path, data in task_files(task):
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_bytes(data)
    directory.mkdir(parents=True, exist_ok=True)
    return Toolset(
        directory=directory,
        shop=Shop.open(directory),
        wording=REVISIONS[run.revision or ""],
    )


def read(directory: Path, name: str) -> Workspace:
    ingest([directory / name], directory / f"{name}-ws")
    return Workspace(directory / f"{name}-ws")


def executions(workspace: Workspace) -> set[tuple[str, str]]:
    found: Rows = rows(workspace, "calls", "run_id", "call_id", "executed")
    return {(run, call) for run, call, executed in found if executed}


def test_the_wire_says_what_the_agent_says(tmp_path: Path) -> None:
    run_all(tmp_path)
    own, wire = read(tmp_path, "own"), read(tmp_path, "proxy")

    assert len(rows(own, "runs", *RUNS)) == 36
    assert rows(wire, "runs", *RUNS) == rows(own, "runs", *RUNS)
    assert sorted(map(repr, rows(wire, "calls", *EMITTED))) == sorted(
        map(repr, rows(own, "calls", *EMITTED))
    )
    retries = [
        sum(each is not None for (each,) in rows(workspace, "spans", "retry_of"))
        for workspace in (own, wire)
    ]
    assert retries[0] == retries[1] > 0
    # Results that the model was never told, as the turns were spent, never passed the wire.
    assert executions(wire) <= executions(own)
    assert len(executions(wire)) > 0.9 * len(executions(own))
