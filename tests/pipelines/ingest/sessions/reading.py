"""Samples of session files, read and put together."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from midspan.pipelines.ingest.assembly.assemble import Records, assemble
from midspan.pipelines.ingest.raw import Rejected
from midspan.pipelines.ingest.sessions import SessionFormat, detect, read_session
from midspan.pipelines.ingest.span import Span

SAMPLES: Final = Path(__file__).parents[3] / "samples" / "sessions"

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Reading:
    """The spans of some files, what was rejected, and the tables that they make."""

    spans: list[Span]
    rejected: list[Rejected]
    frames: dict[str, pl.DataFrame]

    def of_kind(self, kind: str) -> list[Span]:
        """Return the spans of a kind by start."""
        found = (span for span in self.spans if span.kind == kind)
        return sorted(found, key=lambda span: (span.start_ns, span.end_ns or 0))

    def rows(self, table: str, *columns: str) -> list[Row]:
        """Return columns of a table."""
        return self.frames[table].select(columns).rows()

    def run(self, *columns: str) -> Row:
        """Return columns of the only run."""
        (row,) = self.rows("runs", *columns)
        return row

    def ms(self, span: Span) -> tuple[float, float | None]:
        """Return start and end of a span, in milliseconds since the first span."""
        first = min(each.start_ns for each in self.spans)
        end = None if span.end_ns is None else (span.end_ns - first) / 1e6
        return (span.start_ns - first) / 1e6, end


def read(*names: str) -> Reading:
    """Return what sample files hold, read together."""
    found: list[Span | Rejected] = []
    for name in names:
        content = (SAMPLES / name).read_bytes()
        format_ = detect(content[:4096], name)
        assert format_ is not None, name
        found += read_session(format_, content.splitlines(keepends=True), name)
    return _reading(found)


def read_lines(format_: SessionFormat, *lines: str, name: str = "session.jsonl") -> Reading:
    """Return what some lines hold."""
    return _reading(list(read_session(format_, [line.encode() for line in lines], name)))


def _reading(found: list[Span | Rejected]) -> Reading:
    spans = [item for item in found if isinstance(item, Span)]
    runs: dict[str, list[Span]] = defaultdict(list)
    for span in spans:
        runs[span.trace_id].append(span)
    return Reading(
        spans,
        [item for item in found if isinstance(item, Rejected)],
        assemble(runs, Records()).frames,
    )
