"""A workspace in as few files as it can be: one sorted file for each bucket of each table.

What keeps buckets from being worked on by themselves is mended by it: a run in two buckets or two
files, rows out of order, footers that say nothing. No row is lost, and none is added.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from midspan.pipelines.storage.contract import ORDER, PARTITIONED, Examined, examined, held_twice
from midspan.pipelines.storage.parts import BUCKETED, scan
from midspan.pipelines.storage.rewriting import joined, require_distinct, rewritten
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import MidspanError

Progress = Callable[[str, int, int], None]
"""Called with the stage, and how much of how much is done."""

_QUARANTINE: Final = "quarantine"
_BUCKET_OF_ALL: Final = "00"


@dataclass(frozen=True, kw_only=True)
class TableChange:
    """One table before and after: rows and files, and what was not right with them."""

    rows: int
    rows_after: int
    files: int
    files_after: int
    wrong: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class CompactSummary:
    """What compaction changes, by table."""

    buckets: int
    buckets_after: int
    tables: Mapping[str, TableChange]

    @property
    def changes(self) -> bool:
        """Return whether there was anything to do."""
        return self.buckets != self.buckets_after or any(
            table.wrong or table.files != table.files_after for table in self.tables.values()
        )


def compact(
    workspace: Workspace,
    *,
    buckets: int | None = None,
    dry_run: bool = False,
    progress: Progress = lambda stage, done, total: None,
) -> CompactSummary:
    """Return what was rewritten, all of it or nothing; with `dry_run`, what would be."""
    with workspace.writing() as scratch:
        before, after = workspace.buckets, buckets or workspace.buckets
        plans = {}
        for number, table in enumerate(BUCKETED):
            plans[table] = _Plan(workspace, table, after)
            progress("looking", number + 1, len(BUCKETED))
        changes: dict[str, TableChange] = {}
        moves: dict[Path, Path] = {}
        generation = workspace.next_generation()
        removed = [part for plan in plans.values() for part in plan.removed]
        # Rows are read for the last time: not from a file that was damaged.
        workspace.verify(*BUCKETED, only=removed)
        for number, (table, plan) in enumerate(plans.items()):
            for sources in plan.groups if dry_run else ():
                require_distinct(table, sources)
            rows = plan.rows if dry_run else plan.kept_rows
            for sources in () if dry_run else plan.groups:
                for bucket, path, height in _made(table, sources, after, scratch):
                    name = f"part-{generation:06d}-000.parquet"
                    moves[path] = workspace.path / table / f"bucket={bucket}" / name
                    rows += height
            if rows != plan.rows:
                raise MidspanError(f"{table}: {plan.rows:,} rows would become {rows:,}")
            changes[table] = plan.change(rows)
            progress("writing", number + 1, len(plans))
        if not dry_run and (moves or removed or after != before):
            workspace.apply(moves=moves, removed=removed, buckets=after)
        return CompactSummary(buckets=before, buckets_after=after, tables=changes)


class _Plan:
    """What is to be done about one table: which files become which."""

    def __init__(self, workspace: Workspace, table: str, buckets: int) -> None:
        parts = workspace.parts(table)
        if table == _QUARANTINE:
            heights = [_height(part) for part in parts]
            self._files_after = min(1, len(parts))
            self._wrong: list[str] = []
            self.rows = sum(heights)
            self.groups = [parts] if len(parts) > 1 else []
        else:
            found = [examined(workspace, table, part, buckets=buckets) for part in parts]
            self._files_after = len({bucket for each in found for bucket in each.buckets})
            twice = held_twice(found) if table in PARTITIONED else []
            self._wrong = [
                f"{each.part.relative_to(workspace.path)} {wrong}"
                for each in found
                for wrong in each.wrong
            ]
            self._wrong += [f"{part.relative_to(workspace.path)} {why}" for part, why in twice]
            self.rows = sum(each.rows for each in found)
            self.groups = list(_groups(found))
        self._files = len(parts)
        self.removed = [part for group in self.groups for part in group]
        self.kept_rows = self.rows - sum(_height(part) for part in self.removed)

    def change(self, rows_after: int) -> TableChange:
        """Return the table before and after."""
        return TableChange(
            rows=self.rows,
            rows_after=rows_after,
            files=self._files,
            files_after=self._files_after,
            wrong=self._wrong,
        )


def _groups(found: Sequence[Examined]) -> list[list[Path]]:
    """Return the files to be rewritten together: those of a bucket, or all that share buckets."""
    group_of: dict[str, list[Examined]] = {}
    for each in found:
        shared = {id(group_of[b]): group_of[b] for b in each.buckets if b in group_of}
        merged = [one for group in shared.values() for one in group] + [each]
        stale = {bucket for one in merged for bucket in one.buckets}
        group_of.update(dict.fromkeys(stale, merged))
        if not each.buckets:  # a file without a row goes with any other
            group_of[f"empty {each.part}"] = [each]
    groups = {id(group): group for group in group_of.values()}.values()
    return [
        [one.part for one in sorted(group, key=lambda one: one.part)]
        for group in groups
        if len(group) > 1 or group[0].misplaced or group[0].wrong or not group[0].rows
    ]


def _made(
    table: str, sources: Sequence[Path], buckets: int, scratch: Path
) -> Sequence[tuple[str, Path, int]]:
    if table not in ORDER:
        path = scratch / f"{table}.parquet"
        return [(_BUCKET_OF_ALL, path, joined(sources, path, runs=0))]
    return [
        (made.bucket, made.path, made.rows)
        for made in rewritten(table, sources, buckets=buckets, scratch=scratch)
    ]


def _height(part: Path) -> int:
    return int(scan([part]).select(pl.len()).collect().item())
