"""Runs to tell the story of, and the lines of it."""

from typing import Any

import polars as pl

from midspan.dashboards.terminal import Story
from midspan.scorers.run_view import Run, runs_of
from midspan.scorers.score import Better, Declaration, Level
from tests.dashboards.terminal.printing import printed
from tests.scorers import builders
from tests.scorers.builders import Row

SECOND = 1_000_000_000
LOOKED = '{"order": 1}'


def declared(name: str, unit: str, better: Better, level: Level = Level.STEP) -> Declaration:
    return Declaration(name=name, level=level, unit=unit, better=better, description="x")


DECLARED = {
    each.name: each
    for each in (
        declared("call_ok", "0/1", Better.HIGHER),
        declared("call_match", "share", Better.HIGHER),
        declared("response", "0/1", Better.HIGHER),
        declared("loop", "count", Better.LOWER),
        declared("empty_turn", "0/1", Better.LOWER),
        declared("recovery_rate", "share", Better.HIGHER, Level.RUN),
        declared("calls_match", "0/1", Better.HIGHER, Level.RUN),
        declared("longest_loop", "count", Better.LOWER, Level.RUN),
    )
}


def run(row: Row | None = None, **frames: pl.DataFrame) -> Run:
    given = {"run_id": "r", "start_ns": 0, **(row or {})}
    (view,) = runs_of(builders.tables(None, **{"runs": builders.runs(given), **frames}))
    return view


def told(of: Run, *scores: Row, width: int = 400) -> list[str]:
    story = Story(run=of, scores=builders.scores(*scores), declared=DECLARED)
    return printed(story, width=width)


def step_rows(of: Run, *scores: Row) -> list[str]:
    """The lines of the steps, without beginning and end."""
    lines = told(of, *scores)
    begin = next(n for n, line in enumerate(lines) if line.startswith("turn "))
    return lines[begin : next(n for n, line in enumerate(lines) if line.startswith("answer"))]


def one_call(**row: Any) -> dict[str, pl.DataFrame]:
    """One turn with one call."""
    return {
        "spans": builders.spans({"kind": "llm", "turn": 0, "span_id": "l"}),
        "calls": builders.judged({"turn": 0, "raw_arguments": LOOKED, "result": "ok", **row}),
    }
