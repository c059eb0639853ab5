"""Rows of some files of a table, sorted into one file a bucket, in the memory of one piece."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from midspan.pipelines.storage.buckets import bucket_column
from midspan.pipelines.storage.contract import ORDER, PARTITIONED
from midspan.pipelines.storage.parts import footer, scan, write_part
from midspan.scorers.errors import InvalidInput
from midspan.scorers.tables import ALL

ROWS: Final[Mapping[str, int]] = {"text": 50_000, "calls": 100_000}
"""Rows that are sorted together, whole runs of them; of tables of short rows there may be more."""

MORE_ROWS: Final = 250_000

TOGETHER: Final = 16_384
"""Rows that are read or passed over as one, by whoever wants some runs of a large file."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """One sorted file: all rows of a bucket that its sources hold."""

    bucket: str
    path: Path
    rows: int


def rewritten(
    table: str,
    sources: Sequence[Path],
    *,
    buckets: int,
    scratch: Path,
    rows_at_once: int | None = None,
) -> Iterator[Written]:
    """Yield a file for each bucket that rows of the sources belong to, of so many buckets."""
    at_once = rows_at_once or ROWS.get(table, MORE_ROWS)
    pieces = _pieces(_all(sources), buckets, at_once)
    if pieces["piece"].n_unique() == 1:
        rows = _sorted(table, _all(sources).collect())
        path = scratch / f"{table}-{pieces['bucket'][0]}.parquet"
        write_part(rows, path, rows_together=TOGETHER)
        yield Written(bucket=pieces["bucket"][0], path=path, rows=rows.height)
        return
    spilled = scratch / f"{table}-spilled"
    spilled.mkdir()
    _spill(sources, pieces, spilled, at_once)
    of_bucket = pieces.group_by("bucket", maintain_order=True).agg(
        pl.col("piece").unique(maintain_order=True), runs=pl.len()
    )
    for bucket, numbers, runs in of_bucket.iter_rows():
        parts = []
        for number in numbers:
            folder = spilled / str(number)
            rows = _sorted(table, _all(sorted(folder.iterdir())).collect())
            parts.append(spilled / f"{number}.parquet")
            write_part(rows, parts[-1], rows_together=TOGETHER)
            shutil.rmtree(folder)
        path = scratch / f"{table}-{bucket}.parquet"
        height = joined(parts, path, runs=runs)
        for part in parts:
            part.unlink(missing_ok=True)
        yield Written(bucket=bucket, path=path, rows=height)
    spilled.rmdir()


def joined(parts: Sequence[Path], path: Path, *, runs: int) -> int:
    """Return how many rows a file has that was made of others, one after the other."""
    if len(parts) == 1:
        parts[0].rename(path)
    else:
        _all(parts).sink_parquet(
            path.absolute(),
            compression="zstd",
            compression_level=1,
            row_group_size=TOGETHER,
            metadata=footer(runs),
            maintain_order=True,
        )
    return int(scan([path]).select(pl.len()).collect().item())


def _all(parts: Sequence[Path]) -> pl.LazyFrame:
    """Return the rows of some files; a private column may be in some of them alone."""
    return pl.concat([scan([part]) for part in parts], how="diagonal_relaxed")


def _pieces(rows: pl.LazyFrame, buckets: int, at_once: int) -> pl.DataFrame:
    """Return each run with its bucket and the piece of the rows that it is part of, in order."""
    counts = rows.group_by("run_id").len().collect(engine="streaming")
    ordered = counts.with_columns(bucket=bucket_column(buckets)).sort("bucket", "run_id")
    before = pl.col("len").cast(pl.Int64).cum_sum().over("bucket") - 1
    numbered = ordered.with_columns(place=before // at_once)
    return numbered.select("run_id", "bucket", piece=pl.struct("bucket", "place").rle_id())


def _spill(sources: Sequence[Path], pieces: pl.DataFrame, spilled: Path, at_once: int) -> None:
    """Set the rows down by piece, read once from one end to the other."""
    for number in pieces["piece"].unique():
        (spilled / str(number)).mkdir()
    where = pieces.select("run_id", "piece")
    taken = 0
    for source in sources:
        for batch in scan([source]).collect_batches(chunk_size=at_once, maintain_order=True):
            found = batch.join(where, on="run_id", how="left", maintain_order="left")
            parts = found.partition_by("piece", as_dict=True, include_key=False)
            for (number,), rows in parts.items():
                write_part(rows, spilled / str(number) / f"{taken:06d}.parquet")
            taken += 1


def require_distinct(table: str, sources: Sequence[Path]) -> None:
    """Raise where files cannot become one: two of their rows claim to be the same."""
    if table in PARTITIONED:
        _require_distinct(table, scan(sources).select("run_id", *_others(table)).collect())


def _others(table: str) -> list[str]:
    return [name for name in ALL[table].key if name != "run_id"]


def _require_distinct(table: str, rows: pl.DataFrame) -> None:
    key = list(ALL[table].key)
    if table in PARTITIONED and rows.select(key).is_duplicated().any():
        run_id = rows.filter(rows.select(key).is_duplicated())["run_id"][0]
        raise InvalidInput(
            f"{table}: two rows of run {run_id} have the same {', '.join(key)}; which of them "
            "holds cannot be told",
            fix="Ingest the spans again into a new workspace.",
        )


def _sorted(table: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows in the order of their table, once no two of them claim to be the same."""
    _require_distinct(table, rows)
    return rows.sort(ORDER[table], maintain_order=True)
