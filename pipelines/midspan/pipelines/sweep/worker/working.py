"""Runs what is left of a sweep, on this machine."""

import threading
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.places import Rooms
from midspan.pipelines.sweep.plan import SweepPlan, SweepRun
from midspan.pipelines.sweep.standing import standings
from midspan.pipelines.sweep.worker.crew import Tries
from midspan.pipelines.sweep.worker.events import Event, WorkBegun
from midspan.pipelines.sweep.worker.job import Job
from midspan.pipelines.sweep.worker.launching import GRACE_SECONDS
from midspan.pipelines.sweep.worker.stopping import Stopping


@dataclass(frozen=True, kw_only=True)
class Worked:
    """How the runs stand when a worker is through, or was stopped."""

    done: tuple[str, ...]
    """Runs that have their result, now or from before."""
    infra: tuple[str, ...]
    """Runs whose launches all came to nothing."""
    missing: tuple[str, ...]
    """Runs that were not begun."""
    interrupted: bool = False


def work(
    plan: SweepPlan,
    folder: SweepFolder,
    runs: Sequence[SweepRun] | None = None,
    *,
    concurrency: int = 1,
    keys: Mapping[str, str] | None = None,
    publish_to: Path | None = None,
    keep_rooms: bool = False,
    tell: Callable[[Event], None] = lambda event: None,
    stopping: Stopping | None = None,
    tries: Tries | None = None,
    cache: Path | None = None,
    grace: float = GRACE_SECONDS,
) -> Worked:
    """Return how the runs stand, after all that were left have been run.

    What is done stays as it is; a run that another worker is at is waited for.

    Args:
        plan: From the stored copy of the suite, whose files the agents are given.
        folder: The sweep's directory.
        runs: Those to run; all of the plan by default.
        concurrency: Runs at a time.
        keys: Keys of endpoints, by the variable that the suite names.
        publish_to: Where finished files are copied to: the same folders as in the directory.
        keep_rooms: Leave the agents' directories where they are.
        tell: Called when a run begins or ends, in any thread, one call at a time.
        stopping: Says when to stop.
        tries: How often a run whose launch came to nothing is launched.
        cache: Where checkouts and environments of revisions are kept.
        grace: Seconds between asking an agent to end and killing it.
    """
    wanted = tuple(plan.runs if runs is None else runs)
    there = SweepFolder(publish_to) if publish_to is not None else None
    spools = [folder.spool, *([there.spool] if there is not None else [])]
    stopping, tell = stopping or Stopping(), _in_turn(tell)
    known = standings([run.run_id for run in wanted], *spools)
    left = [run for run in wanted if known[run.run_id].state != "done"]
    tell(WorkBegun(planned=len(wanted), done=len(wanted) - len(left)))
    if left:
        job = Job(plan=plan, folder=folder, there=there, known=known, tell=tell)
        job.carry_out(
            left,
            concurrency=concurrency,
            keys=keys or {},
            keep_rooms=keep_rooms,
            stopping=stopping,
            tries=tries or Tries(),
            rooms=Rooms(folder, plan, cache),
            grace=grace,
        )
    return how_they_stand(wanted, *spools, interrupted=stopping.begin_nothing)


def _in_turn(tell: Callable[[Event], None]) -> Callable[[Event], None]:
    lock = threading.Lock()

    def told(event: Event) -> None:
        with lock:
            try:
                tell(event)
            except Exception as error:
                # Whoever listens does not hinder what is told of.
                warnings.warn(f"not told: {type(error).__name__}: {error}", stacklevel=2)

    return told


def how_they_stand(runs: Iterable[SweepRun], *spools: Path, interrupted: bool = False) -> Worked:
    """Return how runs stand by what lies in the spools."""
    found = standings([run.run_id for run in runs], *spools)

    def ids(state: str) -> tuple[str, ...]:
        return tuple(run_id for run_id, one in found.items() if one.state == state)

    infra, missing = ids("again"), ids("missing")
    return Worked(
        done=ids("done"),
        infra=infra,
        missing=missing,
        interrupted=interrupted and bool(infra or missing),
    )
