"""A whole sweep on this machine: from its suite to the scores."""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from midspan.pipelines.ingest.summary import IngestSummary
from midspan.pipelines.scoring.score import ScoringSummary
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.plan import Resolve, SweepPlan, SweepRun
from midspan.pipelines.sweep.preflight import ready_sweep
from midspan.pipelines.sweep.reading import planned_files, set_aside_workspace
from midspan.pipelines.sweep.rejudging import judged_again
from midspan.pipelines.sweep.selection import selected
from midspan.pipelines.sweep.stored import store_sweep, stored_sweep
from midspan.pipelines.sweep.worker import Event, Stopping, Told, Tries, Worked, work

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What was read from the spool of a sweep, and scored."""

    read: IngestSummary
    score: ScoringSummary

    @property
    def is_whole(self) -> bool:
        """Return whether every span was kept and every scorer came through."""
        return not self.read.quarantined and not self.score.failed


@dataclass(frozen=True, kw_only=True)
class Swept:
    """A sweep that was run."""

    plan: SweepPlan
    folder: SweepFolder
    runs: tuple[SweepRun, ...]
    """Those that were asked for."""
    worked: Worked
    judged: Judged | None
    """None where the sweep was interrupted."""


def sweep_here(
    suite_file: Path,
    *,
    into: Path | None = None,
    experiment: str | None = None,
    only: Sequence[str] = (),
    run_ids: Collection[str] | None = None,
    concurrency: int | None = None,
    keys: Mapping[str, str] | None = None,
    tell: Callable[[Event], None] = lambda event: None,
    progress: Progress = lambda stage, done, total: None,
    stopping: Stopping | None = None,
    keep_rooms: bool = False,
    cache: Path | None = None,
    tries: Tries | None = None,
    resolve: Resolve | None = None,
    before: Callable[[SweepPlan, SweepFolder], None] = lambda plan, folder: None,
) -> Swept:
    """Return the sweep of a suite after all that was left of it was run, read and scored.

    Args:
        suite_file: The suite.
        into: The sweep's directory; `sweeps/<experiment>` by default.
        experiment: Another name for the experiment than the suite's.
        only: Run some of the runs: a glob of tasks, or `axis=GLOB`.
        run_ids: Run these alone, of those that are asked for.
        concurrency: Runs at a time; the suite says it otherwise.
        keys: Keys by variable, instead of those of the environment.
        tell: Called when a run begins or ends.
        progress: Called while spans are read and scored.
        stopping: Says when to stop; while agents run, Ctrl-C and SIGTERM tell it to.
        keep_rooms: Leave the agents' directories where they are.
        cache: Where checkouts and environments of revisions are kept.
        tries: How often a run whose launch came to nothing is launched.
        resolve: Finds the commits of revisions; git by default.
        before: Called when nothing was found wrong, before anything is written.
    """
    environ = os.environ if keys is None else {**os.environ, **keys}
    plan, folder = ready_sweep(
        suite_file, into=into, experiment=experiment, environ=environ, resolve=resolve
    )
    selected(plan, only)  # what is not there is told before anything is written
    before(plan, folder)
    store_sweep(plan, folder)
    stored = stored_sweep(folder)
    runs = selected(stored, only)
    if run_ids is not None:
        runs = [run for run in runs if run.run_id in run_ids]
    # Only while agents run: before and after, Ctrl-C ends what is done as it ends any command.
    signals = stopping.by_signals(lambda line: tell(Told(text=line))) if stopping else nullcontext()
    with signals:
        worked = work(
            stored,
            folder,
            runs,
            concurrency=concurrency or stored.suite.launch.concurrency,
            keys=keys_of(stored, environ),
            keep_rooms=keep_rooms,
            tell=tell,
            stopping=stopping,
            cache=cache,
            tries=tries,
        )
    return Swept(
        plan=stored,
        folder=folder,
        runs=tuple(runs),
        worked=worked,
        judged=None if worked.interrupted else judged(folder, progress),
    )


def keys_of(plan: SweepPlan, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the keys that the models of a plan need, as far as they are there."""
    names = {run.model.key_env for run in plan.runs}
    return {name: environ[name] for name in names if name is not None and environ.get(name)}


def judged(folder: SweepFolder, progress: Progress = lambda stage, done, total: None) -> Judged:
    """Return what came of reading a sweep's spool into its workspace, and of scoring that."""
    from midspan.pipelines.files import load_setting
    from midspan.pipelines.ingest.ingest import ingest
    from midspan.pipelines.scoring.judged_by import files_judged_by
    from midspan.pipelines.scoring.score import score_workspace
    from midspan.pipelines.workspace import Workspace

    set_aside_workspace(folder)
    files = planned_files(folder, judged_again(stored_sweep(folder), folder))
    read = ingest(files, folder.workspace, progress=progress)
    score = score_workspace(
        Workspace(folder.workspace),
        setting=load_setting(suite=folder.suite_file),
        files=files_judged_by(folder.workspace, suite=folder.suite_file),
        progress=progress,
    )
    return Judged(read=read, score=score)
