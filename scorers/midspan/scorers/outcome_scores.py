"""How a run came out: one outcome, whether it is a success, and each of its checks."""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from midspan.scorers.outcome_checks import checks_of, with_checks
from midspan.scorers.outcome_wording import JUDGED_HERE, outcome_explanation, unscored_reason
from midspan.scorers.outcomes import FACTS, with_outcome_facts
from midspan.scorers.per_tables import once_per_tables
from midspan.scorers.run_rows import run_rows
from midspan.scorers.score import Better, Declaration, Level
from midspan.scorers.tables import Tables

POINTS: Final = r"^(\d+) of (\d+) points found"
"""What the detail of a check of kind `key_points` begins with."""

_COLUMNS: Final = (
    "run_id",
    "task",
    "planned",
    "status",
    "ended_by",
    "exit_code",
    "detail",
    "answer",
    "turns",
    "output_tokens",
    "root_span_id",
    "checks",
    "judged",
    "outcome",
    *FACTS,
)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The outcome of every run, planned ones without a trace included.

    `success` has no row for what the infrastructure ended and for tasks without checks; where a
    check could not run it is not evaluated. A run that ended badly is no success, whatever its
    checks say.
    """

    version: ClassVar[str] = "2"
    declares: ClassVar[tuple[Declaration, ...]] = (
        Declaration(
            name="outcome",
            level=Level.RUN,
            unit="label",
            better=Better.NEITHER,
            description="How the run came out.",
        ),
        Declaration(
            name="success",
            level=Level.RUN,
            unit="0/1",
            better=Better.HIGHER,
            description="The run ended well and all checks of its task hold.",
        ),
        Declaration(
            name="answer_coverage",
            level=Level.RUN,
            unit="share",
            better=Better.HIGHER,
            description="Key points that the answer mentions.",
        ),
    )
    families: ClassVar[tuple[Declaration, ...]] = (
        Declaration(
            name="check.*",
            level=Level.RUN,
            unit="0/1",
            better=Better.HIGHER,
            description="One check of the task holds.",
        ),
    )

    def score(self, tables: Tables) -> pl.LazyFrame:
        """Return one outcome a run, and rows of success and checks where there are checks."""
        runs = run_outcomes(tables)
        began = runs.filter(pl.col("outcome") != "infra")
        checks = checks_of(began).join(
            began.select("run_id", "root_span_id", "answer", "judged"),
            on="run_id",
            maintain_order="left",
        )
        frames = [_outcome(runs), success_rows(runs), _check_rows(checks), _coverage(checks)]
        return pl.concat(frames, how="diagonal")


@once_per_tables
def run_outcomes(tables: Tables) -> pl.DataFrame:
    """Return the runs with complete checks, their `outcome` and what it was decided by."""
    facts = with_outcome_facts(with_checks(tables), tables.spans, tables.text)
    of_suite = pl.col("task").is_in(list(tables.setting.tasks)).fill_null(False)
    return facts.select(*_COLUMNS, of_suite=of_suite, calls_made="calls").collect()


def success_rows(runs: pl.DataFrame) -> pl.LazyFrame:
    """Return a row for each run with checks that the infrastructure did not end."""
    outcome = pl.col("outcome").cast(pl.String)
    held = outcome == "success"
    has_checks = (pl.col("checks").list.len() > 0).fill_null(False)
    # Of a planned run without a record, only a suite knows whether its task has checks.
    unknown = pl.col("planned") & pl.col("checks").is_null() & ~pl.col("of_suite")
    judged = runs.lazy().filter((has_checks | unknown) & (outcome != "infra"))
    return run_rows(
        judged,
        "success",
        held,
        outcome_explanation(),
        known=(outcome != "unscored") & ~unknown,
        reason=unscored_reason(),
        label=pl.when(held).then(pl.lit("pass")).otherwise(pl.lit("fail")),
        evidence=_evidence(),
    )


def _outcome(runs: pl.DataFrame) -> pl.LazyFrame:
    return runs.lazy().select(
        "run_id",
        name=pl.lit("outcome"),
        label=pl.col("outcome").cast(pl.String),
        explanation=outcome_explanation(),
        evidence=_evidence(),
    )


def _evidence() -> pl.Expr:
    """Return the failed request that ended the run, else its root."""
    ended = pl.when(pl.col("outcome") == "provider_error").then("last_span_id")
    return pl.concat_list(pl.coalesce(ended, "root_span_id")).list.drop_nulls()


def _check_rows(checks: pl.DataFrame) -> pl.LazyFrame:
    """Return a row for each check; of one that could not run, why."""
    passed = pl.col("passed")
    verb = pl.when(passed).then(pl.lit("holds")).otherwise(pl.lit("does not hold"))
    here = pl.col("id").is_in(pl.col("judged")).fill_null(False)
    by = pl.when(here).then(pl.lit(f", {JUDGED_HERE}")).otherwise(pl.lit(""))
    detail = pl.concat_str(by, pl.concat_str(pl.lit(": "), "detail").fill_null(""))
    known = passed.is_not_null()
    return checks.lazy().select(
        "run_id",
        name=pl.format("check.{}", "id"),
        value=passed.cast(pl.Float64),
        label=pl.when(passed).then(pl.lit("pass")).when(known).then(pl.lit("fail")),
        explanation=pl.when(known).then(pl.format("{} ({}) {}{}", "id", "kind", verb, detail)),
        evidence=pl.concat_list("root_span_id").list.drop_nulls(),
        status=pl.when(known).then(pl.lit("ok")).otherwise(pl.lit("not_evaluated")),
        reason=pl.when(~known).then(
            pl.coalesce("detail", pl.lit("the check could not run, and did not say why"))
        ),
    )


def _coverage(checks: pl.DataFrame) -> pl.LazyFrame:
    """Return the share of key points found; all lists of points of a run are one."""
    points = checks.lazy().filter(pl.col("kind") == "key_points")
    detail, silent = pl.col("detail"), pl.col("answer").is_null() & ~pl.col("passed")
    counts = points.select(
        "run_id",
        "detail",
        found=detail.str.extract(POINTS, 1).cast(pl.Int64),
        points=detail.str.extract(POINTS, 2).cast(pl.Int64),
        silent=silent.fill_null(False),
    )
    of_runs = counts.group_by("run_id", maintain_order=True).agg(
        pl.col("found", "points").sum(),
        silent=pl.col("silent").all(),
        known=pl.col("points").is_not_null().all() & (pl.col("points").sum() > 0),
        why=detail.filter(pl.col("points").is_null()).first(),
        missing=detail.str.extract(r"(missing: .*)$", 1).drop_nulls().str.join("; "),
    )
    said = pl.format("{} of {} points found", "found", "points")
    more = pl.when(pl.col("missing") != "").then(pl.format(", {}", "missing"))
    told = pl.concat_str(said, more.otherwise(pl.lit("")))
    return run_rows(
        of_runs,
        "answer_coverage",
        pl.when("silent").then(0.0).otherwise(pl.col("found") / pl.col("points")),
        pl.when("silent").then(pl.lit("no answer was given")).otherwise(told),
        known=pl.col("known") | pl.col("silent"),
        reason=pl.coalesce("why", pl.lit("the record does not say how many points were found")),
        numerator=pl.when("known").then(pl.col("found").cast(pl.Float64)),
        n=pl.when("known").then("points"),
    )
