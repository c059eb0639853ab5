"""A small scored workspace goes into a large one: its runs stand there in place of what was known.

What that costs depends on the batch and not on what is stored: its files are taken in as they are,
and of the stored ones only those are written anew that hold a run which is replaced.
"""

import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from midspan.pipelines.ingest.commit import REPLACED, stale_rows
from midspan.pipelines.ingest.joined import Joined
from midspan.pipelines.scoring.judged_by import JUDGED_BY, JudgedBy, read_judged_by, written
from midspan.pipelines.storage.parts import PARTS, read, scan, write_part
from midspan.pipelines.watch.batches.keys import Keys
from midspan.pipelines.watch.batches.records import OutdatedError, text_files
from midspan.pipelines.watch.batches.runs import Joinable
from midspan.pipelines.watch.batches.tools import tools_file
from midspan.pipelines.workspace import SMALL_BUCKETS, Workspace

FEW, FEW_BYTES = 8, 2**20
"""So many files of the quarantine become one, unless they are large."""

OF_RUNS: Final = (*REPLACED, "scores")
"""Tables whose rows are of runs."""


def absorb(
    main: Workspace,
    small: Workspace,
    joined: Joined,
    keys: Keys,
    *,
    versions: dict[str, str],
    judged: JudgedBy | None = None,
) -> None:
    """Put the rows of a small workspace in place of what a large one holds of its runs.

    All of it or nothing. `versions` are those of the stored runs that were joined; where they are
    others by now, `OutdatedError` asks for the batch to be made again.
    """
    with main.writing(seconds=0) as scratch:  # whoever calls tries again
        spans = small.table("spans").select("run_id", "trace_id", "session").unique().collect()
        gone = {*joined.runs, *small.table("runs").select("run_id").collect()["run_id"]}
        _require_current(Joinable(main.path, keys), spans, gone, joined, versions)
        moves: dict[Path, Path] = {}
        removed: list[Path] = []
        change = _Change(main, scratch, main.next_generation(), moves, removed)
        lost_tools = change.take_out(gone, joined.past, keys)
        for table in OF_RUNS:
            change.put_in(table, small)
        change.put_rejected_in(small)
        tools_file(main, small, lost_tools, change.added("spans"), removed, scratch, moves)
        text_files(main, small, joined, scratch, moves)
        if judged is not None:
            before = read_judged_by(main.path)
            record = judged.beside(before, scored=bool(main.parts("scores")))
            if record != before:
                moves[written(record, scratch)] = main.path / JUDGED_BY
        # The backlog lets go of what stands here: by then a loss of power must not undo it.
        _keep(moves)
        main.apply(moves=moves, removed=removed)
        _keep([main.path / PARTS, main.path, *{to.parent for to in moves.values()}])


def _require_current(
    stored: Joinable,
    spans: pl.DataFrame,
    run_ids: set[str],
    joined: Joined,
    versions: dict[str, str],
) -> None:
    touched = stored.touched(
        run_ids=run_ids,
        traces=set(spans["trace_id"]),
        sessions=set(spans["session"].drop_nulls()),
    )
    if touched != sorted(joined.runs) or stored.versions(touched) != versions:
        raise OutdatedError


class _Change:
    """What moves into a workspace and out of it."""

    def __init__(
        self,
        main: Workspace,
        scratch: Path,
        generation: int,
        moves: dict[Path, Path],
        removed: list[Path],
    ) -> None:
        self._main, self._scratch, self._generation = main, scratch, generation
        self._moves, self._removed = moves, removed

    def take_out(self, gone: set[str], past: pl.Expr | None, keys: Keys) -> set[str]:
        """Write files without the rows that go, and return the sets of tools that these named."""
        stale = stale_rows(gone, pl.lit(False) if past is None else past)
        lost: set[str] = set()
        for table in OF_RUNS:
            for number, part in enumerate(keys.runs_in(table, gone)):
                lost |= self._without(table, part, number, stale[table])
        for number, part in enumerate(self._main.parts("quarantine") if past is not None else ()):
            if scan([part]).select(stale["quarantine"].any()).collect().item():
                self._without("quarantine", part, number, stale["quarantine"])
        return lost

    def put_in(self, table: str, small: Workspace) -> None:
        """Take in the rows of a table; a file that is right as it is becomes one of the main's."""
        for number, part in enumerate(small.parts(table)):
            if table == "scores":
                rows = read(part)
                of_scorers = rows.filter(pl.col("source") == "code")
                if of_scorers.height < rows.height:  # what people said stands there already
                    self._put_frame(table, of_scorers, number)
                    continue
            if self._main.buckets != SMALL_BUCKETS:
                self._put_frame(table, read(part), number)
            else:
                path = self._scratch / f"{table}-new-{number}.parquet"
                _link(part, path)
                self._move(path, table, part.parent.name, f"{number:03d}")

    def put_rejected_in(self, small: Workspace) -> None:
        """Take in the rows of the quarantine, with those of smaller files that are many by now."""
        new = small.parts("quarantine")
        if not new:
            return
        stored = [part for part in self._main.parts("quarantine") if part not in self._removed]
        few = [part for part in stored if part.stat().st_size < FEW_BYTES]
        merged = few if len(few) >= FEW else []
        self._removed += merged
        rows = pl.concat([*map(self._main.read_part, merged), *map(read, new)])
        path = self._scratch / "quarantine-new.parquet"
        write_part(rows, path)
        self._move(path, "quarantine", "bucket=00", "000")

    def added(self, table: str) -> Sequence[Path]:
        """Return the files of a table that move in, where they are now."""
        return [path for path, to in self._moves.items() if to.parent.parent.name == table]

    def _without(self, table: str, part: Path, number: int, stale: pl.Expr) -> set[str]:
        rows = self._main.read_part(part)
        rest = rows.filter(~stale)
        if rest.height == rows.height:
            return set()
        self._removed.append(part)
        if rest.height:
            path = self._scratch / f"{table}-rest-{number}.parquet"
            write_part(rest, path)
            self._move(path, table, part.parent.name, f"r{number:03d}")
        if table != "spans":
            return set()
        return set(rows.filter(stale)["tools_digest"].drop_nulls())

    def _put_frame(self, table: str, rows: pl.DataFrame, number: int) -> None:
        column = self._main.bucket_column().alias("bucket")
        parts = rows.with_columns(column).partition_by(
            "bucket", as_dict=True, include_key=False, maintain_order=True
        )
        for (bucket,), frame in parts.items():
            path = self._scratch / f"{table}-{bucket}-{number}.parquet"
            write_part(frame, path)
            self._move(path, table, f"bucket={bucket}", f"{number:03d}")

    def _move(self, path: Path, table: str, bucket: str, number: str) -> None:
        name = f"part-{self._generation:06d}-{number}.parquet"
        self._moves[path] = self._main.path / table / bucket / name


def _keep(paths: Iterable[Path]) -> None:
    """Have the disk keep files and folders as they are."""
    for path in paths:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(file)
        finally:
            os.close(file)


def _link(source: Path, target: Path) -> None:
    """Have a file under a second name; where the disk cannot, twice."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
