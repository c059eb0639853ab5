"""What lets each bucket be worked on by itself, and which files of a workspace do not keep to it.

A run stands in one bucket, that of the last two digits of its id, and there in one file of each
table; rows are sorted by run, and in it by time; the file's footer says the contract and how many
runs there are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from midspan.pipelines.records import CONTRACT
from midspan.pipelines.storage.buckets import bucket_column
from midspan.pipelines.storage.parts import CONTRACT_KEY, RUNS_KEY, scan
from midspan.pipelines.storage.soundness import damaged
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput

PARTITIONED: Final = ("spans", "text", "runs", "calls")
"""Tables that are worked on bucket by bucket; each has all rows of a run in one file."""

ORDER: Final[Mapping[str, tuple[str, ...]]] = {
    "spans": ("run_id", "start_ns"),
    "text": ("run_id",),
    "runs": ("run_id",),
    "calls": ("run_id", "call"),
    "scores": ("run_id", "call", "name", "span_id"),
}
"""By which columns the rows of a table are sorted; the others of a run keep their order."""


@dataclass(frozen=True, kw_only=True)
class Examined:
    """One file of a table: its size in rows, its runs, and every way in which it is not right."""

    part: Path
    rows: int
    run_ids: pl.Series
    buckets: frozenset[str]
    """Those that its rows belong to."""
    misplaced: bool
    """Whether it stands in another bucket than its rows."""
    wrong: Sequence[str]


def require_contract(workspace: Workspace) -> None:
    """Raise the first thing that keeps the buckets from being worked on each by itself."""
    for part, wrong in broken(workspace):
        raise InvalidInput(
            f"{part}: {wrong}: it cannot be worked on bucket by bucket",
            fix=f"midspan compact {workspace.path}",
        )


def broken(workspace: Workspace, tables: Sequence[str] = PARTITIONED) -> Iterator[tuple[Path, str]]:
    """Yield every file that is not right, with what is not."""
    for table in tables:
        found = [examined(workspace, table, part) for part in workspace.parts(table)]
        for each in found:
            for wrong in each.wrong:
                yield each.part, wrong
        yield from held_twice(found)


def examined(
    workspace: Workspace, table: str, part: Path, *, buckets: int | None = None
) -> Examined:
    """Return what is in one file, of which only the columns that it is sorted by are read.

    It is held to as many `buckets` as there shall be, those of the workspace without a word.
    """
    name = str(part.relative_to(workspace.path))
    order = ORDER[table]
    try:
        rows = scan([part]).select(order).collect()
        footer = pl.read_parquet_metadata(part.absolute())
    except pl.exceptions.PolarsError as error:
        raise damaged(workspace.path, name, error) from error
    run_ids = rows["run_id"].unique()
    belongs = (
        run_ids.to_frame().select(bucket_column(buckets or workspace.buckets).unique()).to_series()
    )
    of_rows = frozenset(map(str, belongs))
    wrong = []
    misplaced = bool(of_rows - {part.parent.name.removeprefix("bucket=")})
    if misplaced and buckets in (None, workspace.buckets):
        wrong.append("holds runs of other buckets")
    if not _is_sorted(rows, order):
        wrong.append(f"is not sorted by {' and '.join(order)}")
    said = (footer.get(CONTRACT_KEY), footer.get(RUNS_KEY))
    if said[0] is None:
        wrong.append("does not say which contract it was written by")
    elif said != (str(CONTRACT), str(len(run_ids))):
        wrong.append(
            f"says contract {said[0]} and {said[1]} runs, is of {CONTRACT} and {len(run_ids)}"
        )
    return Examined(
        part=part,
        rows=rows.height,
        run_ids=run_ids,
        buckets=of_rows,
        misplaced=misplaced,
        wrong=wrong,
    )


def _is_sorted(rows: pl.DataFrame, order: Sequence[str]) -> bool:
    if rows.is_empty():
        return True
    if not rows["run_id"].is_sorted():
        return False
    # Compared as a whole, since there are nulls in it.
    return len(order) == 1 or rows.equals(rows.sort(order))


def held_twice(found: Sequence[Examined]) -> list[tuple[Path, str]]:
    """Return files that hold a run which another one holds as well."""
    if len(found) < 2:
        return []
    runs = pl.concat(
        pl.DataFrame({"run_id": each.run_ids}).with_columns(file=pl.lit(number))
        for number, each in enumerate(found)
    )
    again = runs.filter(~pl.col("run_id").is_first_distinct())
    first = again.unique("file", keep="first", maintain_order=True)
    return [
        (found[number].part, f"holds run {run_id}, as does another file")
        for run_id, number in first.iter_rows()
    ]
