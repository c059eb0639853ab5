"""What became of each call that was made: the step rows of `call_match`."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from midspan.scorers.matching import Expectation
from midspan.scorers.matching.judgement import (
    EXTRA,
    MATCHED,
    WRONG_ARGUMENTS,
    WRONG_ORDER,
    WRONG_TOOL,
)
from midspan.scorers.roles import with_roles
from midspan.scorers.tables import Tables
from midspan.scorers.tool_calls.compared_calls import DISTINCT
from midspan.scorers.tool_calls.judged import LABEL, Judged
from midspan.scorers.tool_calls.wording import differences

_CALL: Final = ["run", "call"]
_PAIR: Final = [*DISTINCT, "stands_for"]

_SAID: Final = {
    MATCHED: "was called as expected",
    WRONG_ARGUMENTS: "was expected with other arguments: ",
    WRONG_ORDER: "was expected at another place in the order",
    WRONG_TOOL: "is no expected tool, and an expected call is missing",
    EXTRA: "was called beyond what is expected",
}


def labelled_calls(judged: Judged, tables: Tables) -> pl.DataFrame:
    """Return the calls in scope, all of them with a label.

    What nobody expects is in place of a missing call, unless it is beside the work.
    """
    lacking = judged.missing.select("run").unique()
    unnamed = judged.calls.filter(pl.col("label").is_null())
    in_place = unnamed.join(lacking, on="run", how="semi").select("run_id", *_CALL, "name", "tool")
    working = with_roles(in_place.lazy(), tables, "neutral").filter(~pl.col("neutral"))
    wrong = working.select(*_CALL, wrong=pl.lit(WRONG_TOOL, LABEL)).collect()
    labelled = judged.calls.join(wrong, on=_CALL, how="left", maintain_order="left")
    label = pl.coalesce("label", "wrong", pl.lit(EXTRA, LABEL))
    return labelled.with_columns(label=label).drop("wrong")


def match_steps(
    calls: pl.DataFrame, judged: Judged, expectations: Sequence[Expectation]
) -> pl.DataFrame:
    """Return the step rows of labelled calls."""
    unsure = pl.col("unsure")
    label = pl.col("label").cast(pl.String)
    said = pl.col("label").replace_strict(_SAID, return_dtype=pl.String)
    explanation = pl.concat_str(
        pl.lit("`"), "tool", pl.lit("` "), said, pl.col("because").fill_null("")
    )
    because = _because(calls, judged, expectations)
    return calls.join(because, on=_CALL, how="left", maintain_order="left").select(
        "run_id",
        "span_id",
        "call",
        "trace_id",
        name=pl.lit("call_match"),
        value=pl.when(~unsure).then("credit"),
        label=pl.when(~unsure).then(label),
        explanation=pl.when(~unsure).then(explanation),
        evidence=pl.concat_list("span_id"),
        status=pl.when(unsure).then(pl.lit("not_evaluated")).otherwise(pl.lit("ok")),
        reason=pl.when(unsure).then(pl.lit("the arguments of the call were not recorded")),
    )


def _because(
    calls: pl.DataFrame, judged: Judged, expectations: Sequence[Expectation]
) -> pl.DataFrame:
    """Return in what calls differ from the expected ones that they stand for."""
    wrong = calls.filter(pl.col("label") == WRONG_ARGUMENTS, ~pl.col("unsure"))
    compared = judged.compared
    different = wrong.select(*_CALL, "stands_for").join(compared.calls, on=_CALL)
    distinct = different.select(*_PAIR, "arguments").unique(_PAIR)
    said = [
        differences(expectations[code].calls[expected], compared.given(arguments, schema, valid))
        for code, _, _, _, schema, valid, _, expected, arguments in distinct.iter_rows()
    ]
    words = distinct.select(_PAIR).with_columns(because=pl.Series(said, dtype=pl.String()))
    return different.join(words, on=_PAIR, nulls_equal=True).select(*_CALL, "because")
