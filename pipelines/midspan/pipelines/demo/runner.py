"""Runs the matrix of the demo as a sweep: real processes, real HTTP, real tools."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from midspan.pipelines.demo.harness import SEED
from midspan.pipelines.demo.model_server import ModelServer
from midspan.pipelines.demo.models import Models
from midspan.pipelines.demo.tasks import demo_plan, require_tasks
from midspan.pipelines.records import PlannedRun, ResultRecord
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.plan import SweepPlan, SweepRun
from midspan.pipelines.sweep.stored import store_sweep, stored_sweep
from midspan.pipelines.sweep.worker import Event, RunEnded, work
from midspan.scorers.errors import InvalidInput

WORKERS: Final = 4
OVERLOADED: Final = 0.01
"""The share of requests that the model server refuses at first: there are provider faults too."""

Progress = Callable[[PlannedRun, ResultRecord], None]


@dataclass(frozen=True, kw_only=True)
class DemoResult:
    """What the demo left behind."""

    spool: Path
    """One file of spans and one result record per run, and the plan."""
    planned: Sequence[PlannedRun]
    results: Mapping[str, ResultRecord]
    """By run id."""


def run_demo(
    directory: Path,
    *,
    seed: int = 0,
    tasks: Sequence[str] | None = None,
    workers: int = WORKERS,
    models: Models | None = None,
    progress: Progress | None = None,
) -> DemoResult:
    """Return where the spans and results of all runs stand; the same seed makes the same runs.

    Args:
        directory: Becomes the directory of a sweep; none may be there yet.
        seed: Moves every choice of the models.
        tasks: Ids of the only tasks to run.
        workers: Runs at a time.
        models: The models behind the server, in place of the scripted ones.
        progress: Called after each run, in any thread, one call at a time.
    """
    plan, folder = demo_plan(), SweepFolder(directory)
    require_tasks(plan.suite, tasks or ())
    if folder.spool.exists() or folder.suite.exists():
        raise InvalidInput(
            f"{directory} is not empty: it holds an earlier demo",
            fix=f"Remove it, or name another: rm -r {directory}",
        )
    store_sweep(plan, folder)
    results: dict[str, ResultRecord] = {}

    def tell(event: Event) -> None:
        if isinstance(event, RunEnded) and not event.again:
            results[event.run.run_id] = event.record
            if progress is not None:
                progress(event.run.planned, event.record)

    stored = stored_sweep(folder)
    with ModelServer(models or Models(overloaded=OVERLOADED)) as server:
        runs = [
            run
            for run in _here(stored, endpoint=server.url, seed=seed)
            if tasks is None or run.task.id in tasks
        ]
        work(stored, folder, runs, concurrency=workers, tell=tell)
    return DemoResult(spool=folder.spool, planned=[run.planned for run in runs], results=results)


def _here(plan: SweepPlan, *, endpoint: str, seed: int) -> Iterator[SweepRun]:
    """Yield the runs with their models at the server of this demo.

    A revision of the tools is another wording, which the agent has with it: there is no commit to
    be fetched.
    """
    for run in plan.runs:
        tier = run.tier.model_copy(update={"environment": {SEED: str(seed)}})
        model = run.model.model_copy(update={"endpoint": endpoint})
        yield replace(run, model=model, tier=tier, revision=None)
