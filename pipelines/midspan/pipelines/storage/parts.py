"""The files that a workspace consists of, and their list: what is not as on it is told.

Without it, a file that was lost would look like rows that never were. A workspace of an earlier
midspan has no list until it is next written to: what lies there is then taken as it is.
"""

import io
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec
import polars as pl
import xxhash

from midspan.pipelines.records import CONTRACT
from midspan.pipelines.storage.disk import explained
from midspan.pipelines.storage.journal import is_begun
from midspan.scorers.errors import InvalidInput

PARTS: Final = "parts.json"
BUCKETED: Final = ("spans", "text", "runs", "calls", "scores", "quarantine")
TOOLS: Final = "tools.parquet"
SINGLE: Final = ("plan.jsonl", "results.jsonl", "manifest.jsonl")
"""Files beside the tables, without which rows would be put together wrongly."""

CONTRACT_KEY: Final = "midspan.contract"
RUNS_KEY: Final = "midspan.runs"
"""What the footer of a file says: the contract it was written by, and how many runs it holds."""

_GENERATION: Final = re.compile(r"/part-(\d+)")
_PIECE: Final = 2**20


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One file as it was written."""

    size: int
    hash: str


class PartList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The files of a workspace, by path within it.

    `superseded` are those whose rows stand in others now; they go as soon as nobody reads them.
    """

    parts: dict[str, Part] = {}
    superseded: list[str] = []

    def of_table(self, table: str) -> dict[str, Part]:
        """Return the files of one table, in order of bucket."""
        wanted = (name for name in self.parts if table_of(name) == table)
        return {name: self.parts[name] for name in sorted(wanted)}


def table_of(name: str) -> str | None:
    """Return the table that a file belongs to, by its path within the workspace."""
    folder, _, rest = name.partition("/")
    if rest and folder in BUCKETED:
        return folder
    return "tools" if name == TOOLS else None


def read_list(workspace: Path) -> PartList | None:
    """Return the list of a workspace, None if it has none."""
    path = workspace / PARTS
    try:
        with explained(path):
            return msgspec.json.decode(path.read_bytes(), type=PartList)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise InvalidInput(
            f"{path}: not a list of a workspace's files: {error}",
            fix="Put it back from a copy, or remove it to take the files as they are.",
        ) from error


def write_list(path: Path, parts: PartList) -> None:
    """Write a list of files, one a line, so that a person can read it."""
    path.write_bytes(written_list(parts))


def written_list(parts: PartList) -> bytes:
    """Return the content of a list of files."""
    return msgspec.json.format(msgspec.json.encode(parts), indent=1) + b"\n"


def generations(names: Iterable[str]) -> int:
    """Return the number of the last change that files with such names came of.

    >>> generations(["spans/bucket=00/part-000003-001.parquet", "tools.parquet"])
    3
    """
    return max((int(number) for name in names for number in _GENERATION.findall(name)), default=0)


def described(path: Path) -> Part:
    """Return what the list says of a file."""
    digest, size = xxhash.xxh3_128(), 0
    with path.open("rb", buffering=0) as content:
        while piece := content.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return Part(size=size, hash=digest.hexdigest())


def scan(parts: Sequence[Path]) -> pl.LazyFrame:
    """Return the rows of files of one table, of which only what is asked for is read."""
    # Whole paths, and no globs: a name may hold brackets, or begin like an address.
    whole = [part.absolute() for part in parts]
    return pl.scan_parquet(whole, hive_partitioning=False, glob=False)


def read(part: Path) -> pl.DataFrame:
    """Return the rows of one file of a table."""
    return pl.read_parquet(part.absolute(), hive_partitioning=False, glob=False)


def write_part(frame: pl.DataFrame, path: Path, *, rows_together: int | None = None) -> None:
    """Write one file of a table; its footer says the contract and how many runs it holds.

    So many `rows_together` are read or passed over as one: few, where runs are sorted.
    """
    runs = frame["run_id"].n_unique() if "run_id" in frame.columns else 0
    content = io.BytesIO()
    frame.write_parquet(
        content,
        compression="zstd",
        compression_level=1,
        row_group_size=rows_together,
        metadata=footer(runs),
    )
    with explained(path):
        # Not by polars, which calls a full disk a damaged file.
        path.write_bytes(content.getbuffer())


def footer(runs: int) -> dict[str, str]:
    """Return what the footer of a file with so many runs says."""
    return {CONTRACT_KEY: str(CONTRACT), RUNS_KEY: str(runs)}


def refuse_strangers(workspace: Path, table: str, listed: PartList) -> None:
    """Raise an error for the first file of a table that midspan did not write."""
    known = {*listed.parts, *listed.superseded}
    strangers = [name for name in found_parts(workspace, table) if name not in known]
    if not strangers or is_begun(workspace):
        return
    again = read_list(workspace) or listed  # a change may have come to its end in between
    known = {*again.parts, *again.superseded}
    for name in strangers:
        if name not in known and (workspace / name).exists():
            raise InvalidInput(
                f"{workspace / name}: midspan did not write this file",
                fix="Move it out of the workspace. To take it in as it is, remove "
                f"{workspace / PARTS}.",
            )


def found_parts(workspace: Path, table: str) -> Iterator[str]:
    """Yield the files of a table that are there, by path within the workspace.

    Whatever keeps a folder from being listed is raised: it must not look like an empty one.
    """
    if table not in BUCKETED:
        yield from (name for name in _names(workspace) if name == f"{table}.parquet")
        return
    for bucket in sorted(_names(workspace / table)):
        if bucket.startswith("bucket="):
            for name in sorted(_names(workspace / table / bucket)):
                if name.endswith(".parquet"):
                    yield f"{table}/{bucket}/{name}"


def _names(folder: Path) -> list[str]:
    try:
        with explained(folder):
            return os.listdir(folder)
    except FileNotFoundError:
        return []
