"""The steps of runs in blocks, each of which a page decodes when one of its runs is opened."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from midspan.dashboards.report import calls as of_calls
from midspan.dashboards.report import spans as of_spans
from midspan.dashboards.report import step_scores as of_scores
from midspan.dashboards.report.columns import as_json, offsets
from midspan.dashboards.report.cuts import Texts, beginnings, cut, long_places
from midspan.dashboards.report.frames import Redact

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


def with_blocks(
    document: Mapping[str, Any], answers: list[Any], told: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return a document that also says where the steps of its runs are, and what was answered."""
    runs = range(len(answers))
    places = {
        "block": [place // RUNS for place in runs],
        "row": [place % RUNS for place in runs],
        "answer": answers,
    }
    return {**document, "runs": {**document["runs"], **places}, "blocks": told}


def blocks(runs: pl.DataFrame, frames: StepFrames, redact: Redact) -> Iterator[Block]:
    """Yield the blocks of all runs, in their order."""
    numbered = runs.select("run_id").with_row_index("run")
    spans = of_spans.shown(numbered, frames.spans, frames.text, frames.calls, redact)
    places = of_spans.place_of(spans)
    calls = of_calls.shown(numbered, frames.calls, places, redact)
    scores = of_scores.shown(numbered, frames.scores, places, redact)
    answers = redact(runs["answer"], runs["run_id"])
    parts = [
        _Part("spans", of_spans.columns(spans), of_spans.TEXTS, runs.height),
        _Part("calls", of_calls.columns(calls), of_calls.TEXTS, runs.height),
        _Part("scores", of_scores.columns(scores), of_scores.TEXTS, runs.height),
    ]
    for number, first in enumerate(range(0, runs.height, RUNS)):
        texts: Texts = {}
        last = min(first + RUNS, runs.height)
        ids = as_json({"runs": runs["run_id"].slice(first, last - first)})
        tables = [b'"%b":%b' % (part.name.encode(), part.of(first, last, texts)) for part in parts]
        yield Block(
            number=number,
            steps=b"%b,%b}" % (ids[:-1], b",".join(tables)),
            answers=cut(answers.slice(first, last - first), "runs.answer", texts),
            texts=texts,
        )


class _Part:
    """One of the tables, from which the rows of some runs are taken."""

    def __init__(self, name: str, rows: pl.DataFrame, texts: Sequence[str], runs: int) -> None:
        self.name = name
        counted = dict(rows.group_by("run").len().iter_rows())
        self._rows = rows.drop("run")
        self._counts = [counted.get(run, 0) for run in range(runs)]
        self._start = offsets(self._counts)
        # Of all rows at once: asked of each block, it takes as long as to write them.
        self._long = {text: long_places(rows[text]) for text in texts}

    def of(self, first: int, last: int, texts: Texts) -> bytes:
        begin, end = self._start[first], self._start[last]
        columns = {column.name: column for column in self._rows.slice(begin, end - begin)}
        lengths: dict[str, Any] = {}
        for name, places in self._long.items():
            long = places[bisect_left(places, begin) : bisect_left(places, end)]
            if long:
                here = [place - begin for place in long]
                columns[name], lengths[name] = beginnings(
                    columns[name], f"{self.name}.{name}", texts, here
                )
        start = offsets(self._counts[first:last])
        return as_json({**columns, "start": start, "cut": lengths})
