"""Runs judged by counting equal calls: where no order is asked for, and equal is all there is."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from midspan.scorers.matching import Parameters, TaskFrames, parameters
from midspan.scorers.tables import Tables

TOOL: Final = ["run", "expected_name"]
EQUAL: Final = [*TOOL, "same"]

_PLAIN: Final = ("string", "number", "integer", "boolean", "null")
_INSIDE: Final = frozenset({"$ref", "anyOf", "oneOf", "allOf", "properties", "items"})


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What counting tells: of the calls of some tools everything, of others nothing."""

    calls: pl.DataFrame
    """The calls of which it tells: run, call, expected_name, same, how many are `wanted`, and
    whether the call is `matched`."""
    counts: pl.DataFrame
    """run, selected and met by these calls."""
    missing: pl.DataFrame
    """run, code and place of expected calls that were not made."""
    untold: pl.DataFrame
    """run, code and expected_name of the tools whose calls have to be compared."""


def counted_calls(
    runs: pl.DataFrame, calls: pl.DataFrame, frames: TaskFrames, tables: Tables
) -> Counted:
    """Return what counting tells of runs and their calls, tool by tool.

    It tells nothing where a call without a match stands beside an expected call of its tool: how
    much they have in common is to be found out. Nor where arguments were not recorded, or where
    their schema may give them another meaning.
    """
    expected = _expected(runs, frames)
    of_tool = expected.group_by("code", "expected_name").agg(
        of_tool=pl.len().cast(pl.Int64), free=pl.col("key").is_null().any()
    )
    of_key = expected.group_by("code", "expected_name", "same").agg(wanted=pl.len().cast(pl.Int64))
    named = (
        calls.select(*TOOL, "call", "key")
        .join(runs.select("run", "code"), on="run", maintain_order="left")
        .join(of_tool, on=["code", "expected_name"], maintain_order="left")
        .with_columns(same=pl.when("free").then(0).otherwise("key"))
        .join(of_key, on=["code", "expected_name", "same"], how="left", maintain_order="left")
        .with_columns(pl.col("wanted").fill_null(0))
        .with_columns(matched=pl.int_range(pl.len()).over(EQUAL) < pl.col("wanted"))
    )
    tools = named.group_by(TOOL).agg(
        pl.col("code", "of_tool").first(),
        made=pl.len().cast(pl.Int64),
        met=pl.col("matched").sum().cast(pl.Int64),
        unknown=pl.col("same").is_null().any(),
    )
    left_over = tools.filter(pl.col("met") < pl.col("made"))
    decoding = pl.col("expected_name").cast(pl.String).is_in(_decoding_tools(left_over, tables))
    open_ = left_over.filter((pl.col("met") < pl.col("of_tool")) | decoding)
    columns = ["run", "code", "expected_name"]
    untold = pl.concat([tools.filter("unknown"), open_]).select(columns).unique()
    told = tools.join(untold, on=TOOL, how="anti")
    of_calls = named.join(untold, on=TOOL, how="anti", maintain_order="left")
    return Counted(
        calls=of_calls.select(*EQUAL, "call", "wanted", "matched"),
        counts=told.select("run", "met", selected=pl.min_horizontal("made", "of_tool")),
        missing=_missing(runs, expected, told, of_calls, untold),
        untold=untold,
    )


def met_by(calls: pl.DataFrame) -> pl.DataFrame:
    """Return run and `met`, by some of the counted calls alone."""
    equal = calls.group_by(EQUAL).agg(made=pl.len().cast(pl.Int64), wanted=pl.col("wanted").first())
    return equal.group_by("run").agg(met=pl.min_horizontal("made", "wanted").sum())


def _expected(runs: pl.DataFrame, frames: TaskFrames) -> pl.DataFrame:
    """Return the expected calls of tasks; `same` is equal for those that the same calls match."""
    of_tasks = frames.calls.join(runs.select("code").unique(), on="code", how="semi")
    return of_tasks.sort("code", "place").select(
        "code", "place", "key", expected_name="name", same=pl.col("key").fill_null(0)
    )


def _decoding_tools(calls: pl.DataFrame, tables: Tables) -> list[str]:
    """Return the tools whose schema may want a text decoded to a list or an object."""
    if calls.is_empty():
        return []
    schemas = tables.tools.filter(pl.col("schema").is_not_null()).select("name", "schema").unique()
    return [
        name for name, schema in schemas.collect().iter_rows() if not _plain(parameters(schema))
    ]


def _plain(of_tool: Parameters) -> bool:
    described = of_tool.schema["properties"].values() if of_tool.known else ()
    return all(
        isinstance(one, dict) and one.get("type") in _PLAIN and _INSIDE.isdisjoint(one)
        for one in described
    )


def _missing(
    runs: pl.DataFrame,
    expected: pl.DataFrame,
    told: pl.DataFrame,
    calls: pl.DataFrame,
    untold: pl.DataFrame,
) -> pl.DataFrame:
    """Return the expected calls of runs that no call made stands for: the last of equal ones."""
    met = told.group_by("run").agg(met=pl.col("met").sum())
    lacking = (
        runs.select("run", "code", "expected")
        .join(met, on="run", how="left")
        .filter(pl.col("met").fill_null(0) < pl.col("expected"))
    )
    equal = calls.group_by(EQUAL).agg(met_of_equal=pl.col("matched").sum())
    nth = pl.int_range(pl.len()).over("code", "expected_name", "same")
    return (
        lacking.join(expected.with_columns(nth=nth), on="code")
        .join(untold, on=TOOL, how="anti")
        .join(equal, on=EQUAL, how="left")
        .filter(pl.col("nth") >= pl.col("met_of_equal").fill_null(0))
        .select("run", "code", "place")
    )
