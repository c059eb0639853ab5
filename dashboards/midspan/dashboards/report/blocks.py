"""The steps of runs in blocks, each of which a page decodes when one of its runs is opened."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from midspan.dashboards.report.calls import call_columns, shown_calls
from midspan.dashboards.report.columns import Columns, as_json, offsets
from midspan.dashboards.report.cuts import Texts, cut
from midspan.dashboards.report.frames import Redact
from midspan.dashboards.report.spans import place_of, shown_spans, span_columns
from midspan.dashboards.report.step_scores import score_columns, shown_scores

RUNS: Final = 100
"""Runs of a block: large enough to be packed well, small enough to be opened at once."""


@dataclass(frozen=True, kw_only=True)
class StepFrames:
    """The tables that steps are told from."""

    spans: pl.DataFrame
    text: pl.DataFrame
    calls: pl.DataFrame
    scores: pl.DataFrame


@dataclass(frozen=True, kw_only=True)
class Block:
    """The steps of some runs, and the full texts of what is cut in them."""

    number: int
    steps: bytes
    """As JSON."""
    texts: Texts
    answers: list[Any]


@dataclass(frozen=True, kw_only=True)
class Blocks:
    """What a document says of its blocks."""

    told: Sequence[dict[str, Any]]
    of_runs: dict[str, list[Any]]
    """The columns `block`, `row` and `answer` of runs."""

    @classmethod
    def of(cls, answers: list[Any], told: Sequence[dict[str, Any]]) -> "Blocks":
        """Return what is said of the blocks of runs whose answers these are."""
        runs = range(len(answers))
        return cls(
            told=told,
            of_runs={
                "block": [place // RUNS for place in runs],
                "row": [place % RUNS for place in runs],
                "answer": answers,
            },
        )


def blocks(runs: pl.DataFrame, frames: StepFrames, redact: Redact) -> Iterator[Block]:
    """Yield the blocks of all runs, in their order."""
    numbered = runs.select("run_id").with_row_index("run")
    spans = shown_spans(numbered, frames.spans, frames.text, frames.calls, redact)
    places = place_of(spans)
    calls = shown_calls(numbered, frames.calls, places, redact)
    scores = shown_scores(numbered, frames.scores, places, redact)
    answers = redact(runs["answer"], runs["run_id"])
    parts = [
        _Part("spans", spans, span_columns, runs.height),
        _Part("calls", calls, call_columns, runs.height),
        _Part("scores", scores, score_columns, runs.height),
    ]
    for number, first in enumerate(range(0, runs.height, RUNS)):
        texts: Texts = {}
        last = min(first + RUNS, runs.height)
        ids = as_json({"runs": runs["run_id"].slice(first, last - first)})
        tables = [b'"%b":%b' % (part.name.encode(), part.of(first, last, texts)) for part in parts]
        yield Block(
            number=number,
            steps=b"%b,%b}" % (ids[:-1], b",".join(tables)),
            answers=list(cut(answers.slice(first, last - first), "runs.answer", texts)),
            texts=texts,
        )


class _Part:
    """One of the tables, from which the rows of some runs are taken."""

    def __init__(
        self,
        name: str,
        frame: pl.DataFrame,
        columns: Callable[[pl.DataFrame, Texts], Columns],
        runs: int,
    ) -> None:
        self.name = name
        self._frame, self._columns = frame, columns
        counted = dict(frame.group_by("run").len().iter_rows())
        self._counts = [counted.get(run, 0) for run in range(runs)]
        self._start = offsets(self._counts)

    def of(self, first: int, last: int, texts: Texts) -> bytes:
        begin, end = self._start[first], self._start[last]
        rows = self._frame.slice(begin, end - begin)
        start = offsets(self._counts[first:last])
        return as_json({"start": start, **self._columns(rows, texts)})
