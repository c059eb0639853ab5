"""Files that belong together, a launch of a run each, and when they may be read."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from midspan.pipelines.ingest.file_kinds import PART, record_kind, spool_name
from midspan.pipelines.records import RESULT_SUFFIX
from midspan.pipelines.watch.tails.listing import Found

Launch = tuple[str, str]
"""A run's id and the number of its launch; of another file: nothing, and its key."""


@dataclass(kw_only=True)
class Waiting:
    """A file that was not read yet as it is now, and when that was seen first."""

    found: Found
    since: float
    seen: int


@dataclass(kw_only=True)
class Group:
    """The files of a launch that are still to be read."""

    launch: Launch
    files: dict[str, Waiting] = field(default_factory=dict)

    @property
    def changed(self) -> float:
        """Return when anything of it was news last."""
        return max(waiting.since for waiting in self.files.values())

    @property
    def found(self) -> list[Found]:
        """Return the files, in order."""
        return [self.files[key].found for key in sorted(self.files)]


class Groups:
    """What waits to be read.

    A launch is whole once its result record is there, which is written last. One that nobody
    planned, and so nobody writes a result of, is whole when its files are closed and were quiet.
    What was never closed is read as it is after a while without news, and again if it grows.
    """

    def __init__(
        self,
        *,
        quiet: float,
        timeout: float,
        is_planned: Callable[[str], bool],
    ) -> None:
        """Know the times; `is_planned` says of a run id whether a result of it is to come."""
        self._quiet, self._timeout = quiet, timeout
        self._is_planned = is_planned
        self._groups: dict[Launch, Group] = {}
        self._results: set[Launch] = set()
        self._round = 0

    def __len__(self) -> int:
        return sum(len(group.files) for group in self._groups.values())

    def had_result(self, name: str) -> None:
        """Note a result that was read before: by its name."""
        if launch := _result(name):
            self._results.add(launch)

    def look(self, files: Iterable[Found], *, now: float) -> None:
        """Take in what is there and unread: all of it. What is there no more waits no more."""
        self._round += 1
        for found in files:
            launch = launch_of(found)
            if result := _result(found.location.name):
                self._results.add(result)
            group = self._groups.setdefault(launch, Group(launch=launch))
            before = group.files.get(found.key)
            if before is None or before.found.version != found.version:
                group.files[found.key] = Waiting(found=found, since=now, seen=self._round)
            else:
                before.seen = self._round
        for launch, group in list(self._groups.items()):
            for key in [key for key, one in group.files.items() if one.seen != self._round]:
                del group.files[key]
            if not group.files:
                del self._groups[launch]

    def ready(self, *, now: float, every: bool = False) -> Iterator[Group]:
        """Yield what may be read, what waited longest first; `every` one, if asked for."""
        for group in sorted(self._groups.values(), key=lambda group: group.changed):
            if every or self._is_ready(group, now):
                yield group

    def taken(self, group: Group) -> None:
        """Forget a group that was read."""
        self._groups.pop(group.launch, None)

    def _is_ready(self, group: Group, now: float) -> bool:
        age = now - group.changed
        run, _ = group.launch
        if not run:
            return age >= self._quiet
        if group.launch in self._results or age >= self._timeout:
            return True
        is_open = any(key.endswith(PART) for key in group.files)
        return not is_open and age >= self._quiet and not self._is_planned(run)


def launch_of(found: Found) -> Launch:
    """Return which launch a file is of."""
    if result := _result(found.location.name):
        return result
    match = spool_name(found.location)
    return (match["run"], match["launch"]) if match else ("", found.key)


def is_plan(found: Found) -> bool:
    """Return whether a file says what is planned."""
    return record_kind(found.location) == "plan"


_RUN_ID: Final = 32


def _result(name: str) -> Launch | None:
    if not name.endswith(RESULT_SUFFIX):
        return None
    run, dash, launch = name.removesuffix(RESULT_SUFFIX).partition("-")
    return (run, launch) if dash and len(run) == _RUN_ID and launch.isdecimal() else None
