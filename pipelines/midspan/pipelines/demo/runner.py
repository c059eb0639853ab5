"""Runs the suite of the demo: a sweep like any other, whose models are served meanwhile."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from midspan.pipelines.demo.model_server import ModelServer
from midspan.pipelines.demo.models import Models
from midspan.pipelines.demo.tasks import PORT, demo_suite, lay_out, require_tasks
from midspan.pipelines.records import PlannedRun, ResultRecord
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.preflight import ready_sweep
from midspan.pipelines.sweep.stored import store_sweep, stored_sweep
from midspan.pipelines.sweep.worker import Event, RunEnded, work
from midspan.scorers.errors import InvalidInput

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
    workers: int | None = None,
    models: Models | None = None,
    progress: Progress | None = None,
) -> DemoResult:
    """Return where the spans and results of all runs stand; the same seed makes the same runs.

    Args:
        directory: Gets the suite, and becomes the directory of its sweep; none may be there yet.
        seed: Moves every choice of the models.
        tasks: Ids of the only tasks to run.
        workers: Runs at a time; the suite says it otherwise.
        models: The models behind the server, in place of the scripted ones.
        progress: Called after each run, in any thread, one call at a time.
    """
    require_tasks(demo_suite(), tasks or ())
    folder = SweepFolder(directory)
    if folder.spool.exists() or folder.suite.exists():
        raise InvalidInput(
            f"{directory} is not empty: it holds an earlier demo",
            fix=f"Remove it, or name another: rm -r {directory}",
        )
    results: dict[str, ResultRecord] = {}

    def tell(event: Event) -> None:
        if isinstance(event, RunEnded) and not event.again:
            results[event.run.run_id] = event.record
            if progress is not None:
                progress(event.run.planned, event.record)

    # Of no use to anybody later: the repository that would be kept is one of this directory.
    with _served(models or demo_models(seed)) as server, TemporaryDirectory() as cache:
        plan, _ = ready_sweep(lay_out(directory, port=server.port), into=directory)
        store_sweep(plan, folder)
        stored = stored_sweep(folder)
        runs = [run for run in stored.runs if tasks is None or run.task.id in tasks]
        concurrency = workers or stored.suite.launch.concurrency
        work(stored, folder, runs, concurrency=concurrency, cache=Path(cache), tell=tell)
    return DemoResult(spool=folder.spool, planned=[run.planned for run in runs], results=results)


def demo_models(seed: int = 0) -> Models:
    """Return the models of the demo."""
    return Models(overloaded=OVERLOADED, seed=seed)


def _served(models: Models) -> ModelServer:
    """Return a server at the usual port, at any free one where somebody else is there."""
    with suppress(OSError):
        return ModelServer(models, port=PORT)
    return ModelServer(models)
