"""A workspace: a directory of Parquet tables that everything else is computed from.

A run never spans two buckets, and rows are sorted by run and time. A list of the files says which
they are, so a lost one is an error and not rows that never were.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from midspan.pipelines.storage import changing, journal
from midspan.pipelines.storage.buckets import bucket_column, bucket_of
from midspan.pipelines.storage.disk import explained
from midspan.pipelines.storage.locks import Reading
from midspan.pipelines.storage.parts import (
    PARTS,
    PartList,
    found_parts,
    read,
    read_list,
    refuse_strangers,
    scan,
    write_list,
)
from midspan.pipelines.storage.settings import (
    LARGE_BUCKETS,
    SETTINGS,
    SMALL_BUCKETS,
    read_settings,
    write_settings,
)
from midspan.pipelines.storage.soundness import Soundness, damaged, require_parquet
from midspan.scorers.errors import InvalidInput, SurroundingsError
from midspan.scorers.tables import ALL, Tables

if TYPE_CHECKING:
    from midspan.pipelines.scoring.score import ScoringSummary
    from midspan.scorers.comparison import Comparison

__all__ = ["LARGE_BUCKETS", "SETTINGS", "SMALL_BUCKETS", "Workspace"]

CHECKED_WHOLE: Final = 32 * 2**20
"""Up to this many bytes, a table is read through before it is used: it takes a few milliseconds."""


class Workspace:
    """The tables below one directory."""

    def __init__(self, path: Path | str) -> None:
        """Open a workspace; one that is not there, or of another contract, is an error."""
        self.path = Path(path)
        settings = read_settings(self.path)
        self.contract = settings.contract
        self.buckets: int = settings.buckets
        self._is_writing = False
        self._soundness = Soundness(self.path)
        if journal.is_begun(self.path):
            self._finish_the_last_change()

    @classmethod
    def create(cls, path: Path | str, *, buckets: int = SMALL_BUCKETS) -> "Workspace":
        """Return the workspace at a path, made if it is not there."""
        directory = Path(path)
        if (directory / SETTINGS).is_file():
            return cls(directory)
        if directory.is_file():
            raise InvalidInput(f"{directory}: is a file", fix="Name a new or empty directory.")
        begun = f"{SETTINGS}.part"  # left by a writer that was stopped, or found the disk full
        if directory.is_dir() and {child.name for child in directory.iterdir()} - {begun, PARTS}:
            raise InvalidInput(
                f"{directory}: is not empty and not a workspace",
                fix="Name a new or empty directory.",
            )
        with explained(directory):
            directory.mkdir(parents=True, exist_ok=True)
            write_list(directory / PARTS, PartList())
            write_settings(directory, buckets)
        return cls(directory)

    def table(self, name: str) -> pl.LazyFrame:
        """Return a table with exactly its contract's columns."""
        return self.files(name).select(ALL[name].schema.names())

    def tables(self) -> Tables:
        """Return what scorers read, all of it as of one moment."""
        reading = self._reading()

        def table(name: str) -> pl.LazyFrame:
            return self._scan(name, reading).select(ALL[name].schema.names())

        return Tables(
            runs=table("runs"),
            calls=table("calls"),
            spans=table("spans"),
            text=table("text"),
            tools=table("tools"),
        )

    def score(
        self, *, profile: Path | str | None = None, suite: Path | str | None = None
    ) -> "ScoringSummary":
        """Score every run, as `midspan score` does, and return the summary."""
        # Scoring reads workspaces: it cannot be known before this class is.
        from midspan.pipelines.files import load_setting
        from midspan.pipelines.scoring.judged_by import files_judged_by
        from midspan.pipelines.scoring.score import score_workspace

        asked = Path(suite) if suite is not None else None
        judging = Path(profile) if profile is not None else None
        setting = load_setting(suite=asked, profile=judging)
        files = files_judged_by(self.path, suite=asked, profile=judging)
        return score_workspace(self, setting=setting, files=files)

    def compare(
        self,
        other: "Workspace | None" = None,
        *,
        by: str | None = None,
        baseline: str | None = None,
        profile: Path | str | None = None,
    ) -> "Comparison":
        """Compare variants along an axis, or another workspace with this one (the baseline)."""
        from midspan.pipelines.comparison.compare import compare_workspaces
        from midspan.pipelines.files import load_profile

        return compare_workspaces(
            [self] if other is None else [self, other],
            by=by,
            baseline=baseline,
            profile=load_profile(profile) if profile is not None else None,
        )

    def files(self, name: str) -> pl.LazyFrame:
        """Return a table as its files hold it, private columns included.

        No writer takes these files away while the frame, or one that was made of it, is alive.
        """
        if name not in ALL:
            raise InvalidInput(f"no such table: {name}; there are {', '.join(ALL)}")
        return self._scan(name, self._reading())

    def parts(self, name: str) -> list[Path]:
        """Return the files of a table, in order of bucket; one that is not sound is an error."""
        listed = read_list(self.path)
        if listed is None:
            names = list(found_parts(self.path, name))
            require_parquet(self.path, names)
        else:
            mine = listed.of_table(name)
            refuse_strangers(self.path, name, listed)
            self._soundness.require(
                mine, whole=sum(part.size for part in mine.values()) <= CHECKED_WHOLE
            )
            names = list(mine)
        return [self.path / each for each in names]

    def verify(self, *tables: str, only: Collection[Path] | None = None) -> None:
        """Read files of some tables through; one that is not as it was written is an error."""
        listed = read_list(self.path) or PartList()
        for table in tables:
            parts = listed.of_table(table).items()
            wanted = {
                name: part for name, part in parts if only is None or self.path / name in only
            }
            self._soundness.require(wanted, whole=True)

    def read_part(self, part: Path) -> pl.DataFrame:
        """Return the rows of one file, private columns included, once it is known to be sound."""
        name = str(part.relative_to(self.path))
        listed = (read_list(self.path) or PartList()).parts
        if name in listed:
            self._soundness.require({name: listed[name]}, whole=True)
        try:
            return read(part)
        except pl.exceptions.PolarsError as error:
            raise damaged(self.path, name, error) from error

    def next_generation(self) -> int:
        """Return the number of the next change, with which names of new files begin."""
        return changing.next_generation(self.path)

    def bucket_of(self, run_id: str) -> str:
        """Return the bucket that a run's rows stand in."""
        return bucket_of(run_id, self.buckets)

    def bucket_column(self) -> pl.Expr:
        """Return the buckets that rows stand in, by their `run_id`."""
        return bucket_column(self.buckets)

    @contextmanager
    def writing(self, *, seconds: float | None = None) -> Iterator[Path]:
        """Hold the workspace for one writer, and give it a directory for unfinished files.

        Another writer is waited for, so many `seconds` where they are given.
        What a killed writer had begun to move in is finished first; the rest of it is removed.
        """
        with changing.only_change(self.path, self._soundness, seconds=seconds) as scratch:
            self.buckets = read_settings(self.path).buckets  # which another writer may have changed
            self._is_writing = True
            try:
                yield scratch
            except pl.exceptions.PolarsError:
                self.verify(*ALL)  # which says what is damaged, if that is the cause
                raise
            finally:
                self._is_writing = False

    def apply(
        self,
        *,
        moves: Mapping[Path, Path],
        removed: Sequence[Path],
        buckets: int | None = None,
    ) -> None:
        """Move finished files into place and take superseded ones away, all or nothing.

        `buckets` is how many the workspace has from then on, if that is what changes.
        """
        changing.apply(self.path, moves=moves, removed=removed, buckets=buckets)
        self.buckets = buckets or self.buckets

    def _reading(self) -> Reading | None:
        """Return what keeps writers from taking files away; the writer itself needs nothing."""
        return None if self._is_writing else Reading(self.path / SETTINGS)

    def _scan(self, name: str, reading: Reading | None) -> pl.LazyFrame:
        parts = self.parts(name)
        if not parts:
            return ALL[name].empty().lazy()
        frame = scan(parts)
        return frame if reading is None else reading.during(frame)

    def _finish_the_last_change(self) -> None:
        """Finish what a killed writer had begun; not to be able to is no reason not to read."""
        try:
            with self.writing(seconds=0):
                pass
        except SurroundingsError:
            # The list says what there was before the change until all of it is in place.
            if read_list(self.path) is None:
                raise
