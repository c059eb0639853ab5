"""The runs of a large workspace that a small batch of spans may change: found, and read again."""

from collections.abc import Iterator, Sequence, Set
from pathlib import Path

import numpy as np
import polars as pl

from midspan.pipelines.ingest.span import Span
from midspan.pipelines.ingest.stored import spans_of
from midspan.pipelines.storage.locks import Reading
from midspan.pipelines.storage.parts import TOOLS, scan
from midspan.pipelines.watch.batches.keys import Keys, hashes
from midspan.pipelines.workspace import SETTINGS
from midspan.scorers.tables import ALL, SPANS
from midspan.scorers.tables import TOOLS as TOOLS_TABLE


class Joinable:
    """The stored runs of a workspace; of its files, only those that hold a run are read.

    `versions` says of the runs that were found in which files their spans stood: as long as that
    is so, nobody has changed them.
    """

    def __init__(self, path: Path, keys: Keys) -> None:
        """Join runs of a workspace."""
        self.path = path
        self._keys = keys

    def touched(self, *, run_ids: Set[str], traces: Set[str], sessions: Set[str]) -> list[str]:
        """Return the runs that new spans may change, with all that their sessions touch."""
        reached = set(sessions)
        while True:
            found = self._found(run_ids, traces, reached)
            further = reached | set(found["session"].drop_nulls())
            if further == reached:
                return found["run_id"].unique().sort().to_list()
            reached = further

    def spans(self, run_ids: list[str]) -> Iterator[Span]:
        """Yield the spans of runs."""
        if not run_ids:
            return
        reading = self._reading()
        wanted = pl.col("run_id").is_in(run_ids)
        tools = self.path / TOOLS
        there = scan([tools]) if tools.is_file() else TOOLS_TABLE.empty().lazy()
        spans = self._rows("spans", run_ids).select(SPANS.schema.names()).filter(wanted)
        yield from spans_of(spans, self._rows("text", run_ids).filter(wanted), there)
        del reading

    def versions(self, run_ids: Sequence[str]) -> dict[str, str]:
        """Return in which file the spans of each of some runs stand."""
        if not run_ids:
            return {}
        reading = self._reading()
        found: dict[str, str] = {}
        for part in self._keys.runs_in("spans", run_ids):
            rows = scan([part]).select("run_id").filter(pl.col("run_id").is_in(list(run_ids)))
            name = str(part.relative_to(self.path))
            found |= dict.fromkeys(rows.unique().collect()["run_id"], name)
        del reading
        return found

    def rows(self, table: str, run_ids: Sequence[str]) -> pl.DataFrame:
        """Return the rows that a table holds of some runs."""
        reading = self._reading()
        parts = self._keys.runs_in(table, run_ids)
        if not parts:
            return ALL[table].empty()
        of_runs = pl.col("run_id").is_in(list(run_ids))
        rows = scan(parts).select(ALL[table].schema.names()).filter(of_runs).collect()
        del reading
        return rows

    def people_said(self, run_ids: Sequence[str]) -> pl.DataFrame:
        """Return the scores of runs that no scorer of midspan computes again."""
        return self.rows("scores", run_ids).filter(pl.col("source") != "code")

    def _found(self, run_ids: Set[str], traces: Set[str], sessions: Set[str]) -> pl.DataFrame:
        keys = {"run_id": run_ids, "trace_id": traces, "session": sessions}
        wanted = np.unique(np.concatenate([hashes(kind, of) for kind, of in keys.items()]))
        reading = self._reading() if len(wanted) else None
        parts = self._keys.holding("spans", wanted)
        if not parts:
            return SPANS.empty().select("run_id", "session")
        rows = scan(parts).select("run_id", "trace_id", "session")
        hit = pl.any_horizontal(pl.col(kind).is_in(list(of)) for kind, of in keys.items())
        found = rows.filter(hit).select("run_id", "session").unique().collect()
        del reading
        return found

    def _rows(self, table: str, run_ids: Sequence[str]) -> pl.LazyFrame:
        return scan(self._keys.runs_in(table, run_ids))

    def _reading(self) -> Reading:
        """Return what keeps files in place while it is alive."""
        return Reading(self.path / SETTINGS)
