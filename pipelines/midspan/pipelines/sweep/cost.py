"""What the runs of a sweep that are still to be done may cost."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from midspan.pipelines.sweep.batches import Batch
from midspan.pipelines.sweep.plan import SweepRun
from midspan.pipelines.sweep.standing import Standing

_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What is still to be done may take and cost; what is not known is None, never 0."""

    jobs: int
    most_minutes: float | None
    """All jobs together, where each ends only at its limit; None where there is no limit."""
    price_per_minute: float | None
    """Of one job, in USD."""
    expected_minutes: float | None = None
    """From how long finished runs took; None before the first. Starting a model comes on top."""
    timed_runs: int = 0
    """How many finished runs that is from."""
    too_short: tuple[str, ...] = ()
    """Names of jobs whose runs are not expected to be done within the limit."""

    @property
    def most_usd(self) -> float | None:
        """What it cannot cost more than."""
        return _priced(self.most_minutes, self.price_per_minute)

    @property
    def expected_usd(self) -> float | None:
        """What it probably costs."""
        return _priced(self.expected_minutes, self.price_per_minute)


def estimate(
    batches: Sequence[Batch],
    standings: Mapping[str, Standing],
    *,
    timeout: str | None = None,
    price_per_minute: float | None = None,
    at_a_time: int = 1,
) -> Estimate:
    """Return what the jobs take and cost that hold runs still to be done.

    Runs are expected to take as long as finished ones of the same model and task did, else of the
    same model, else as all did.

    Args:
        batches: All jobs of the sweep, with the runs that are done.
        standings: How far each run is.
        timeout: After which a job is ended; without one, its runs' budgets of seconds limit it.
        price_per_minute: Of one job, in USD.
        at_a_time: How many runs a job has going at once.
    """
    to_do = {
        batch.name: [run for run in batch.runs if standings[run.run_id].state != "done"]
        for batch in batches
    }
    to_do = {name: runs for name, runs in to_do.items() if runs}
    durations = _Durations((run for batch in batches for run in batch.runs), standings)
    most = {name: _most(runs, timeout, at_a_time) for name, runs in to_do.items()}
    expected = {
        name: durations.expected(runs, at_a_time) / 60
        for name, runs in to_do.items()
        if durations.timed
    }
    limits = [limit for limit in most.values() if limit is not None]
    return Estimate(
        jobs=len(to_do),
        most_minutes=sum(limits) if len(limits) == len(most) else None,
        price_per_minute=price_per_minute,
        expected_minutes=_capped(expected, most) if expected else None,
        timed_runs=durations.timed,
        too_short=tuple(
            name
            for name, minutes in expected.items()
            if (limit := most[name]) is not None and minutes > limit
        ),
    )


def _most(runs: Sequence[SweepRun], timeout: str | None, at_a_time: int) -> float | None:
    """Return how many minutes a job can take, None if nothing ends it."""
    if timeout is not None:
        return seconds_of(timeout) / 60
    seconds = [run.task.budget.seconds for run in runs]
    limited = [each for each in seconds if each is not None]
    if len(limited) < len(seconds):
        return None
    return _together(limited, at_a_time) / 60


def _together(seconds: Sequence[float], at_a_time: int) -> float:
    return max(sum(seconds) / at_a_time, max(seconds))


def _capped(minutes: Mapping[str, float], limits: Mapping[str, float | None]) -> float:
    return sum(
        each if (limit := limits[name]) is None else min(each, limit)
        for name, each in minutes.items()
    )


def seconds_of(duration: str) -> float:
    """Return a duration as files say it, in seconds.

    >>> seconds_of("90s"), seconds_of("1.5h")
    (90.0, 5400.0)
    """
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([smhd])", duration)
    if match is None:
        raise ValueError(f"{duration!r} is no duration")
    return float(match[1]) * _SECONDS[match[2]]


class _Durations:
    """How long finished runs took."""

    def __init__(self, runs: Iterable[SweepRun], standings: Mapping[str, Standing]) -> None:
        found: dict[tuple[str, ...], list[float]] = {}
        self.timed = 0
        for run in runs:
            seconds = standings[run.run_id].seconds
            if seconds is not None:
                self.timed += 1
                for key in self._keys(run):
                    found.setdefault(key, []).append(seconds)
        self._mean = {key: fmean(seconds) for key, seconds in found.items()}

    def expected(self, runs: Sequence[SweepRun], at_a_time: int) -> float:
        """Return how long runs will take together, some of them at a time."""
        return _together([self._of(run) for run in runs], at_a_time)

    def _of(self, run: SweepRun) -> float:
        return next(self._mean[key] for key in self._keys(run) if key in self._mean)

    @staticmethod
    def _keys(run: SweepRun) -> tuple[tuple[str, ...], ...]:
        model, task = run.model.name, run.task.id
        return (model, task), (model,), ()


def _priced(minutes: float | None, per_minute: float | None) -> float | None:
    return None if minutes is None or per_minute is None else minutes * per_minute
