"""The demo's agent through the proxy: the wire says the same as the agent's own instrumentation."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
from opentelemetry.sdk.trace import TracerProvider

from midspan.instrumentation import RunContext, setup
from midspan.instrumentation import run as run_of
from midspan.instrumentation.proxy import Origin, ProxySettings
from midspan.instrumentation.proxy.server import running
from midspan.pipelines.demo.agent import Agent, ModelUnavailableError
from midspan.pipelines.demo.model_server import ModelServer
from midspan.pipelines.demo.models import Models
from midspan.pipelines.demo.recording import Recorder
from midspan.pipelines.demo.repository import revision_folder
from midspan.pipelines.demo.shop import Shop
from midspan.pipelines.demo.tasks import lay_out
from midspan.pipelines.demo.tools import Toolset
from midspan.pipelines.demo.wording import Wording
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.sweep.plan import SweepPlan, SweepRun, planned_sweep
from midspan.pipelines.sweep.revisions import resolver
from midspan.pipelines.sweep.sources import copied_files
from midspan.pipelines.workspace import Workspace
from tests.support.workspaces import Rows, rows

EMITTED = ("run_id", "turn", "position", "name", "call_id", "arguments", "translated", "json_valid")
TOKENS = ("input_tokens", "cache_read_tokens", "output_tokens", "reasoning_tokens")
RUNS = ("run_id", "experiment", "task", "model", "turns", "llm_calls", "calls", *TOKENS)


@contextmanager
def recorder(spool: Path) -> Iterator[Recorder]:
    """Give what records the agent, apart from whatever this process traces else."""
    provider = TracerProvider(shutdown_on_exit=False)
    setup(spool=spool, tracer_provider=provider)
    yield Recorder(tracer_provider=provider)
    provider.shutdown()


def run_all(directory: Path) -> None:
    """Run one trial of every task with every model: its own spans in `own`, the proxy's beside."""
    plan = planned_sweep(lay_out(directory / "demo"), resolve=resolver())
    chosen = [run for run in plan.runs if (run.planned.trial, run.planned.revision) == (0, "v2")]
    with (
        ModelServer(Models(overloaded=0.05)) as server,
        recorder(directory / "own") as recording,
        running(
            ProxySettings(upstream=Origin.parse(server.url), spool=str(directory / "proxy"))
        ) as url,
    ):
        for run in chosen:
            known = ("experiment", "task", "model", "trial")
            headers = {f"x-midspan-{name}": str(getattr(run.planned, name)) for name in known}
            base = f"{url}/run/{run.run_id}/v1"
            names = ("run_id", *known, "revision", "tier", "harness")
            context = RunContext(**{name: getattr(run.planned, name) for name in names})
            with run_of(context), httpx.Client(base_url=base, headers=headers) as client:
                agent = Agent(
                    client=client,
                    model=run.model.name,
                    tools=_tools(directory / "runs" / run.run_id, plan, run),
                    max_turns=6,
                    recorder=recording,
                    seed=7,
                )
                with suppress(ModelUnavailableError):
                    agent.run(run.task.prompt)


def _tools(directory: Path, plan: SweepPlan, run: SweepRun) -> Toolset:
    for file in copied_files(plan.folder, run.task.files):
        (directory / file.to).parent.mkdir(parents=True, exist_ok=True)
        (directory / file.to).write_bytes(file.source.read_bytes())
    directory.mkdir(parents=True, exist_ok=True)
    return Toolset(
        directory=directory,
        shop=Shop.open(directory),
        wording=Wording.of(revision_folder(run.planned.revision or "")),
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
