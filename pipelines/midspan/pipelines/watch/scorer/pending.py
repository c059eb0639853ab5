"""Runs that are not complete yet: which entries belong together, and when they are to be scored.

Only what headers say is held: a few hundred bytes for a trace and a number for each of its entries.
"""

import heapq
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from midspan.pipelines.watch.backlog import Header
from midspan.pipelines.watch.scorer.trace import Key, Trace, name_of, unit_of

SECOND: Final = 1_000_000_000

REMEMBERED: Final = 50_000
"""Traces whose roots ended before they were scored: what comes late need not wait for a root."""


@dataclass(frozen=True, kw_only=True)
class Unit:
    """Entries that are scored together: those of one run, or of one session's."""

    key: Key
    traces: frozenset[Key]
    entries: tuple[int, ...]
    spans: int
    left: int
    """How many of the spans an earlier watch had accepted."""

    last_ns: int
    complete_ns: int
    """When there was nothing left to wait for."""


class Pending:
    """The units that wait; a unit that is at work keeps later entries of it waiting."""

    def __init__(self, *, quiet_ns: int, timeout_ns: int, since_ns: int = 0) -> None:
        """Wait so long after the last entry: with all roots ended, and without.

        What came before `since_ns` was left by an earlier watch.
        """
        self._quiet_ns, self._timeout_ns, self._since_ns = quiet_ns, timeout_ns, since_ns
        self.left = 0
        """Spans that an earlier watch left, of all that was ever added."""

        self._traces: dict[Key, Trace] = {}
        self._units: dict[Key, set[Key]] = {}
        self._due: list[tuple[int, Key]] = []
        self._next: dict[Key, int] = {}
        self._busy: set[Key] = set()
        self._ended: dict[Key, None] = {}
        self._entries = 0

    def __len__(self) -> int:
        """Return how many units wait."""
        return len(self._units)

    @property
    def entries(self) -> int:
        """Return how many entries wait."""
        return self._entries

    def add(self, entry: int, header: Header) -> None:
        """Take note of an entry, by its number."""
        name = name_of(entry, header)
        trace = self._traces.get(name)
        if trace is None:
            ended = name in self._ended
            trace = self._traces[name] = Trace(name=name, unit=name, root_ended=ended)
            self._units.setdefault(name, set()).add(name)
        is_left = header.kind == "traces" and header.received_ns < self._since_ns
        left = header.spans if is_left else 0
        self.left += left
        trace.add(entry, header, left=left)
        self._entries += 1
        unit = unit_of(trace)
        if unit != trace.unit:
            self._leave(trace)
            trace.unit = unit
            self._units.setdefault(unit, set()).add(name)
        self._schedule(unit, self._due_at(unit))

    def oldest_ns(self) -> int | None:
        """Return when the oldest waiting entry came."""
        return min((trace.first_ns for trace in self._traces.values()), default=None)

    def due(self, now_ns: int, *, spans: int, runs: int, all_of_it: bool = False) -> list[Unit]:
        """Return units that need wait no longer, the longest due first; about so much at most.

        They are at work from then on, until they are `done`. `all_of_it`: none need wait.
        """
        found: list[Unit] = []
        held: list[tuple[int, Key]] = []
        taken = 0
        while self._due and taken < spans and len(found) < runs:
            due, key = self._due[0]
            if due > now_ns and not all_of_it:
                break
            heapq.heappop(self._due)
            if self._next.get(key) != due:  # gone, or there was news
                continue
            at = self._due_at(key)
            if at > now_ns and not all_of_it:
                self._next[key] = at
                heapq.heappush(self._due, (at, key))
                continue
            if self._is_busy(key):
                held.append((due, key))
                continue
            unit = self._taken(key, min(at, now_ns))
            found.append(unit)
            taken += unit.spans
        for item in held:
            heapq.heappush(self._due, item)
        return found

    def next_due(self) -> int | None:
        """Return when the unit that waits the least need wait no longer; None if there is none."""
        while self._due:
            due, key = self._due[0]
            at = self._due_at(key) if self._next.get(key) == due else None
            if at is not None and at <= due:
                return due
            heapq.heappop(self._due)
            if at is not None:
                self._next[key] = at
                heapq.heappush(self._due, (at, key))
        return None

    def done(self, units: Iterable[Unit]) -> None:
        """Let go of units that were at work."""
        for unit in units:
            self._busy -= {unit.key, *unit.traces}

    def numbers(self, start: int, end: int) -> set[int]:
        """Return the waiting entries with numbers from one up to another."""
        every = (entry for trace in self._traces.values() for entry in trace.entries)
        return {entry for entry in every if start <= entry < end}

    def renumber(self, moved: Mapping[int, int]) -> None:
        """Call waiting entries by other numbers."""
        for trace in self._traces.values():
            trace.entries = [moved.get(entry, entry) for entry in trace.entries]

    def lowest(self, within: range) -> int | None:
        """Return the lowest number of a waiting entry within a range."""
        # Those of a trace are in order: what was set down again came before the others.
        first = (
            trace.entries[place]
            for trace in self._traces.values()
            if (place := bisect_left(trace.entries, within.start)) < len(trace.entries)
        )
        return min((entry for entry in first if entry in within), default=None)

    def _due_at(self, key: Key) -> int:
        traces = [self._traces[name] for name in self._units[key]]
        last = max(trace.last_ns for trace in traces)
        is_begun = any(trace.has_spans or trace.root_ended for trace in traces)
        if is_begun and not any(trace.waits_for_root for trace in traces):
            # A session that is never quiet is scored now and then all the same.
            first = min(trace.first_ns for trace in traces)
            return min(last + self._quiet_ns, first + max(self._quiet_ns, self._timeout_ns))
        return last + self._timeout_ns

    def _schedule(self, key: Key, due: int) -> None:
        """Look at a unit at a time, unless an earlier one is set: it will then be set anew."""
        known = self._next.get(key)
        if known is None or due < known:
            self._next[key] = due
            heapq.heappush(self._due, (due, key))

    def _is_busy(self, key: Key) -> bool:
        return key in self._busy or not self._busy.isdisjoint(self._units[key])

    def _taken(self, key: Key, complete_ns: int) -> Unit:
        del self._next[key]
        names = self._units.pop(key)
        traces = [self._traces.pop(name) for name in names]
        self._busy |= {key, *names}
        self._remember(trace.name for trace in traces if trace.root_ended)
        entries = sorted(entry for trace in traces for entry in trace.entries)
        self._entries -= len(entries)
        return Unit(
            key=key,
            traces=frozenset(names),
            entries=tuple(entries),
            spans=sum(trace.spans for trace in traces),
            left=sum(trace.left for trace in traces),
            last_ns=max(trace.last_ns for trace in traces),
            complete_ns=complete_ns,
        )

    def _remember(self, ended: Iterable[Key]) -> None:
        for name in ended:
            self._ended[name] = None
        while len(self._ended) > REMEMBERED:
            del self._ended[next(iter(self._ended))]

    def _leave(self, trace: Trace) -> None:
        members = self._units[trace.unit]
        members.discard(trace.name)
        if members:
            self._schedule(trace.unit, self._due_at(trace.unit))
        else:
            del self._units[trace.unit]
            self._next.pop(trace.unit, None)
