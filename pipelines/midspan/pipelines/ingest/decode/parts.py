"""Files that were put one after the other: which lines are of which session, and which of none."""

from collections.abc import Iterator
from typing import Final

import msgspec

from midspan.pipelines.ingest.decode.marks import Mark, mark_of
from midspan.pipelines.ingest.decode.seams import apart
from midspan.pipelines.ingest.raw import RAW_KEPT, Raw, Rejected
from midspan.pipelines.ingest.sessions.detect import SessionFormat, read_session
from midspan.pipelines.ingest.span import Span

WHOLE: Final = (SessionFormat.ATIF, SessionFormat.OPENAI_MESSAGES)
"""Formats of which a document may go over many lines."""

NOTHING: Final = "a session in which nothing happened"


class Part:
    """The lines of one session, or of all documents of one format, and where they stand."""

    def __init__(self, format: SessionFormat) -> None:
        """Begin without lines."""
        self.format = format
        self.session: str | None = None
        self.head = b""
        self.has_begun = False
        """Whether anything but its head was read."""
        self.positions: list[int] = []
        self._lines: list[bytes] = []

    def keep(self, line: bytes) -> None:
        """Keep a line until the part is read."""
        self._lines.append(line)

    def placed(self, item: Span | Rejected) -> Span | Rejected:
        """Return what was read, with the line's number in the file in place of that in the part."""
        if isinstance(item, Rejected) and 0 < item.position <= len(self.positions):
            return msgspec.structs.replace(item, position=self.positions[item.position - 1])
        return item

    def read(self, name: str) -> Iterator[Raw | Span]:
        """Yield what the lines hold that were kept."""
        if not self._lines:
            return
        if self.format not in WHOLE:
            yield from map(self.placed, read_session(self.format, self._lines, name))
            return
        found = False
        for item in read_session(self.format, self._lines, name):
            found = True
            yield self.placed(item)
        text = b"\n".join(self._lines)
        if not found and text.strip():
            yield _nothing(self.positions[0], text)


class Parts:
    """The sessions in one file, told apart line by line.

    A line belongs to the session that it names, else to the one that began last. `first` is the
    format of a file that begins with a session.
    """

    def __init__(self, name: str, first: SessionFormat | None = None) -> None:
        """Know what the file is called, which is the name of what names no session."""
        self._name = name
        self._all: list[Part] = []
        self._current: Part | None = None
        self._of_session: dict[str, Part] = {}
        self._of_entry: dict[str, Part] = {}
        self._has_entries: set[str] = set()
        self._empty: list[Rejected] = []
        self._spans_come_first = first is None
        if first is not None:
            self._begin(first)

    @property
    def first(self) -> Part:
        """Return the part that began first."""
        return self._all[0]

    def sort(self, position: int, line: bytes) -> Iterator[tuple[bytes, Part | None]]:
        """Yield the documents in a line, as a rule one, each with its part; None: of no session."""
        mark = mark_of(line)
        one_by_one = [line] if mark.is_json or not line.strip() else apart(line)
        for document in one_by_one:
            mark = mark if document is line else mark_of(document)
            if mark.is_empty:
                self._empty.append(_nothing(position, document))
            else:
                yield document, self._part_of(mark)

    def take(self, position: int, line: bytes) -> Iterator[bytes]:
        """Keep what a line holds of sessions, and yield the documents that are of none."""
        for document, part in self.sort(position, line):
            if part is None:
                yield document
            else:
                part.positions.append(position)
                part.keep(document)

    def read(self) -> Iterator[Raw | Span]:
        """Yield what the sessions hold, one after the other."""
        yield from self._empty
        for part in self._all:
            yield from part.read(self._name)

    def _part_of(self, mark: Mark) -> Part | None:
        if mark.is_otlp:
            return None
        part = self._named(mark)
        if part is not None:
            part.has_begun |= not mark.is_head
            self._current = part
        return part

    def _named(self, mark: Mark) -> Part | None:
        current = self._current
        match mark.format:
            case None:
                return None if self._is_stray(mark) else current
            case SessionFormat.CLAUDE_CODE:
                return self._of_claude(mark)
            case SessionFormat.ATIF | SessionFormat.OPENAI_MESSAGES as format:
                same = (part for part in self._all if part.format is format)
                return next(same, None) or self._begin(format)
            case format:
                part = current if current and current.format is format else self._begin(format)
        if part.session is not None and not _goes_on(part, mark):
            part = self._begin(format)
        part.head = part.head or mark.head
        part.session = part.session or mark.session
        return part

    def _is_stray(self, mark: Mark) -> bool:
        """Return whether a line among spans is no line of a session's either: these have a type."""
        current = self._current
        of_lines = current is not None and current.format not in WHOLE
        return self._spans_come_first and of_lines and mark.is_json and not mark.has_type

    def _of_claude(self, mark: Mark) -> Part:
        """Return the part of a session, of which a resumed one may be the rest."""
        current = self._current
        if current is not None and current.format is not SessionFormat.CLAUDE_CODE:
            current = None
        if mark.session is None:
            return current or self._begin(SessionFormat.CLAUDE_CODE)
        part = self._of_session.get(mark.session)
        # What stands before the first entry of a session does not say what that follows.
        if part is None or (mark.entry is not None and mark.session not in self._has_entries):
            unnamed = current if current and current.session is None else None
            part = self._of_entry.get(mark.follows or "") or part or unnamed
            part = part or self._begin(SessionFormat.CLAUDE_CODE)
            part.session = part.session or mark.session
            self._of_session[mark.session] = part
        if mark.entry is not None:
            self._has_entries.add(mark.session)
            self._of_entry.setdefault(mark.entry, part)
        return part

    def _begin(self, format: SessionFormat) -> Part:
        part = self._current = Part(format)
        self._all.append(part)
        return part


def _goes_on(part: Part, head: Mark) -> bool:
    """Return whether a head says more of the session at hand, and does not begin another.

    A rollout of Codex names its session again when it is changed, and one that is a fork has the
    heads of those that it comes from behind its own.
    """
    if head.format is not SessionFormat.CODEX or part.head == head.head:
        return False
    return part.session == head.session or not part.has_begun


def _nothing(position: int, text: bytes) -> Rejected:
    return Rejected(position, NOTHING, text[:RAW_KEPT].decode(errors="replace"))
