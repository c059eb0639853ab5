"""Which run each trace belongs to.

The first that exists: the run id on the trace's spans, or the one that `context_rules` gave them;
the session, where its traces are one run; else the trace itself. Traces of a session are one run
when at most one of them has an agent span; otherwise each trace with an agent span is a run, and
one without joins the run before it in time.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from midspan.pipelines.ingest.span import Span

Claim = tuple[bool, int, str, str]
"""What one span says of its trace, ranked: below the root, its start, its id, and the value."""


@dataclass(kw_only=True, slots=True)
class TraceFacts:
    """What has to be known of a trace to say which run it is, and the shards its spans lie in."""

    start_ns: int = 2**63
    has_agent: bool = False
    run_claim: Claim | None = None
    session_claim: Claim | None = None
    shards: set[int] = field(default_factory=set)

    @property
    def run_id(self) -> str | None:
        """Return the run id that the trace's spans name; on conflict the root's wins."""
        return self.run_claim[-1] if self.run_claim else None

    @property
    def session(self) -> str | None:
        """Return the session that the trace's spans name; on conflict the root's wins."""
        return self.session_claim[-1] if self.session_claim else None

    def add(self, span: Span, shard: int) -> None:
        """Take note of one more span."""
        self.start_ns = min(self.start_ns, span.start_ns)
        self.has_agent = self.has_agent or span.kind == "agent"
        self.shards.add(shard)
        run_id = span.context.get("run_id")
        if run_id is not None:
            self.run_claim = _first(self.run_claim, _claim(span, run_id))
        if span.session is not None:
            self.session_claim = _first(self.session_claim, _claim(span, span.session))

    def join(self, other: "TraceFacts") -> None:
        """Take over what another file says of the same trace."""
        self.start_ns = min(self.start_ns, other.start_ns)
        self.has_agent |= other.has_agent
        self.shards |= other.shards
        self.run_claim = _first(self.run_claim, other.run_claim)
        self.session_claim = _first(self.session_claim, other.session_claim)


def session_run_id(session: str) -> str:
    """Return the run id of a session whose traces are one run."""
    return hashlib.blake2b(b"session\0" + session.encode(), digest_size=16).hexdigest()


def runs_of_traces(traces: Mapping[str, TraceFacts]) -> dict[str, str]:
    """Return trace id -> run id."""
    runs: dict[str, str] = {}
    sessions: dict[str, list[str]] = defaultdict(list)
    for trace_id, facts in traces.items():
        if facts.run_id:
            runs[trace_id] = facts.run_id
        elif facts.session:
            sessions[facts.session].append(trace_id)
        else:
            runs[trace_id] = trace_id
    for session, members in sessions.items():
        runs.update(_runs_of_session(session, {each: traces[each] for each in members}))
    return runs


def _runs_of_session(session: str, traces: Mapping[str, TraceFacts]) -> dict[str, str]:
    if sum(facts.has_agent for facts in traces.values()) <= 1:
        return dict.fromkeys(traces, session_run_id(session))
    runs: dict[str, str] = {}
    before: str | None = None
    for trace_id in sorted(traces, key=lambda trace_id: (traces[trace_id].start_ns, trace_id)):
        if traces[trace_id].has_agent or before is None:
            before = trace_id
        runs[trace_id] = before
    return runs


def _claim(span: Span, value: str) -> Claim:
    return (span.parent_id is not None, span.start_ns, span.span_id, value)


def _first(one: Claim | None, other: Claim | None) -> Claim | None:
    if one is None or other is None:
        return one or other
    return min(one, other)
