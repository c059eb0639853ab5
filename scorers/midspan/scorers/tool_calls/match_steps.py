"""What became of each call that was made: the step rows of `call_match`."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from midspan.scorers.matching.judgement import (
    EXTRA,
    LABELS,
    MATCHED,
    WRONG_ARGUMENTS,
    WRONG_ORDER,
    WRONG_TOOL,
)
from midspan.scorers.tool_calls.prepared import Prepared
from midspan.scorers.tool_calls.relations import DISTINCT, given_arguments
from midspan.scorers.tool_calls.sequences import Judged
from midspan.scorers.tool_calls.wording import differences

LABEL: Final = pl.Enum(LABELS)
_PAIR: Final = [*DISTINCT, "stands_for"]


@dataclass(frozen=True, kw_only=True)
class Steps:
    """The step rows, and the calls in scope with their labels for the rows of runs."""

    rows: pl.DataFrame
    labelled: pl.DataFrame


def match_steps(judged: Judged, prepared: Prepared) -> Steps:
    """Return the step rows of judged runs."""
    lacking = judged.missing.select("run_id", lacking=True).unique()
    not_there = pl.col("lacking") & ~pl.col("neutral")
    labelled = judged.calls.join(
        lacking, on="run_id", how="left", maintain_order="left"
    ).with_columns(
        label=pl.coalesce(
            "label",
            pl.when(not_there).then(pl.lit(WRONG_TOOL, LABEL)),
            pl.lit(EXTRA, LABEL),
        ),
        credit=pl.col("credit").fill_null(0.0),
        unsure=pl.col("unsure").fill_null(False),
    )
    different = labelled.filter(pl.col("label") == WRONG_ARGUMENTS, ~pl.col("unsure"))
    explained = labelled.join(
        _differences(different, prepared),
        on=_PAIR,
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    return Steps(rows=_rows(explained), labelled=labelled)


def _rows(calls: pl.DataFrame) -> pl.DataFrame:
    unsure = pl.col("unsure")
    return calls.select(
        "run_id",
        "span_id",
        "call",
        "trace_id",
        name=pl.lit("call_match"),
        value=pl.when(~unsure).then("credit"),
        label=pl.when(~unsure).then(pl.col("label").cast(pl.String)),
        explanation=pl.when(~unsure).then(_explanation()),
        evidence=pl.concat_list("span_id"),
        status=pl.when(unsure).then(pl.lit("not_evaluated")).otherwise(pl.lit("ok")),
        reason=pl.when(unsure).then(pl.lit("the arguments of the call were not recorded")),
    )


def _explanation() -> pl.Expr:
    said = {
        MATCHED: pl.format("`{}` was called as expected", "tool"),
        WRONG_ARGUMENTS: pl.format("`{}` was expected with other arguments: {}", "tool", "because"),
        WRONG_ORDER: pl.format("`{}` was expected at another place in the order", "tool"),
        WRONG_TOOL: pl.format("`{}` is no expected tool, and an expected call is missing", "tool"),
        EXTRA: pl.format("`{}` was called beyond what is expected", "tool"),
    }
    label = pl.col("label")
    return pl.coalesce(pl.when(label == one).then(text) for one, text in said.items())


def _differences(calls: pl.DataFrame, prepared: Prepared) -> pl.DataFrame:
    """Return in what each distinct call differs from the expected one that it stands for."""
    distinct = calls.select(*_PAIR, "arguments").unique(_PAIR)
    said = [
        differences(
            prepared.expectations[code].calls[expected], given_arguments(arguments, schema, valid)
        )
        for code, _, _, _, schema, valid, _, expected, arguments in distinct.iter_rows()
    ]
    return distinct.select(_PAIR).with_columns(because=pl.Series(said, dtype=pl.String()))
