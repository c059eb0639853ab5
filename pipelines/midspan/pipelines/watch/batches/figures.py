"""What a batch adds to the figures: how its runs ended, what its calls and scores say."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

import polars as pl

from midspan.pipelines.workspace import Workspace

OUTCOME, RESPONSE, PARSE = "outcome", "response", "call_parse"
"""Scores that are counted."""

KINDS: Final = {1: "adaptive", 0: "degenerate"}
PARSED: Final = {1: "passed", 0: "failed"}


def told_by(small: Workspace) -> dict[str, Counter[str]]:
    """Return counts of a scored batch: by counter, and in it by label."""
    calls = small.table("calls").select(pl.col("fault").cast(pl.String)).collect()
    scores = (
        small.table("scores")
        .filter(pl.col("name").is_in([OUTCOME, RESPONSE, PARSE]) & (pl.col("source") == "code"))
        .select("name", "value", label=pl.col("label").fill_null(pl.col("status").cast(pl.String)))
        .collect()
    )
    outcomes = scores.filter(pl.col("name") == OUTCOME)["label"]
    return {
        "runs_scored": Counter(outcomes.to_list()),
        "calls": Counter(calls["fault"].drop_nulls().to_list()),
        "responses": _by_value(scores, RESPONSE, KINDS),
        "parses": _by_value(scores, PARSE, PARSED),
    }


def _by_value(scores: pl.DataFrame, name: str, labels: Mapping[int, str]) -> Counter[str]:
    values = scores.filter(pl.col("name") == name)["value"].drop_nulls()
    return Counter(label for value in values if (label := labels.get(value)) is not None)
