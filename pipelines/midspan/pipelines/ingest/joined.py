"""What an ingest says of the workspace whose runs it joined, where its rows go to another one."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import polars as pl

from midspan.pipelines.ingest.commit import said_anew
from midspan.pipelines.ingest.files import SpanFile
from midspan.pipelines.ingest.known import Known
from midspan.pipelines.ingest.manifest import ManifestLine
from midspan.pipelines.ingest.span import Span
from midspan.pipelines.ingest.stored import runs_touched, stored_spans
from midspan.pipelines.ingest.streams import Received
from midspan.pipelines.workspace import Workspace


class Stored(Protocol):
    """Runs that new spans may join, wherever the rows are to be written."""

    @property
    def path(self) -> Path:
        """Return the workspace that holds them."""

    def touched(self, *, run_ids: Set[str], traces: Set[str], sessions: Set[str]) -> list[str]:
        """Return the runs that new spans may change."""

    def spans(self, run_ids: list[str]) -> Iterator[Span]:
        """Yield the spans of runs."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The runs of a workspace, found by looking through all of its spans."""

    workspace: Workspace

    @property
    def path(self) -> Path:
        """Return the workspace's folder."""
        return self.workspace.path

    def touched(self, *, run_ids: Set[str], traces: Set[str], sessions: Set[str]) -> list[str]:
        """Return the runs that new spans may change."""
        return runs_touched(self.workspace, run_ids=run_ids, traces=traces, sessions=sessions)

    def spans(self, run_ids: list[str]) -> Iterator[Span]:
        """Yield the spans of runs."""
        return stored_spans(self.workspace, run_ids)


@dataclass(frozen=True, kw_only=True)
class Joined:
    """What becomes of the workspace whose runs were joined, once the new rows go into it.

    `runs` are those of its runs that were read again: their rows go. `superseded` are spans of
    earlier files that others took the place of, by line of the manifest, of which there were
    `lines`; `read_again` and `settled` are numbers of lines that others say anew. `past` is which
    rows of the quarantine go; None: none do.
    """

    runs: tuple[str, ...]
    lines: int
    superseded: Mapping[int, int]
    read_again: frozenset[int]
    settled: frozenset[int]
    past: pl.Expr | None

    def line_after(self, number: int, line: ManifestLine) -> ManifestLine:
        """Return a line of the manifest as it is now."""
        if number in self.read_again:
            return line.read_again()
        line = line.settled() if number in self.settled else line
        return line.with_merged(self.superseded.get(number, 0))


def joined_by(
    known: Known,
    files: Sequence[SpanFile],
    touched: Sequence[str],
    merged: Mapping[int, int],
    settled: Set[int],
    manifest: Sequence[ManifestLine],
) -> Joined:
    """Return what the reading of files means for the workspace whose runs were `touched`."""
    new = {file.line for file in files}
    only_received = files and all(isinstance(file.path, Received) for file in files)
    earlier = range(len(known.lines))
    return Joined(
        runs=tuple(touched),
        lines=len(earlier),
        superseded={n: count for n, count in merged.items() if n in earlier and n not in new},
        read_again=frozenset(n for n in earlier if known.lines[n].hash in known.tried_again),
        settled=frozenset(settled),
        # What was received goes on in a file of the same name, and takes nothing back.
        past=None if only_received else said_anew(known, settled, manifest),
    )
