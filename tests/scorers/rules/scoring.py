"""A run, the calls of it that most tests of rules make, and the rows that `Rules` gives."""

from typing import Any

import polars as pl

from midspan.scorers.profile import Profile
from midspan.scorers.rules import Rules
from midspan.scorers.score import score_rows
from midspan.scorers.setting import Setting
from tests.scorers.builders import Row, calls, runs, spans, tables

RUN: Row = {"run_id": "r", "root_span_id": "root", "trace_ids": ["t"], "calls": 3, "turns": 3}
Told = list[tuple[str, str | None, int | None, float | None, str]]

KEPT: Told = [("rule.it", None, None, 1.0, "kept")]

LOOK, BUY = {"name": "look", "turn": 0}, {"name": "buy", "turn": 1}


def profile(rules: str) -> Profile:
    return Profile.parse(f"profile: p\ncontract: 1\nrules:\n  it: {{{rules}}}\n")


def scored(
    rules: str, *rows: Row, run: Row | None = None, at: list[Row] | None = None
) -> pl.DataFrame:
    given = tables(
        Setting.of(profile=profile(rules)),
        runs=runs(RUN | (run or {})),
        calls=calls(*rows),
        spans=spans(*(at or [])),
    )
    scorer = Rules()
    return score_rows(scorer.score(given).collect(), name="rules", scorer=scorer)


def told(rules: str, *rows: Row, **more: Any) -> Told:
    """Name, span, call, value, and explanation or else reason."""
    found = scored(rules, *rows, **more).select(
        "name", "span_id", "call", "value", pl.coalesce("explanation", "reason")
    )
    return found.sort("name", "call", "span_id", descending=[True, False, False]).rows()
