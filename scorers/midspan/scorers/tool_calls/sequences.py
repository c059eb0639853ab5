"""The judgement of runs whose calls had to be compared: each distinct sequence of rows once."""

from typing import Any, Final

import polars as pl

from midspan.scorers.matching import Judgement, Row, judge_both, total_credit
from midspan.scorers.matching.framed import framed
from midspan.scorers.matching.judgement import LABELS
from midspan.scorers.tool_calls.compared_calls import Rows

COUNTS: Final = {
    "selected": pl.Int64(),
    "met": pl.Int64(),
    "met_at_most": pl.Int64(),
    "hits": pl.Int64(),
    "hits_at_most": pl.Int64(),
    "matches": pl.Float64(),
}
"""`met` in any order, `hits` in the order that the mode asks for; `at_most` where pairs whose
arguments were not recorded are matches; `matches` with partial credit where that counts."""

PLACES: Final = {
    "sequence": pl.UInt32(),
    "at": pl.UInt32(),
    "label": pl.Enum(LABELS),
    "credit": pl.Float64(),
    "stands_for": pl.UInt32(),
    "unsure": pl.Boolean(),
}
_GROUP: Final = ["run", "group"]
_SEQUENCE: Final = ["expected", "ordered", "rows"]


class Sequences:
    """What the sequences of rows that groups of calls are made of amount to."""

    def __init__(self, runs: pl.DataFrame, calls: pl.DataFrame, rows: Rows) -> None:
        """Keep what runs (run, expected, ordered) made of calls (run, group, call, row)."""
        self._calls = calls
        self._rows = rows
        groups = (
            calls.group_by(_GROUP, maintain_order=True)
            .agg(rows="row")
            .join(runs.select("run", "expected", "ordered"), on="run", maintain_order="left")
        )
        self._distinct = groups.select(_SEQUENCE).unique(maintain_order=True)
        numbered = self._distinct.with_row_index("sequence")
        joined = groups.join(numbered, on=_SEQUENCE, how="left", maintain_order="left")
        self._groups = joined.select(*_GROUP, "sequence")
        self._judged = [
            judge_both(self._of(ids), expected=expected, ordered=ordered)
            for expected, ordered, ids in self._distinct.iter_rows()
        ]

    def _of(self, ids: list[int]) -> list[Row]:
        return [self._rows.all[one] for one in ids]

    def counts(self, *, partial_credit: bool = False) -> pl.DataFrame:
        """Return the counts of each group."""
        sequences = zip(self._distinct.iter_rows(), self._judged, strict=True)
        counts = [
            (
                *(low.selected, low.met, high.met, low.in_order, high.in_order),
                total_credit(self._of(ids), expected=expected, ordered=ordered)
                if partial_credit
                else float(low.in_order),
            )
            for (expected, ordered, ids), (low, high) in sequences
        ]
        of_sequences = framed(counts, COUNTS).with_row_index("sequence")
        return self._groups.join(of_sequences, on="sequence").select("run", *COUNTS)

    def places(self) -> pl.DataFrame:
        """Return what became of each call."""
        places = framed(
            (
                place
                for sequence, (low, high) in enumerate(self._judged)
                for place in _places(sequence, low, high)
            ),
            PLACES,
        )
        at = pl.int_range(pl.len(), dtype=pl.UInt32).over(_GROUP)
        return (
            self._calls.select(*_GROUP, "call", at=at)
            .join(self._groups, on=_GROUP, maintain_order="left")
            .join(places, on=["sequence", "at"], maintain_order="left")
            .drop("group", "sequence", "at")
        )


def _places(sequence: int, low: Judgement, high: Judgement) -> list[tuple[Any, ...]]:
    pairs = enumerate(zip(low.places, high.places, strict=True))
    return [
        (sequence, at, one.label, one.credit, one.expected, one is not other and one != other)
        for at, (one, other) in pairs
    ]
