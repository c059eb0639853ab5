"""Which rules hold for which runs: those of the profile, and those of the task."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

import polars as pl

from midspan.scorers.profile.rules import Rule, RuleBase
from midspan.scorers.setting import Setting
from midspan.scorers.tables import Tables

Kind = TypeVar("Kind", bound=RuleBase)

VIOLATIONS: Final = {
    "run_id": pl.String(),
    "rule": pl.UInt32(),
    "trace_id": pl.String(),
    "span_id": pl.String(),
    "call": pl.Int32(),
    "explanation": pl.String(),
}
"""What breaks a rule: without a span, the run as a whole."""

UNKNOWN: Final = {"run_id": pl.String(), "rule": pl.UInt32(), "reason": pl.String()}
"""Runs of which the record does not tell whether they kept a rule."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What breaks some rules, and where that cannot be known."""

    violations: pl.DataFrame
    unknown: pl.DataFrame

    @classmethod
    def of(
        cls,
        violations: Iterable[pl.DataFrame | pl.LazyFrame] = (),
        unknown: Iterable[pl.DataFrame | pl.LazyFrame] = (),
    ) -> "Found":
        """Return all of several frames."""
        return cls(violations=_joined(violations, VIOLATIONS), unknown=_joined(unknown, UNKNOWN))


@dataclass(frozen=True, kw_only=True)
class Assigned:
    """Rules by their numbers, and the runs that each holds for."""

    names: tuple[str, ...]
    rules: tuple[Rule, ...]
    runs: pl.DataFrame
    """run_id, rule, and what is known of the run."""

    def of_kind(self, kind: type[Kind]) -> Mapping[int, Kind]:
        """Return the rules of one kind by their numbers."""
        return {number: rule for number, rule in enumerate(self.rules) if isinstance(rule, kind)}

    def runs_of(self, *numbers: int) -> pl.DataFrame:
        """Return the runs that some rules hold for."""
        return self.runs.filter(pl.col("rule").is_in(numbers))


def assigned(tables: Tables) -> Assigned:
    """Return the rules of all runs that began. A task's rule replaces the profile's of its name."""
    began = (
        tables.runs.filter(pl.col("status") != "missing")
        .select(
            *("run_id", "task", "root_span_id", "start_ns", "end_ns", "answer", "turns", "calls"),
            root_trace=pl.col("trace_ids").list.first(),
        )
        .sort("run_id")
        .collect()
    )
    rules: dict[tuple[str, str], tuple[int, Rule]] = {}
    rows = []
    for task in began["task"].unique(maintain_order=True):
        for name, rule in _of_task(tables.setting, task).items():
            key = (name, rule.model_dump_json())
            number, _ = rules.setdefault(key, (len(rules), rule))
            rows.append((task, number))
    holds = pl.DataFrame(rows, schema={"task": pl.String(), "rule": pl.UInt32()}, orient="row")
    return Assigned(
        names=tuple(name for name, _ in rules),
        rules=tuple(rule for _, rule in rules.values()),
        runs=began.join(holds, on="task", nulls_equal=True, maintain_order="left_right"),
    )


def _of_task(setting: Setting, task: str | None) -> dict[str, Rule]:
    of_task = setting.tasks.get(task) if task is not None else None
    return {**setting.profile.rules, **(of_task.rules if of_task else {})}


def _joined(
    frames: Iterable[pl.DataFrame | pl.LazyFrame], schema: Mapping[str, pl.DataType]
) -> pl.DataFrame:
    columns = [pl.col(name).cast(type_) for name, type_ in schema.items()]
    eager = [frame.lazy().select(columns).collect() for frame in frames]
    return pl.concat([pl.DataFrame(schema=dict(schema)), *eager])
