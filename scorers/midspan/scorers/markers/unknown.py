"""Runs of which too little was recorded to say that a predicate holds nowhere."""

from collections.abc import Iterator
from typing import Final

import polars as pl

from midspan.scorers.per_tables import once_per_tables
from midspan.scorers.profile.meaning import key_of
from midspan.scorers.profile.predicates import (
    AllPredicate,
    AnyPredicate,
    CountPredicate,
    NotPredicate,
    Predicate,
    SequencePredicate,
    ToolPredicate,
)
from midspan.scorers.tables import Tables

_NEEDS: Final = {
    "command": ("calls", "arguments"),
    "python": ("calls", "arguments"),
    "reads": ("calls", "arguments"),
    "writes": ("calls", "arguments"),
    "tool": ("calls",),
    "result": ("calls", "results"),
    "output": ("texts",),
    "answer": ("answer",),
}
_REASONS: Final = {
    "calls": "the calls were not recorded",
    "arguments": "the arguments of the calls were not recorded",
    "results": "the results of the calls were not recorded",
    "texts": "the texts of the model were not recorded",
    "answer": "neither the answer nor the texts of the model were recorded",
}


def leaves_of(predicate: Predicate) -> Iterator[Predicate]:
    """Yield the predicates that a predicate is made of."""
    parts: tuple[Predicate, ...]
    match predicate:
        case AllPredicate(all=parts) | AnyPredicate(any=parts):
            pass
        case NotPredicate(negated=part) | CountPredicate(count=part):
            parts = (part,)
        case SequencePredicate(sequence=parts, unless=unless):
            parts = parts if unless is None else (*parts, unless)
        case _:
            yield predicate
            return
    for part in parts:
        yield from leaves_of(part)


def unknown_runs(tables: Tables, predicate: Predicate) -> pl.DataFrame:
    """Return the runs in which the predicate may hold unseen: run_id, reason."""
    needs: dict[str, None] = {}
    for leaf in leaves_of(predicate):
        needs.update(dict.fromkeys(_NEEDS[key_of(leaf)]))
        if isinstance(leaf, ToolPredicate) and leaf.arguments:
            needs["arguments"] = None
    reason = pl.coalesce(pl.when(~pl.col(need)).then(pl.lit(_REASONS[need])) for need in needs)
    return _known(tables).select("run_id", reason=reason).filter(pl.col("reason").is_not_null())


def seen_runs(tables: Tables) -> pl.DataFrame:
    """Return the ids of the runs that happened: those only planned are nothing to judge."""
    return _known(tables).select("run_id")


@once_per_tables
def _known(tables: Tables) -> pl.DataFrame:
    """Return which parts of each run were recorded."""
    calls = tables.calls.group_by("run_id").agg(
        some=pl.len(),
        arguments=(pl.col("arguments").is_not_null() | pl.col("raw_arguments").is_not_null()).any(),
        results=(
            pl.col("result").is_not_null()
            | pl.col("error_message").is_not_null()
            | ~pl.col("executed")
        ).any(),
    )
    said = tables.text.filter(
        pl.any_horizontal(pl.col("text", "output", "reasoning").is_not_null())
    )
    turns = tables.spans.filter(
        pl.col("kind").cast(pl.String) == "llm", pl.col("turn").is_not_null()
    )
    return (
        tables.runs.filter(pl.col("status").cast(pl.String) != "missing")
        .select("run_id", "calls", "answer")
        .join(calls, on="run_id", how="left")
        .join(_ids(said, "said"), on="run_id", how="left")
        .join(_ids(turns, "turned"), on="run_id", how="left")
        .select(
            "run_id",
            calls=pl.col("calls").is_not_null() | pl.col("some").is_not_null(),
            arguments=pl.col("arguments").fill_null(True),
            results=pl.col("results").fill_null(True),
            texts=pl.col("said").fill_null(False) | pl.col("turned").is_null(),
            answer=pl.col("answer").is_not_null()
            | pl.col("said").fill_null(False)
            | pl.col("turned").is_null(),
        )
        .collect()
    )


def _ids(frame: pl.LazyFrame, name: str) -> pl.LazyFrame:
    return frame.select("run_id").unique().with_columns(pl.lit(True).alias(name))
