"""Score rows as servers take them: one for each span or run, and name.

Servers know one value of a name on a span. Where an LLM span without tool spans emitted several
calls, the worst of their values stands for them, with its label, and the explanations follow in the
order of the calls.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from midspan.scorers.comparison.declared import declared
from midspan.scorers.score import Better, Declaration
from midspan.scorers.tables import INTEGER, NUMBER, SOURCES, STRING

RESERVED: Final = "note"
"""A name under which Phoenix keeps people's notes."""

KEY: Final = ("run_id", "trace_id", "span_id", "name")
KEPT: Final = ("value", "label", "numerator", "n", "scorer", "scorer_version", "config_hash")
MERGED: Final = pl.Schema(
    {
        "run_id": STRING,
        "trace_id": STRING,
        "span_id": STRING,  # ? about the run
        "name": STRING,
        "value": NUMBER,  # ? label only
        "label": STRING,  # ? value only
        "numerator": NUMBER,
        "n": INTEGER,
        "scorer": STRING,
        "scorer_version": STRING,
        "config_hash": STRING,
        "source": SOURCES,  # code or llm
        "explanation": STRING,
        "calls": INTEGER,  # rows that it was made of
    }
)

NO_TRACE: Final = "of runs without a trace, which no server can show"
NOT_EVALUATED: Final = "not evaluated: the record does not say"
SCORER_FAILED: Final = "the scorer failed"
OF_PEOPLE: Final = "given by people, and left where they gave them"
NOT_FINITE: Final = "refused: not a finite number, which breaks the pages of servers"
NO_NAME: Final = "refused: without a name"
A_NOTE: Final = f"refused: named {RESERVED!r}, which Phoenix keeps for people's notes"
NOTHING: Final = "refused: neither value, label nor explanation"


def no_name() -> pl.Expr:
    """Return whether the name of a score row is one that no score may have at a server."""
    return (pl.col("name").str.strip_chars() == "") | (pl.col("name") == RESERVED)


_REFUSED: Final[Mapping[str, pl.Expr]] = {
    NO_NAME: pl.col("name").str.strip_chars() == "",
    A_NOTE: pl.col("name") == RESERVED,
    NOT_FINITE: ~pl.col("value").is_finite(),
    NOTHING: pl.all_horizontal(pl.col("value", "label", "explanation").is_null()),
}
_ASIDE: Final[Mapping[str, pl.Expr]] = {
    OF_PEOPLE: pl.col("source") == "human",
    NOT_EVALUATED: pl.col("status") == "not_evaluated",
    SCORER_FAILED: pl.col("status") == "failed",
    NO_TRACE: pl.col("trace_id").is_null(),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """What a server is given of some score rows, and what became of the others."""

    rows: pl.DataFrame
    """Of the columns of `MERGED`, in the order of their key."""

    refused: Mapping[str, int]
    """Score rows that no server may be given, by reason: left, and told."""

    aside: Mapping[str, int]
    """Score rows that are not for servers, by reason."""


def step_rows(scores: pl.DataFrame, known: Mapping[str, Declaration]) -> Rows:
    """Return a row for each step and name; `known` says which way a score is better.

    >>> from midspan.scorers.plugins import declarations
    >>> from midspan.scorers.tables import SCORES
    >>> call = {"run_id": "r", "trace_id": "t", "span_id": "s", "name": "call_ok", "scorer": "c"}
    >>> scores = SCORES.frame([
    ...     {**call, "call": 0, "value": 1.0, "label": "none", "status": "ok"},
    ...     {**call, "call": 1, "value": 0.0, "label": "hidden.error", "status": "ok"},
    ... ])
    >>> step_rows(scores, declarations()).rows.select("value", "label", "calls").rows()
    [(0.0, 'hidden.error', 2)]
    """
    return _rows(scores.filter(pl.col("span_id").is_not_null()), known)


def run_rows(scores: pl.DataFrame, known: Mapping[str, Declaration]) -> Rows:
    """Return a row for each run and name."""
    return _rows(scores.filter(pl.col("span_id").is_null()), known)


def added(*counts: Mapping[str, int]) -> dict[str, int]:
    """Return how many rows there are by reason, of several counts.

    >>> added({"failed": 2}, {"failed": 1, "no trace": 4})
    {'failed': 3, 'no trace': 4}
    """
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return dict(total)


def _rows(scores: pl.DataFrame, known: Mapping[str, Declaration]) -> Rows:
    reasons = [
        pl.when(holds).then(pl.lit(reason)) for reason, holds in {**_ASIDE, **_REFUSED}.items()
    ]
    marked = scores.with_columns(reason_not=pl.coalesce(*reasons))
    told = Counter(marked["reason_not"].drop_nulls())
    good = marked.filter(pl.col("reason_not").is_null())
    return Rows(
        rows=_merged(good, known),
        refused={reason: told[reason] for reason in _REFUSED if told[reason]},
        aside={reason: told[reason] for reason in _ASIDE if told[reason]},
    )


def _merged(scores: pl.DataFrame, known: Mapping[str, Declaration]) -> pl.DataFrame:
    """Return one row for each key: the worst, and what all of them say."""
    names = scores["name"].unique().to_list()
    signs = {name: _sign(declared(name, known).better) for name in names}
    order = pl.col("name").replace_strict(signs, default=0.0, return_dtype=pl.Float64)
    grouped = (
        scores.with_columns(badness=pl.col("value") * order)
        # Of a score without a direction the first call stands for all of them.
        .sort("badness", "call", "scorer", descending=[True, False, False], nulls_last=True)
        .group_by(*KEY, maintain_order=True)
        .agg(
            *(pl.col(name).first() for name in KEPT),
            pl.col("source").first(),
            explanation=_explained(),
            calls=pl.len().cast(pl.Int64),
        )
    )
    return grouped.select(MERGED.names()).cast(MERGED).sort(*KEY, nulls_last=False)


def _explained() -> pl.Expr:
    """Return what is said of each call, in the order of the calls, and whatever is equal once."""
    ordered = pl.col("explanation").sort_by("call", "scorer", nulls_last=True)
    said = ordered.drop_nulls().unique(maintain_order=True)
    return pl.when(said.len() > 0).then(said.str.join("\n"))


def _sign(better: Better) -> float:
    """Return by what a value is multiplied, so that the worst is the largest."""
    return {Better.HIGHER: -1.0, Better.LOWER: 1.0, Better.NEITHER: 0.0}[better]
