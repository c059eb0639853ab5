"""What is known of a trace whose entries wait, and what it is scored with."""

from dataclasses import dataclass, field

from midspan.pipelines.watch.backlog import Header

Key = tuple[str, str]
"""What makes entries one unit: a run, a session or a trace, and its id."""


@dataclass(slots=True)
class Trace:
    """What is known of one trace, or of a session's records that name none."""

    name: Key
    unit: Key
    run_id: str | None = None
    session: str | None = None
    root_ended: bool = False
    has_spans: bool = False
    spans: int = 0
    left: int = 0
    first_ns: int = 2**63
    last_ns: int = 0
    entries: list[int] = field(default_factory=list)

    @property
    def waits_for_root(self) -> bool:
        """Return whether it is known to have a root that has not ended."""
        return self.has_spans and not self.root_ended

    def add(self, entry: int, header: Header, *, left: int) -> None:
        """Take note of one more entry; so many spans of it were left by an earlier watch."""
        self.left += left
        self.run_id = self.run_id or header.run_id
        self.session = self.session or header.session
        self.root_ended = self.root_ended or header.root_ended
        self.has_spans = self.has_spans or header.kind == "traces"
        self.spans += header.spans
        self.first_ns = min(self.first_ns, header.received_ns)
        self.last_ns = max(self.last_ns, header.received_ns)
        self.entries.append(entry)


def name_of(entry: int, header: Header) -> Key:
    """Return what an entry is of: a trace, or records that name none."""
    if header.trace_id is not None:
        return "trace", header.trace_id
    if header.session is not None:
        return "records", header.session
    return "record", str(entry)


def unit_of(trace: Trace) -> Key:
    """Return what a trace is scored with: as ingest puts runs together, as far as one can see."""
    if trace.run_id is not None:
        return "run", trace.run_id
    return trace.name if trace.session is None else ("session", trace.session)
