"""Tails a directory or bucket of spool files: each launch is read once, when it is whole."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from midspan.pipelines.ingest.sources.remote import is_remote
from midspan.pipelines.records import decode_planned_run
from midspan.pipelines.storage.disk import explained
from midspan.pipelines.watch.figures import Figures
from midspan.pipelines.watch.tails.groups import Group, Groups, is_plan
from midspan.pipelines.watch.tails.listing import (
    Found,
    Listing,
    Location,
    is_worth_reading,
    listing_of,
)
from midspan.pipelines.watch.tails.read_files import ReadFiles
from midspan.pipelines.watch.tails.settings import TailSettings
from midspan.pipelines.watch.troubles import Troubles, reason_of
from midspan.scorers.errors import Exit, InvalidInput, MidspanError, SurroundingsError

Score = Callable[[Sequence[Location]], int]
"""Reads some files into the workspace, scores their runs; returns how much was quarantined."""

GROUPS: Final = 500
BYTES: Final = 64 * 2**20
"""So much is read at once; of a launch that is larger, all of it."""

LOOKS: Final = (0.5, 60.0)
"""The shortest and the longest wait between two looks, in seconds."""

LOOKS_AT_STORES: Final = 5.0
"""The shortest one where each look is a question to somebody's store."""

LOOKING: Final = 0.1
"""The share of the time that may go into looking: large buckets are looked at more seldom."""

LEFT: Final = "unread.jsonl"
READ: Final = "tail/read.jsonl"


class SpoolTail:
    """One directory or bucket, and what of it was read."""

    def __init__(
        self,
        settings: TailSettings,
        *,
        score: Score,
        figures: Figures,
        listing: Listing | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Know what was read before."""
        self._settings, self._score, self._figures = settings, score, figures
        self._listing = listing or listing_of(settings.source, may_come=not settings.once)
        self._clock = clock
        self._read = ReadFiles(settings.state / READ)
        self._plans: dict[str, tuple[str, frozenset[str]]] = {}
        self._strange: set[tuple[str, str]] = set()
        self._unreadable: dict[str, str] = {}
        self._whole: deque[Group] = deque()
        self._groups = Groups(
            quiet=settings.quiet, timeout=settings.timeout, is_planned=self._is_planned
        )
        for key in self._read.settled:
            self._groups.had_result(key.rpartition("/")[2])
        self.quarantined, self._troubles = 0, Troubles()

    def run(self, stop: threading.Event) -> None:
        """Look, and read what is whole, until told to stop."""
        shortest = LOOKS_AT_STORES if is_remote(self._settings.source) else LOOKS[0]
        wait, what = shortest, f"{self._settings.source} cannot be read and scored"
        while not stop.is_set():
            began = self._clock()
            try:
                self.look()
                took = self._clock() - began
                while not self._settings.is_full() and self.step() and not stop.is_set():
                    self._tell()
                wait = min(max(shortest, took / LOOKING), LOOKS[1])
                self._troubles.over(what)
            except (SurroundingsError, OSError) as error:
                # A store that does not answer, a full disk, another writer: it may pass.
                self._figures.count("tail_failures", reason=type(error).__name__)
                self._troubles.refused(what, reason_of(error))
                wait = min(2 * wait, LOOKS[1])
            self._tell()
            stop.wait(wait)

    def once(self) -> Exit:
        """Read all that is there, whole or not; return whether something was left."""
        self.look(every=True)
        while self.step():
            pass
        self._tell()
        return Exit.IN_PART if self.quarantined or self._unreadable else Exit.DONE

    def look(self, *, every: bool = False) -> None:
        """See what there is that was not read, and what of it is whole; `every`: as if all were."""
        self._groups.look(self._unread(), now=self._clock())
        self._unreadable = {}
        self._whole = deque(self._groups.ready(now=self._clock(), every=every))

    def step(self) -> int:
        """Read some of what was whole at the last look; return how many launches those were."""
        groups = list(self._next())
        if groups:
            self._give(groups)
        return len(groups)

    def _unread(self) -> Iterator[Found]:
        for found in self._listing(self._read.settled):
            if is_plan(found):
                self._note_plan(found)
            if self._read.has(found) or (found.key, found.version) in self._strange:
                continue
            if found.version and not is_worth_reading(found):
                self._strange.add((found.key, found.version))
                continue
            yield found

    def _note_plan(self, found: Found) -> None:
        if self._plans.get(found.key, ("", None))[0] == found.version:
            return
        planned = set()
        try:
            for line in found.location.read_bytes().splitlines():
                try:
                    planned.add(decode_planned_run(line).run_id)
                except ValueError:
                    continue  # Whoever ingests it tells of it.
        except (OSError, MidspanError):
            return
        self._plans[found.key] = found.version, frozenset(planned)

    def _is_planned(self, run: str) -> bool:
        return any(run in planned for _, planned in self._plans.values())

    def _next(self) -> Iterator[Group]:
        """Yield what is read next, as far as it can be."""
        size = number = 0
        while self._whole:
            group = self._whole[0]
            weight = sum(found.size for found in group.found)
            if number and (number >= GROUPS or size + weight > BYTES):
                return
            self._whole.popleft()
            if self._can_be_read(group):
                number, size = number + 1, size + weight
                yield group

    def _can_be_read(self, group: Group) -> bool:
        """Return whether all files of a group are there; empty ones have nothing to be read."""
        for found in group.found:
            if not isinstance(found.location, Path):
                continue
            try:
                with found.location.open("rb"):
                    pass
            except FileNotFoundError:
                return False  # The next look finds what it is called now, if it is there.
            except OSError as error:
                self._unreadable[found.key] = error.strerror or str(error)
                return False
        return True

    def _give(self, groups: Sequence[Group]) -> None:
        """Have the files of some groups read; of what cannot be, half by half, the rest."""
        files = [found for group in groups for found in group.found]
        paths = [found.location for found in files if found.size]
        try:
            if paths:
                self.quarantined += self._score(paths)
        except InvalidInput as error:
            if len(groups) > 1:
                middle = len(groups) // 2
                self._give(groups[:middle])
                self._give(groups[middle:])
                return
            self._leave(groups[0], str(error))
        self._read.add(files)
        for group in groups:
            self._groups.taken(group)
        self._figures.count("tail_files_read", len(files))

    def _leave(self, group: Group, reason: str) -> None:
        """Note files that nothing can be made of."""
        self.quarantined += len(group.files)
        path = self._settings.state / LEFT
        line = {"files": [found.key for found in group.found], "reason": reason}
        with explained(path), path.open("ab") as content:
            content.write(msgspec.json.encode(line) + b"\n")
        self._figures.count("tail_files_left", len(group.files))

    def _tell(self) -> None:
        self._figures.gauge("heartbeat_timestamp_seconds", time.time())
        self._figures.gauge("tail_files_waiting", len(self._groups))
        self._figures.gauge("tail_files_unreadable", len(self._unreadable))
        self._figures.write()
