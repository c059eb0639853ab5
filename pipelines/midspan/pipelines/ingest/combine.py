"""One shard of the second pass: read what was set down, assemble its runs, write the new files."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from midspan.pipelines.ingest.assembly.assemble import Records, assemble
from midspan.pipelines.ingest.collector import without_collector
from midspan.pipelines.ingest.logs.joining import LogRecords
from midspan.pipelines.ingest.logs.routes import read_routed
from midspan.pipelines.ingest.span import Span
from midspan.pipelines.ingest.spill import Spill, read_spans
from midspan.pipelines.storage.parts import write_part


@dataclass(frozen=True, kw_only=True)
class Shard:
    """What one task of the second pass has to do; `files` are the names of the sources."""

    number: int
    spills: frozenset[int]
    run_of_trace: Mapping[str, str]
    records: Records
    files: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class ShardReport:
    """What one shard wrote: a file per table, with row counts, and merged spans by source.

    `unmatched` are the log records of each source that there was no span for.
    """

    files: dict[str, Path]
    rows: dict[str, int]
    merged: Counter[int]
    unmatched: Counter[int]
    run_ids: list[str]
    faults: Counter[str]
    notes: Counter[str]


def combine_shard(shard: Shard, spilled: Path, out: Path) -> ShardReport:
    """Return the report of one shard."""
    with without_collector():
        return _combined(shard, spilled, out)


def _combined(shard: Shard, spilled: Path, out: Path) -> ShardReport:
    spans = read_spans(spilled, shard.spills)
    runs = _by_run(spans, shard.run_of_trace, shard.records.run_ids())
    logs = LogRecords(read_routed(spilled, shard.number), runs)
    with Spill(spilled, f"unmatched-{shard.number}", 1) as spill:
        for entry in logs.unmatched:
            spill.reject(shard.files[entry.source], entry.unmatched())
    assembled = assemble(runs, shard.records, logs)
    frames = assembled.frames
    files = {table: out / f"{table}-{shard.number}.parquet" for table in frames}
    for table, frame in frames.items():
        write_part(frame, files[table])
    return ShardReport(
        files=files,
        rows={table: frame.height for table, frame in frames.items()},
        merged=assembled.merged,
        unmatched=Counter(entry.source for entry in logs.unmatched),
        run_ids=frames["runs"]["run_id"].to_list(),
        faults=_counts(frames["calls"].select(pl.col("fault").cast(pl.String))),
        notes=_counts(frames["spans"].select(pl.col("notes").list.explode())),
    )


def _by_run(
    spans: Iterable[Span], run_of_trace: Mapping[str, str], recorded: Iterable[str]
) -> dict[str, list[Span]]:
    runs: dict[str, list[Span]] = {run_id: [] for run_id in recorded}
    for span in spans:
        run_id = run_of_trace.get(span.trace_id)
        if run_id is not None:
            runs.setdefault(run_id, []).append(span)
    return runs


def _counts(column: pl.DataFrame) -> Counter[str]:
    values = column.to_series().drop_nulls().value_counts().iter_rows()
    return Counter(dict(values))
