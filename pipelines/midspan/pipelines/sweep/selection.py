"""Some of the runs of a sweep, by what people call them."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final

from midspan.pipelines.sweep.plan import SweepPlan, SweepRun
from midspan.scorers.errors import InvalidInput

AXES: Final = ("task", "model", "revision", "tier", "harness")


def selected(plan: SweepPlan, only: Sequence[str] = ()) -> list[SweepRun]:
    """Return the runs that are meant, in the order of the plan; all where nothing is said.

    A word is a glob of tasks, or `axis=glob`; a harness may be meant with its version. Two for the
    same axis: either will do; for different axes: both have to hold.
    """
    wanted: dict[str, list[str]] = {}
    for word in only:
        axis, given, glob = word.partition("=")
        if not given:
            axis, glob = "task", word
        if axis not in AXES:
            raise InvalidInput(
                f"--only {word}: there is no axis {axis!r}", fix=f"Axes: {', '.join(AXES)}"
            )
        wanted.setdefault(axis, []).append(glob)
    for axis, globs in wanted.items():
        names = list(dict.fromkeys(value_of(run, axis) for run in plan.runs))
        for glob in globs:
            if not any(_is_meant(run, axis, glob) for run in plan.runs):
                raise InvalidInput(
                    f"no {axis} of the sweep is called {glob!r}",
                    fix=f"There are: {', '.join(names)}",
                )
    chosen = [
        run
        for run in plan.runs
        if all(any(_is_meant(run, axis, glob) for glob in globs) for axis, globs in wanted.items())
    ]
    if not chosen:
        raise InvalidInput(
            f"no run of the sweep is all of: {', '.join(only)}",
            fix="What is there: midspan sweep plan SUITE",
        )
    return chosen


def _is_meant(run: SweepRun, axis: str, glob: str) -> bool:
    names = {value_of(run, axis), str(getattr(run.planned, axis) or "none")}
    return any(fnmatchcase(name, glob) for name in names)


def value_of(run: SweepRun, axis: str) -> str:
    """Return what a run has on an axis; a harness without its version."""
    value = str(getattr(run.planned, axis) or "none")
    return value.partition("@")[0] if axis == "harness" else value
