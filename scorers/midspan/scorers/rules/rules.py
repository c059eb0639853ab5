"""What a run must and must not do on its way, held against what it did."""

from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from midspan.scorers.rules.assigned import Assigned, Found, assigned
from midspan.scorers.rules.limits import limit_rules
from midspan.scorers.rules.predicate_rules import predicate_rules
from midspan.scorers.rules.repeats import repeat_rules
from midspan.scorers.rules.used_results import used_result_rules
from midspan.scorers.score import Better, Declaration, Level
from midspan.scorers.tables import Tables

KEY = ["run_id", "rule"]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The rules of the profile and of each run's task.

    A violation stands on the span that breaks the rule. Runs that never began have no rows.
    """

    version: ClassVar[str] = "1"
    declares: ClassVar[tuple[Declaration, ...]] = ()
    families: ClassVar[tuple[Declaration, ...]] = (
        Declaration(
            name="violation.*",
            level=Level.STEP,
            unit="0/1",
            better=Better.LOWER,
            description="A step that breaks a rule.",
        ),
        Declaration(
            name="rule.*",
            level=Level.RUN,
            unit="0/1",
            better=Better.HIGHER,
            description="The run kept the rule.",
        ),
    )

    def score(self, tables: Tables) -> pl.LazyFrame:
        """Return a row for each violation, and one for each rule of a run."""
        rules = assigned(tables)
        parts = [
            judge(rules, tables)
            for judge in (predicate_rules, limit_rules, repeat_rules, used_result_rules)
        ]
        found = Found.of([each.violations for each in parts], [each.unknown for each in parts])
        told = _told(rules)
        return pl.concat(
            [_steps(found.violations, told), _runs(rules, found, told)], how="diagonal"
        ).lazy()


def _told(rules: Assigned) -> pl.DataFrame:
    """Return the name of each rule, and why it stands there."""
    why = [f" ({rule.description})" if rule.description else "" for rule in rules.rules]
    names = {"rule": range(len(rules.rules)), "named": rules.names, "why": why}
    types = {"rule": pl.UInt32(), "named": pl.String(), "why": pl.String()}
    return pl.DataFrame(names, schema=types)


def _steps(violations: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each span that breaks a rule, however often it does."""
    on_spans = violations.filter(pl.col("span_id").is_not_null())
    per_span = on_spans.group_by(*KEY, "trace_id", "span_id", "call", maintain_order=True).agg(
        pl.col("explanation").unique(maintain_order=True).str.join("; ")
    )
    return per_span.join(told, on="rule", maintain_order="left").select(
        "run_id",
        "span_id",
        "call",
        "trace_id",
        name=pl.format("violation.{}", "named"),
        value=pl.lit(1.0),
        label=pl.lit("fail"),
        explanation=pl.concat_str("explanation", "why"),
        evidence=pl.concat_list("span_id"),
    )


def _runs(rules: Assigned, found: Found, told: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each rule of a run: what is broken is known, whatever else is not."""
    broken = found.violations.group_by(KEY, maintain_order=True).agg(
        times=pl.len().cast(pl.Int64),
        first=pl.col("explanation").first(),
        evidence=pl.col("span_id").drop_nulls().unique(maintain_order=True),
    )
    unknown = found.unknown.unique(KEY, keep="first", maintain_order=True)
    runs = (
        rules.runs.select(KEY)
        .join(told, on="rule", maintain_order="left")
        .join(broken, on=KEY, how="left", maintain_order="left")
        .join(unknown, on=KEY, how="left", maintain_order="left")
    )
    kept, known = (
        pl.col("times").is_null(),
        pl.col("times").is_not_null() | pl.col("reason").is_null(),
    )
    more = pl.when(pl.col("times") > 1).then(pl.format(" (1 of {} violations)", "times"))
    said = pl.concat_str(pl.lit("broken: "), "first", more.otherwise(pl.lit("")), "why")
    return runs.select(
        "run_id",
        name=pl.format("rule.{}", "named"),
        value=pl.when(known).then(kept.cast(pl.Float64)),
        label=pl.when(~known).then(None).when(kept).then(pl.lit("pass")).otherwise(pl.lit("fail")),
        explanation=pl.when(known).then(
            pl.when(kept).then(pl.concat_str(pl.lit("kept"), "why")).otherwise(said)
        ),
        evidence=pl.col("evidence").fill_null([]),
        status=pl.when(known).then(pl.lit("ok")).otherwise(pl.lit("not_evaluated")),
        reason=pl.when(~known).then("reason"),
    )
