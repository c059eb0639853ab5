"""Which files of a workspace hold a run, a trace or a session, told without reading them.

Beside each file of a table stands a sorted list of hashes, so a million stored runs cost a binary
search each. The lists are made of the files, by whose hashes they are named: one that is missing is
made again. Two keys may share a hash, so what is found is where to look and no more.
"""

import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from midspan.pipelines.storage.disk import explained
from midspan.pipelines.storage.parts import Part, PartList, read_list, scan
from midspan.pipelines.storage.soundness import damaged

Hashes = npt.NDArray[np.uint64]

KINDS: Final = ("run_id", "trace_id", "session")
"""Columns that rows are found by; a value of one is no value of another."""

TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "spans": KINDS,
    "text": ("run_id",),
    "calls": ("run_id",),
    "runs": ("run_id",),
    "scores": ("run_id",),
}

CLEARED_EVERY: Final = 64
"""Lists made, before those of files that are gone are looked for."""


def hashes(kind: str, values: Iterable[str | None] | pl.Series) -> Hashes:
    """Return the sorted hashes of some values, each once."""
    series = values if isinstance(values, pl.Series) else pl.Series(list(values), dtype=pl.String)
    hashed = series.drop_nulls().unique().hash(seed=KINDS.index(kind))
    found: Hashes = np.unique(hashed.to_numpy())
    return found


class Keys:
    """The lists of one workspace, in a folder of their own; mapped, so that they need no memory."""

    def __init__(self, workspace: Path, folder: Path) -> None:
        """Look things up in a workspace; the folder is made as it is needed."""
        self._workspace = workspace
        # Another version of polars may hash otherwise.
        self._folder = folder / pl.__version__
        self._open: dict[tuple[str, str], Hashes] = {}
        self._made = 0

    def holding(self, table: str, wanted: Hashes) -> list[Path]:
        """Return the files of a table that may hold rows of any of some keys, in order."""
        if not len(wanted):
            return []
        listed = read_list(self._workspace) or PartList()
        parts = listed.of_table(table)
        found = [
            self._workspace / name
            for name, part in parts.items()
            if _any_in(wanted, self._of(table, name, part))
        ]
        self._forget(listed)
        return found

    def runs_in(self, table: str, run_ids: Iterable[str]) -> list[Path]:
        """Return the files of a table that may hold rows of any of some runs."""
        return self.holding(table, hashes("run_id", run_ids))

    def _of(self, table: str, name: str, part: Part) -> Hashes:
        key = (table, part.hash)
        known = self._open.get(key)
        if known is None:
            known = self._open[key] = self._read(table, name, part)
        return known

    def _read(self, table: str, name: str, part: Part) -> Hashes:
        path = self._folder / f"{table}-{part.hash}.npy"
        try:
            return _mapped(path)
        except (FileNotFoundError, ValueError):  # not there, or not written to its end
            pass
        found = self._made_of(table, name)
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        content = io.BytesIO()
        np.save(content, found)  # which does not say why the disk refuses a file
        with explained(unfinished):
            unfinished.write_bytes(content.getbuffer())
        unfinished.replace(path)
        self._made += 1
        return _mapped(path)

    def _made_of(self, table: str, name: str) -> Hashes:
        try:
            columns = scan([self._workspace / name]).select(TABLES[table]).collect()
        except pl.exceptions.PolarsError as error:
            raise damaged(self._workspace, name, error) from error
        each: list[Any] = [hashes(kind, columns[kind]) for kind in TABLES[table]]
        found: Hashes = np.unique(np.concatenate(each))
        return found

    def _forget(self, listed: PartList) -> None:
        """Close and remove the lists of files that are gone, now and then."""
        if self._made < CLEARED_EVERY:
            return
        self._made = 0
        there = {f"{table}-{part.hash}.npy" for table in TABLES for part in listed.parts.values()}
        self._open = {key: found for key, found in self._open.items() if _name(*key) in there}
        for path in self._folder.iterdir():
            if path.suffix == ".npy" and path.name not in there:
                path.unlink(missing_ok=True)


def _name(table: str, digest: str) -> str:
    return f"{table}-{digest}.npy"


def _mapped(path: Path) -> Hashes:
    # A list of nothing cannot be mapped.
    mode: Any = "r" if path.stat().st_size > _EMPTY else None
    found: Hashes = np.load(path, mmap_mode=mode)
    return found


_EMPTY: Final = 128
"""Bytes of a list of nothing: its header."""


def _any_in(wanted: Hashes, found: Hashes) -> bool:
    """Return whether two sorted lists share a value; of the longer one, little is read."""
    if not len(found):
        return False
    places = np.searchsorted(found, wanted)
    places[places == len(found)] = 0
    return bool((found[places] == wanted).any())
