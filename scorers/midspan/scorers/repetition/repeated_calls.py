"""How many calls of a run asked again what was already known."""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from midspan.scorers.repetition.ordered_calls import ordered_calls, text_of
from midspan.scorers.roles import STATE_CHANGING, with_roles
from midspan.scorers.run_rows import counted, run_rows
from midspan.scorers.score import Better, Declaration, Level
from midspan.scorers.tables import Tables

CALL: Final = ["run", "called", "same", "since"]
"""What equal calls share: tool, arguments, and that nothing was changed since."""


@dataclass(frozen=True, kw_only=True)
class RepeatedCalls:
    """Calls that equal an earlier one of the run and brought nothing new / calls.

    Nothing new is the same result as an equal call before, or a failure. After a state-changing
    call an equal call may well give something else: it does not count.
    """

    version: ClassVar[str] = "1"
    declares: ClassVar[tuple[Declaration, ...]] = (
        Declaration(
            name="repeated_call_rate",
            level=Level.RUN,
            unit="share",
            better=Better.LOWER,
            description="Calls that equal an earlier call and brought nothing new.",
        ),
    )

    def score(self, tables: Tables) -> pl.LazyFrame:
        """Return one row a run."""
        ordered = ordered_calls(tables)
        repeated = _repeated(ordered, tables)
        again = ordered.join(repeated, on="row", how="semi", maintain_order="left")
        # Lists are dear: only of runs that repeat anything are made.
        examples = again.group_by("run").agg(
            repeated=pl.len().cast(pl.Int64),
            names=pl.col("tool").unique().sort(),
            evidence=pl.col("span_id").unique(maintain_order=True),
        )
        runs = (
            ordered.group_by("run", maintain_order=True)
            .agg(
                pl.col("run_id").first(),
                n=pl.len().cast(pl.Int64),
                comparable=pl.col("same").is_not_null().any() | (pl.len() == 1),
            )
            .join(examples, on="run", how="left", maintain_order="left")
            .with_columns(pl.col("repeated").fill_null(0), pl.col("evidence").fill_null([]))
        )
        return run_rows(
            runs.lazy(),
            "repeated_call_rate",
            pl.col("repeated") / pl.col("n"),
            _explanation(),
            known=pl.col("comparable"),
            reason="arguments of the calls were not recorded",
            numerator=pl.col("repeated").cast(pl.Float64),
            n=pl.col("n"),
            evidence=pl.col("evidence"),
        )


def _repeated(ordered: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Return the `row` of the calls that repeat an earlier one and brought nothing new."""
    calls = _with_since(ordered, tables).filter(pl.col("same").is_not_null())
    equal = calls.filter(pl.struct(CALL).is_duplicated())
    equal = equal.join(text_of(tables.calls, equal, "result"), on="row", maintain_order="left")
    later = ~pl.struct(CALL).is_first_distinct()
    same_result = ~pl.struct(*CALL, "result").is_first_distinct()
    nothing_new = pl.col("failed").fill_null(False) | (pl.col("result").is_not_null() & same_result)
    return equal.filter(later & nothing_new).select("row")


def _with_since(ordered: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Return the calls with `since`, the number of changes before them.

    A state-changing call stands there twice: as one that may repeat the change before, and as one
    that the next change may repeat.
    """
    calls = _with_changes(ordered, tables)
    if not calls[STATE_CHANGING].any():
        return ordered.with_columns(since=pl.lit(0))
    changes = pl.col(STATE_CHANGING).cast(pl.Int64)
    calls = calls.with_columns(since=changes.cum_sum().over("run"))
    earlier = calls.filter(STATE_CHANGING)
    return pl.concat([calls.with_columns(since=pl.col("since") - changes), earlier]).sort(
        "row", "since"
    )


def _with_changes(ordered: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Return the calls with `state_changing`: a dispatcher is what the tool that it calls is."""
    setting = tables.setting
    expected = (task.expected for task in setting.tasks.values())
    named = (setting.profile.tools.state_changing, *(of.state_changing for of in expected if of))
    if not any(named):
        return ordered.with_columns(pl.lit(False).alias(STATE_CHANGING))
    outer = with_roles(ordered.lazy(), tables, STATE_CHANGING)
    dispatched = ordered.lazy().filter(pl.col("tool") != pl.col("name"))
    inner_name = pl.col("tool").str.replace("^.*/", "").alias("name")
    inner = with_roles(
        dispatched.select("row", "run_id", inner_name), tables, STATE_CHANGING, "read_only"
    ).select("row", "read_only", inner_changes=STATE_CHANGING)
    changes = pl.col("inner_changes") | (pl.col(STATE_CHANGING) & ~pl.col("read_only"))
    return (
        outer.join(inner, on="row", how="left", maintain_order="left")
        .with_columns(pl.coalesce(changes, STATE_CHANGING).alias(STATE_CHANGING))
        .collect()
    )


def _explanation() -> pl.Expr:
    names = pl.col("names").list.join(", ")
    return (
        pl.when(pl.col("repeated") == 0)
        .then(pl.lit("no call repeated an earlier one without anything new"))
        .otherwise(
            pl.format(
                "{} of {} repeated an earlier one without anything new ({})",
                pl.col("repeated"),
                counted(pl.col("n"), "call"),
                names,
            )
        )
    )
