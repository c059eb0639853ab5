"""The runs of one variant as Phoenix compares variants: an experiment of precomputed runs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import polars as pl

from midspan.dashboards.phoenix import is_compared
from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.manifest import digest_of
from midspan.pipelines.publish.phoenix.bodies import Body, trace_bodies
from midspan.pipelines.publish.rows import run_rows
from midspan.scorers.comparison.runs import AXES

Cell = tuple[str, int]
"""A task, and the number of the trial from 1, as Phoenix counts repetitions."""

_SHORT: Final = 1_000
"""Nanoseconds in the smallest time that Phoenix keeps."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One run as Phoenix logs it, and what is said of it."""

    run_id: str
    task: str
    repetition: int
    body: Mapping[str, Any]
    """Of the request that logs it, but for the example."""

    evaluations: Mapping[str, Body]


@dataclass(frozen=True, kw_only=True)
class Variant:
    """Everything Phoenix is to have of one variant."""

    project: str
    axes: Mapping[str, str]
    attempts: Mapping[Cell, Attempt]

    @property
    def name(self) -> str:
        """Return what the experiment is called."""
        return " · ".join(self.axes.values()) or self.project

    @property
    def repetitions(self) -> int:
        """Return how often the most tried task was tried."""
        return max(repetition for _, repetition in self.attempts)

    @property
    def tasks(self) -> set[str]:
        """Return the tasks that were tried."""
        return {task for task, _ in self.attempts}

    @property
    def runs_digest(self) -> str:
        """Return a digest of which runs these are."""
        return digest_of(sorted(attempt.run_id for attempt in self.attempts.values()))

    @property
    def digest(self) -> str:
        """Return a digest of all of it."""
        return digest_of(
            [
                [one.body, one.repetition, one.evaluations]
                for one in sorted(self.attempts.values(), key=lambda one: one.run_id)
            ]
        )

    def metadata(self, *, done: bool) -> dict[str, Any]:
        """Return what stands on the experiment; once it is whole, the digest of what is in it."""
        ours = {"runs": self.runs_digest} | ({"digest": self.digest} if done else {})
        return {**self.axes, "midspan": ours}


def variants_of(runs: pl.DataFrame, scores: pl.LazyFrame, asked: Asked) -> Iterator[Variant]:
    """Yield the variants of some runs, all with a task, a trace and the column `project`."""
    primary = asked.setting.profile.compare.primary
    ordered = _numbered(runs).sort("project", *AXES, nulls_last=True)
    for (project, *values), of_variant in ordered.group_by("project", *AXES, maintain_order=True):
        ids = of_variant["run_id"].implode()
        of_these = scores.filter(pl.col("run_id").is_in(ids)).collect()
        bodies, _ = trace_bodies(run_rows(of_these, asked.known).rows, asked.known)
        evaluations: dict[str, dict[str, Body]] = {}
        for body in (one for one in bodies if is_compared(one["name"], primary)):
            evaluations.setdefault(body["metadata"]["run"], {})[body["name"]] = body
        axes = {
            axis: str(value) for axis, value in zip(AXES, values, strict=True) if value is not None
        }
        attempts = [
            _attempt(run, evaluations.get(run["run_id"], {}))
            for run in of_variant.iter_rows(named=True)
        ]
        yield Variant(
            project=str(project),
            axes=axes,
            attempts={(one.task, one.repetition): one for one in attempts},
        )


def _numbered(runs: pl.DataFrame) -> pl.DataFrame:
    """Return the runs with their repetition: the trial, or where two share one, their order."""
    cell = ("project", "task", *AXES)
    by_trial = pl.col("trial").is_not_null().all() & pl.col("trial").is_unique().all()
    return runs.sort("trial", "start_ns", "run_id", nulls_last=True).with_columns(
        repetition=pl.when(by_trial.over(cell))
        .then(pl.col("trial") + 1)
        .otherwise(pl.int_range(1, pl.len() + 1).over(cell))
    )


def _attempt(run: Mapping[str, Any], evaluations: Mapping[str, Body]) -> Attempt:
    outcome = evaluations.get("outcome", {}).get("result", {}).get("label")
    begun = run["start_ns"] or 0
    output = {"answer": run["answer"]} | ({"outcome": outcome} if outcome else {})
    return Attempt(
        run_id=run["run_id"],
        task=run["task"],
        repetition=run["repetition"],
        body={
            "output": output,
            "repetition_number": run["repetition"],
            "start_time": moment(begun),
            "end_time": moment(max(run["end_ns"] or begun, begun)),
            "trace_id": run["trace_ids"][0],
        },
        evaluations=evaluations,
    )


def moment(nanoseconds: int) -> str:
    """Return a time as Phoenix reads it.

    >>> moment(1_500_000_000)
    '1970-01-01T00:00:01.500000+00:00'
    """
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    when = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // _SHORT)
    return when.isoformat(timespec="microseconds")
