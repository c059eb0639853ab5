"""The rule `no_repeat`: no call is made so many times in a row with the same arguments."""

import polars as pl

from midspan.scorers.profile.rules import NoRepeatRule
from midspan.scorers.repetition.ordered_calls import ordered_calls
from midspan.scorers.rules.assigned import Assigned, Found
from midspan.scorers.tables import Tables


def repeat_rules(rules: Assigned, tables: Tables) -> Found:
    """Return the calls that repeat the ones before them too often, whatever they gave.

    Agents of one run are looked at apart, and dispatchers count under the tool that they call.
    """
    times = {number: rule.no_repeat for number, rule in rules.of_kind(NoRepeatRule).items()}
    if not times:
        return Found.of()
    limits = pl.DataFrame(
        {"rule": list(times), "limit": list(times.values())},
        schema={"rule": pl.UInt32(), "limit": pl.UInt32()},
    )
    runs = rules.runs.select("run_id", "rule", "calls").join(limits, on="rule")
    rows = _in_a_row(ordered_calls(tables))
    often = rows.filter(pl.col("repeated") >= min(times.values())).join(runs, on="run_id")
    broken = often.filter(pl.col("repeated") >= pl.col("limit")).sort("run_id", "rule", "row")
    perhaps = (
        rows.filter(pl.col("perhaps") >= min(times.values()))
        .join(runs, on="run_id")
        .filter(pl.col("perhaps") >= pl.col("limit"))
        .select("run_id", "rule", reason=pl.lit("arguments of the calls were not recorded"))
        .unique(maintain_order=True)
    )
    unseen = runs.filter(pl.col("calls").is_null()).with_columns(
        reason=pl.lit("what the model wrote was not recorded")
    )
    return Found.of(
        [
            broken.with_columns(
                explanation=pl.format(
                    "`{}` called {} times in a row with the same arguments", "tool", "repeated"
                )
            )
        ],
        [perhaps, unseen.join(perhaps, on=["run_id", "rule"], how="anti")],
    )


def _in_a_row(ordered: pl.DataFrame) -> pl.DataFrame:
    """Return the calls with `repeated`, the how manieth of equal ones in a row a call is.

    `perhaps` is the same where arguments that were not recorded are taken for equal ones.
    """
    rows = ordered.sort("run", "agent", "row", nulls_last=True)
    same_tool = pl.all_horizontal(
        pl.col(name).eq_missing(pl.col(name).shift()) for name in ("run", "agent", "called")
    )
    equal = (pl.col("same") == pl.col("same").shift()).fill_null(False)
    alike = pl.col("same").is_null() | pl.col("same").shift().is_null() | equal
    return rows.with_columns(
        repeated=_streak(same_tool & equal), perhaps=_streak(same_tool & alike)
    ).sort("row")


def _streak(goes_on: pl.Expr) -> pl.Expr:
    """Return the place of each row in its streak, from 1."""
    place = pl.int_range(pl.len(), dtype=pl.Int64)
    first = pl.when(~goes_on.fill_null(False)).then(place).forward_fill()
    return (1 + place - first).cast(pl.UInt32)
