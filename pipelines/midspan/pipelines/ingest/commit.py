"""The end of an ingest: new files go in, the rows they supersede go out, all or nothing."""

from collections.abc import Container, Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from midspan.pipelines.ingest.combine import ShardReport
from midspan.pipelines.ingest.known import Known
from midspan.pipelines.ingest.logs.entry import NO_SPAN
from midspan.pipelines.ingest.manifest import MANIFEST, ManifestLine
from midspan.pipelines.ingest.names import shown
from midspan.pipelines.ingest.record_files import RESULTS_FILE
from midspan.pipelines.ingest.unread import UNREAD
from midspan.pipelines.records import PLAN_FILE
from midspan.pipelines.storage.parts import read, scan, write_part
from midspan.pipelines.storage.soundness import damaged
from midspan.pipelines.workspace import Workspace
from midspan.scorers.tables import QUARANTINE

REPLACED: Final = ("spans", "text", "calls", "runs")


def commit(
    workspace: Workspace,
    *,
    shards: Sequence[ShardReport],
    replaced: Iterable[str],
    rejected: Sequence[tuple[Any, ...]],
    known: Known,
    earlier: Sequence[ManifestLine],
    settled: Container[int],
    manifest: Sequence[ManifestLine],
    scratch: Path,
) -> None:
    """Put an ingest's files into the workspace, in place of what it held of the same runs.

    `replaced` are stored runs whose spans were read again: they may now be part of others.
    `earlier` are the lines that the manifest holds, as they are now, and `manifest` the new ones;
    what the quarantine says of the files of `settled` lines is past.
    """
    generation = workspace.next_generation()
    moves: dict[Path, Path] = {}
    removed: list[Path] = []
    gone = {*replaced, *chain.from_iterable(shard.run_ids for shard in shards)}
    for table, stale in stale_rows(gone, said_anew(known, settled, manifest)).items():
        for number, part in enumerate(workspace.parts(table)):
            if _holds(workspace, part, stale):
                removed.append(part)
                rest = workspace.read_part(part).filter(~stale)
                if rest.height:
                    path = scratch / f"{table}-rest-{number}.parquet"
                    write_part(rest, path)
                    moves[path] = part.with_name(f"part-{generation:06d}-r{number:03d}.parquet")
    for number, shard in enumerate(shards):
        for table in REPLACED:
            if shard.rows[table]:
                bucket = workspace.bucket_of(shard.run_ids[0])
                name = f"part-{generation:06d}-{number:03d}.parquet"
                moves[shard.files[table]] = workspace.path / table / f"bucket={bucket}" / name
    _tools(workspace, [shard.files["tools"] for shard in shards], scratch, moves, removed)
    if rejected:
        path = scratch / "quarantine.parquet"
        write_part(QUARANTINE.frame(rejected), path)
        name = f"part-{generation:06d}-000.parquet"
        moves[path] = workspace.path / "quarantine" / "bucket=00" / name
    _text_files(workspace, known, [*earlier, *manifest], scratch, moves)
    workspace.apply(moves=moves, removed=removed)


def stale_rows(gone: set[str], past: pl.Expr) -> dict[str, pl.Expr]:
    """Return which stored rows go, by table."""
    stale = {"quarantine": past}
    if gone:
        of_runs = pl.col("run_id").is_in(list(gone))
        stale |= dict.fromkeys(REPLACED, of_runs)
        # What people said of a run outlives its spans; what scorers said is computed again.
        stale["scores"] = of_runs & (pl.col("source") == "code")
    return stale


def said_anew(known: Known, settled: Container[int], manifest: Sequence[ManifestLine]) -> pl.Expr:
    """Return which rows of the quarantine this ingest says again, or has found out to be past."""
    of_file = pl.col("file")
    with_logs = [line.file for line in manifest if line.logs_in]
    tried = [*(line.file for line in manifest), *(shown(path) for path, _ in known.unread)]
    return (
        (of_file.is_in(with_logs) & (pl.col("reason") == NO_SPAN))
        | (of_file.is_in(tried) & pl.col("reason").str.starts_with(UNREAD))
        | of_file.is_in(list(known.quarantined_again(settled)))
    )


def _holds(workspace: Workspace, part: Path, stale: pl.Expr) -> bool:
    """Return whether a stored file has such rows; most have none, and are not read whole."""
    try:
        return bool(scan([part]).select(stale.any()).collect().item())
    except pl.exceptions.PolarsError as error:
        raise damaged(workspace.path, str(part.relative_to(workspace.path)), error) from error


def _tools(
    workspace: Workspace,
    new: Sequence[Path],
    scratch: Path,
    moves: dict[Path, Path],
    removed: Sequence[Path],
) -> None:
    """Write the tools whole, without the sets that only superseded spans were offered."""
    stored = [workspace.read_part(path) for path in workspace.parts("tools")]
    frames = [*stored, *map(read, new)]
    if frames:
        merged = pl.concat(frames).unique(subset=["digest", "name"], keep="first")
        if removed:
            kept = [part for part in workspace.parts("spans") if part not in removed]
            added = [path for path, to in moves.items() if "spans" in to.parts[-3:-1]]
            merged = merged.filter(pl.col("digest").is_in(_offered([*kept, *added])))
        path = scratch / "tools.parquet"
        write_part(merged.sort("digest", "name"), path)
        moves[path] = workspace.path / "tools.parquet"


def _offered(parts: Sequence[Path]) -> list[str]:
    """Return the digests of the sets of tools that spans in some files were offered."""
    scans = [scan([part]).select("tools_digest") for part in parts]
    if not scans:
        return []
    return pl.concat(scans).unique().collect()["tools_digest"].drop_nulls().to_list()


def _text_files(
    workspace: Workspace,
    known: Known,
    manifest: Sequence[ManifestLine],
    scratch: Path,
    moves: dict[Path, Path],
) -> None:
    """Write plan, results and manifest whole: a crash leaves the old ones."""
    results = [
        record for launches in known.records.results.values() for record in launches.values()
    ]
    contents = {
        PLAN_FILE: _lines(known.records.plans.values()),
        RESULTS_FILE: _lines(results),
        MANIFEST: _lines(manifest),
        **known.cursors,
    }
    for name, content in contents.items():
        if content:
            path = scratch / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            moves[path] = workspace.path / name


def _lines(records: Iterable[Any]) -> bytes:
    return b"".join(msgspec.json.encode(record) + b"\n" for record in records)
