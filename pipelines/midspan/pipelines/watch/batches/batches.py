"""Batches on their way: made in a folder of the state, absorbed, and left for the publisher."""

import contextlib
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from midspan.pipelines.ingest.sources.remote import RemoteFile
from midspan.pipelines.ingest.streams import KeptStream
from midspan.pipelines.storage.disk import explained
from midspan.pipelines.storage.small_parts import merge_small_parts
from midspan.pipelines.watch.batches.absorbing import absorb
from midspan.pipelines.watch.batches.keys import Keys
from midspan.pipelines.watch.batches.making import SMALL, BatchSettings, Made, make_batch
from midspan.pipelines.watch.batches.records import OutdatedError
from midspan.pipelines.watch.batches.runs import Joinable
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import SurroundingsError
from midspan.scorers.tables import ALL

__all__ = ["Batch", "BatchSettings", "Batches", "scored_batch"]

LAST: Final = "last"
BATCH: Final = "batch.json"
MERGED_EVERY: Final = 8
"""Changes of the workspace, after which its small files are merged."""

LARGEST_MERGED: Final = 8 * 2**20
"""To merge more takes seconds, for which all that is accepted meanwhile would wait."""

MADE_AGAIN: Final = 5
"""Times that a batch is made again, where somebody changes the runs that it joins meanwhile."""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What is said beside a batch: how many runs there are, and how many were stored before."""

    runs: int
    late: int


@dataclass(frozen=True, kw_only=True)
class Batches:
    """The folder that batches are made in: numbers grow, also over restarts.

    A batch begins with a dot until the workspace has it. What is found so at the start is of a
    process that was killed: it goes on if the workspace has it, else it is made again.
    """

    settings: BatchSettings
    workspace: Workspace
    keys: Keys
    at: Callable[[str], None] = lambda step: None
    """Called before each step that a crash may come between."""

    @classmethod
    def begin(
        cls, settings: BatchSettings, *, at: Callable[[str], None] = lambda step: None
    ) -> "Batches":
        """Return the batches of a state; what a killed process left is cleared away."""
        folder = settings.batches
        with explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
        workspace = Workspace.create(settings.workspace)
        batches = cls(settings=settings, workspace=workspace, keys=settings.keys(), at=at)
        for left in sorted(folder.glob(".[0-9]*")):
            if settings.published and batches._is_taken_in(left):
                batches._hand_over(left)
            else:
                shutil.rmtree(left)
        return batches

    def new_folder(self) -> Path:
        """Return the folder of the next batch."""
        numbers = [int(each.name) for each in self._folder.iterdir() if each.name.isdecimal()]
        number = 1 + max([self._last(), *numbers])
        unfinished, folder = self._folder / f"{LAST}.part", self._folder / f".{number:06}"
        with explained(self._folder):
            unfinished.write_text(str(number))
            unfinished.replace(self._folder / LAST)
            folder.mkdir()
        return folder

    def take_in(self, made: Made) -> Batch:
        """Return what a batch came to, once it is in the workspace; `OutdatedError` if it is old.

        The folder is gone then, or the publisher's.
        """
        batch = Batch(runs=made.runs, late=len(made.joined.runs))
        (made.folder / BATCH).write_bytes(msgspec.json.encode(batch))
        self.at("absorb")
        absorb(
            self.workspace,
            made.small,
            made.joined,
            self.keys,
            versions=made.versions,
            judged=self.settings.judged_by(),
        )
        self.at("hand over")
        if self.settings.published:
            self._hand_over(made.folder)
        else:
            shutil.rmtree(made.folder)
        self._merge_small_parts()
        return batch

    def _merge_small_parts(self) -> None:
        """Have fewer files, now and then: what a batch costs stays the same as they grow."""
        if self.workspace.next_generation() % MERGED_EVERY == 0:
            self.at("merge")
            # Another command writes, or the disk refuses it: the next time.
            with contextlib.suppress(OSError, SurroundingsError):
                merge_small_parts(self.workspace, largest=LARGEST_MERGED)

    def require_sound(self) -> None:
        """Raise what is wrong with the workspace's files, if that kept a batch from being made."""
        for table in ALL:
            self.workspace.parts(table)

    def _hand_over(self, folder: Path) -> None:
        """Leave a batch for the publisher, who takes away what has no dot."""
        os.replace(folder, folder.with_name(folder.name.removeprefix(".")))

    def _is_taken_in(self, folder: Path) -> bool:
        """Return whether the workspace has the runs of a batch just as they are there."""
        if not (folder / BATCH).is_file():
            return False
        runs = Workspace(folder / SMALL).table("runs").sort("run_id").collect()
        stored = Joinable(self.workspace.path, self.keys).rows("runs", runs["run_id"].to_list())
        return stored.sort("run_id").equals(runs)

    @property
    def _folder(self) -> Path:
        return self.settings.batches

    def _last(self) -> int:
        try:
            return int((self._folder / LAST).read_text())
        except (FileNotFoundError, ValueError):
            return 0


def scored_batch(
    paths: Sequence[Path | str | RemoteFile | KeptStream], settings: BatchSettings
) -> Batch | None:
    """Return what some files came to once they are scored and in the workspace, None if nothing.

    The files are known by their content, as `midspan ingest` knows them. While another command
    writes the workspace, that is an error: it can be done again.
    """
    batches = Batches.begin(settings)
    for _ in range(MADE_AGAIN):
        folder = batches.new_folder()
        try:
            made = make_batch(paths, folder, settings)
            return batches.take_in(made) if made is not None else None
        except OutdatedError:
            continue
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    raise SurroundingsError(
        f"{settings.workspace}: its runs change all the time",
        fix="Let nothing else write there meanwhile.",
    )
