"""What a request says of each trace, and what of it cannot be taken."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Literal, TypeVar

from midspan.pipelines.ingest.normalise.normaliser import NO_PARENT, context_value
from midspan.pipelines.ingest.normalise.numbers import LARGEST
from midspan.pipelines.watch.backlog import Encoding, Entry, Header, Kind

Reason = Literal["bad_id", "bad_time", "bad_span", "bad_log"]
"""Why one span or log record of a request is refused, and its neighbours are not."""

Piece = TypeVar("Piece")
Claim = tuple[bool, int, str, str]
"""What a span says of its trace, ranked as ingest does: below the root, start, id, and value."""

TRACE_DIGITS: Final = 32
SPAN_DIGITS: Final = 16
_HEX: Final = frozenset("0123456789abcdefABCDEF")


class Unreadable(ValueError):
    """A body that is no export request; the message says why."""


@dataclass(kw_only=True)
class Split:
    """What became of a request: entries with all that was taken, and the rest by reason."""

    entries: list[Entry] = field(default_factory=list)
    accepted: int = 0
    refused: Counter[Reason] = field(default_factory=Counter)
    first_problem: str = ""

    def refuse(self, reason: Reason, why: str) -> None:
        """Leave one span or log record out."""
        self.refused[reason] += 1
        self.first_problem = self.first_problem or why


@dataclass(slots=True)
class Trace(Generic[Piece]):
    """The pieces of one trace, and what they say of it."""

    pieces: list[Piece] = field(default_factory=list)
    run: Claim | None = None
    session: Claim | None = None
    root_ended: bool = False

    def claim_run(self, rank: tuple[bool, int, str], value: Any) -> None:
        """Take note of a run id that a span names."""
        run_id = context_value("run_id", value)
        if run_id is not None and (self.run is None or (*rank, run_id) < self.run):
            self.run = (*rank, run_id)

    def claim_session(self, rank: tuple[bool, int, str], value: str) -> None:
        """Take note of a session that a span names."""
        if self.session is None or (*rank, value) < self.session:
            self.session = (*rank, value)


class Traces(Generic[Piece]):
    """The traces of one request in the order of their first pieces."""

    def __init__(self, kind: Kind, encoding: Encoding, received_ns: int) -> None:
        """Begin with none."""
        self.kind: Kind = kind
        self.encoding: Encoding = encoding
        self._received_ns = received_ns
        self._of: dict[tuple[str | None, str | None], Trace[Piece]] = {}
        self.split = Split()

    def __len__(self) -> int:
        return len(self._of)

    def of(self, trace_id: str | None, session: str | None = None) -> Trace[Piece]:
        """Return what is known of a trace, or of a session whose records name no trace."""
        found = self._of.get((trace_id, session))
        if found is None:
            found = self._of[trace_id, session] = Trace()
        return found

    def refuse(self, reason: Reason, why: str) -> None:
        """Leave one span or log record out."""
        self.split.refuse(reason, why)

    def entries(self, payload: Callable[[list[Piece]], bytes]) -> Split:
        """Return an entry for each trace; `payload` makes a request of its pieces."""
        for (trace_id, session), trace in self._of.items():
            header = Header(
                kind=self.kind,
                encoding=self.encoding,
                trace_id=trace_id,
                run_id=trace.run[-1] if trace.run else None,
                session=trace.session[-1] if trace.session else session,
                root_ended=trace.root_ended,
                spans=len(trace.pieces),
                received_ns=self._received_ns,
            )
            self.split.entries.append(Entry(header=header, payload=payload(trace.pieces)))
            self.split.accepted += len(trace.pieces)
        return self.split


def problem_of_ids(trace_id: str, span_id: str, parent_id: str | None) -> str | None:
    """Return what is wrong with the ids of a span; ingest could not place it either."""
    for text, digits, what in (
        (trace_id, TRACE_DIGITS, "trace id"),
        (span_id, SPAN_DIGITS, "span id"),
    ):
        if not (len(text) == digits and _HEX.issuperset(text) and text.strip("0")):
            return f"{what} is not {digits} hex digits, or all zeros: {text[:40]!r}"
    if is_root(parent_id):
        return None
    if not (parent_id and len(parent_id) == SPAN_DIGITS and _HEX.issuperset(parent_id)):
        return f"parent id is not {SPAN_DIGITS} hex digits: {(parent_id or '')[:40]!r}"
    return None


def is_root(parent_id: str | None) -> bool:
    """Return whether a span has no parent."""
    return parent_id is None or parent_id in NO_PARENT


def is_time(start_ns: int) -> bool:
    """Return whether a span can have begun then."""
    return 0 < start_ns <= LARGEST
