"""First pass over the files: decode, normalise, and set spans down by shard on local disk.

Nothing is held but a few hundred spans at a time, so memory does not grow with the input.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from midspan.pipelines.ingest.assembly.runs_of_traces import TraceFacts, session_run_id
from midspan.pipelines.ingest.content.document import encode
from midspan.pipelines.ingest.context_reader import ContextReader
from midspan.pipelines.ingest.context_rules import ContextRules
from midspan.pipelines.ingest.decode import read
from midspan.pipelines.ingest.files import Location, SpanFile
from midspan.pipelines.ingest.logs.entry import READ, entry_of
from midspan.pipelines.ingest.names import shown
from midspan.pipelines.ingest.normalise import Unusable, normalise
from midspan.pipelines.ingest.raw import RAW_KEPT, Raw, RawLog, RawSpan, Rejected
from midspan.pipelines.ingest.sources.pages import Pages
from midspan.pipelines.ingest.span import Span
from midspan.pipelines.ingest.streams import KeptStream
from midspan.pipelines.ingest.unread import UNREADABLE, renamed, why

Item = TypeVar("Item")

CHUNK: Final = 256
QUARANTINE: Final = "quarantine"

_SPANS: Final = msgspec.msgpack.Decoder(list[Span])
_ROWS: Final = msgspec.msgpack.Decoder(list[tuple[Any, ...]])


@dataclass(kw_only=True)
class FileReport:
    """What the first pass found in one file."""

    spans_in: int = 0
    quarantined: int = 0
    traces: dict[str, TraceFacts] = field(default_factory=dict)
    dialects: Counter[str] = field(default_factory=Counter)
    logs_in: int = 0
    logs_quarantined: int = 0
    log_traces: set[str] = field(default_factory=set)
    log_sessions: set[str] = field(default_factory=set)
    reader: ContextReader | None = None
    """What became of the rules of the run context in this file."""

    unread: str | None = None
    """Why the file could not be read to its end, if it could not."""


def spill_file(
    file: SpanFile, source: int, directory: Path, shards: int, rules: ContextRules
) -> FileReport:
    """Return the report of one file, whose spans then lie in the directory by shard."""
    report = FileReport()
    reader = report.reader = ContextReader(rules, shown(file.path))
    with Spill(directory, str(source), shards) as spill:
        for item in _items(file, report):
            if isinstance(item, RawLog) or (isinstance(item, Rejected) and item.log):
                _set_down_log(item, source, shown(file.path), report, spill)
                continue
            report.spans_in += 1
            span = _normalised(item, reader)
            if isinstance(span, Rejected):
                report.quarantined += 1
                spill.reject(shown(file.path), span)
            else:
                span.source, span.launch = file.line, file.launch
                note_span(report, span, spill.add(span))
    return report


def _items(file: SpanFile, report: FileReport) -> Iterator[Raw | Span]:
    """Yield what a file holds; where the rest of it cannot be read, the report says why."""
    if isinstance(file.path, Pages):
        yield from file.path.read()
        return
    try:
        yield from _wherever_it_is(file.path)
    except UNREADABLE as error:
        report.unread = why(file.path, error)


def _wherever_it_is(path: Location | KeptStream) -> Iterator[Raw | Span]:
    """Yield what a file holds, which its writer may have renamed since it was found."""
    try:
        yield from read(path)
    except FileNotFoundError:
        finished = renamed(path)
        if finished is None:
            raise
        yield from read(finished)


def _set_down_log(
    item: RawLog | Rejected, source: int, file: str, report: FileReport, spill: "Spill"
) -> None:
    """Keep a log record until it is known which run it is of."""
    report.logs_in += 1
    entry = entry_of(item, source) if isinstance(item, RawLog) else item
    if isinstance(entry, Rejected):
        report.logs_quarantined += 1
        spill.reject(file, entry)
        return
    spill.put(READ, entry)
    report.log_traces.add(entry.trace_id)
    if entry.session is not None:
        report.log_sessions.add(entry.session)


def note_span(report: FileReport, span: Span, shard: int) -> None:
    """Add what a span says of its trace."""
    facts = report.traces.get(span.trace_id)
    if facts is None:
        facts = report.traces[span.trace_id] = TraceFacts()
    facts.add(span, shard)
    report.dialects[span.dialect] += 1


def _normalised(item: RawSpan | Span | Rejected, reader: ContextReader) -> Span | Rejected:
    if isinstance(item, Rejected):
        return item
    if isinstance(item, Span):
        return reader.of_session(item)
    try:
        return reader.read(item, normalise)
    except Unusable as error:
        reason = str(error)
    except RecursionError:
        reason = "nested too deeply"
    except Exception as error:  # a fault of ours on one span must not cost the others
        reason = f"midspan could not read it: {error!r}"
    return Rejected(item.position, reason, _raw(item), item.trace_id or None, item.span_id or None)


def _raw(item: RawSpan) -> str:
    try:
        sent = msgspec.structs.asdict(item)
        del sent["position"]
        return encode(sent)[:RAW_KEPT]
    except RecursionError:
        return ""


class Spill:
    """Files that spans are set down in, one a shard; a shard is chosen by the likely run id."""

    def __init__(self, directory: Path, name: str, shards: int) -> None:
        self._directory, self._name, self._shards = directory, name, shards
        self._pending: dict[str, list[Any]] = {}

    def __enter__(self) -> "Spill":
        return self

    def __exit__(self, *_: object) -> None:
        for where in list(self._pending):
            self._write(where)

    def add(self, span: Span) -> int:
        """Return the shard that the span was put in."""
        likely_run = span.context.get("run_id") or (
            session_run_id(span.session) if span.session else span.trace_id
        )
        shard = shard_of(likely_run, self._shards)
        self.put(str(shard), span)
        return shard

    def reject(self, file: str, rejected: Rejected) -> None:
        """Keep a row for the quarantine."""
        self.put(QUARANTINE, row_of(file, rejected))

    def put(self, where: str, item: Any) -> None:
        """Set an item down among others of its kind."""
        pending = self._pending.setdefault(where, [])
        pending.append(item)
        if len(pending) >= CHUNK:
            self._write(where)

    def _write(self, where: str) -> None:
        pending = self._pending[where]
        if not pending:
            return
        chunk = msgspec.msgpack.encode(pending)
        # Opened anew for each chunk: there may be more shards than files that may be open.
        with (self._directory / f"{where}-{self._name}.spill").open("ab") as file:
            file.write(len(chunk).to_bytes(8, "big") + chunk)
        pending.clear()


def row_of(file: str, rejected: Rejected) -> tuple[Any, ...]:
    """Return the row of the quarantine table."""
    return (
        file,
        rejected.position,
        rejected.trace_id,
        rejected.span_id,
        rejected.reason,
        rejected.raw,
    )


def shard_of(run_id: str, shards: int) -> int:
    """Return the shard of a run, by the last two digits of its id."""
    return int(run_id[-2:], 16) % shards


def read_spans(directory: Path, shards: Iterable[int]) -> Iterator[Span]:
    """Yield the spans set down in some shards."""
    for shard in sorted(shards):
        yield from read_spilled(directory, str(shard), _SPANS)


def read_rejected(directory: Path) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of the quarantine."""
    return read_spilled(directory, QUARANTINE, _ROWS)


def read_spilled(
    directory: Path, where: str, decoder: msgspec.msgpack.Decoder[list[Item]]
) -> Iterator[Item]:
    """Yield what was set down under a name."""
    for path in sorted(directory.glob(f"{where}-*.spill")):
        with path.open("rb") as file:
            while head := file.read(8):
                yield from decoder.decode(file.read(int.from_bytes(head, "big")))
