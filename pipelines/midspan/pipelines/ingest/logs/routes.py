"""Sends log records to the shard that puts their run together."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Final

import msgspec

from midspan.pipelines.ingest.assembly.runs_of_traces import TraceFacts
from midspan.pipelines.ingest.logs.entry import READ, ROUTED, LogEntry
from midspan.pipelines.ingest.spill import Spill, read_spilled, shard_of

_ENTRIES: Final = msgspec.msgpack.Decoder(list[LogEntry])


def traces_of_sessions(facts: Mapping[str, TraceFacts]) -> dict[str, list[str]]:
    """Return the traces of each session, the earliest first."""
    found: dict[str, list[str]] = defaultdict(list)
    for trace in sorted(facts, key=lambda trace: (facts[trace].start_ns, trace)):
        session = facts[trace].session
        if session is not None:
            found[session].append(trace)
    return found


def read_entries(directory: Path) -> Iterator[LogEntry]:
    """Yield every log record that the first pass set down."""
    return read_spilled(directory, READ, _ENTRIES)


def read_routed(directory: Path, shard: int) -> Iterator[LogEntry]:
    """Yield the log records that were sent to a shard."""
    return read_spilled(directory, f"{ROUTED}-{shard}", _ENTRIES)


def route_logs(
    directory: Path,
    *,
    files: Sequence[str],
    run_of_trace: Mapping[str, str],
    traces_of_session: Mapping[str, list[str]],
    told: Set[str],
    shards: int,
) -> Counter[int]:
    """Return how many records of each file have nowhere to go; the others are with their shard.

    `told` are sessions whose spans were made of the records themselves.
    """
    unmatched: Counter[int] = Counter()
    with Spill(directory, "routed", shards) as spill:
        for entry in read_entries(directory):
            if entry.agent and entry.session in told:
                continue
            traces = _traces(entry, run_of_trace, traces_of_session)
            if not traces:
                unmatched[entry.source] += 1
                spill.reject(files[entry.source], entry.unmatched())
            for shard in {shard_of(run_of_trace[trace], shards) for trace in traces}:
                spill.put(f"{ROUTED}-{shard}", entry)
    return unmatched


def _traces(
    entry: LogEntry,
    run_of_trace: Mapping[str, str],
    traces_of_session: Mapping[str, list[str]],
) -> list[str]:
    """Return the traces that a record says something of; a session is several at times."""
    of_session = traces_of_session.get(entry.session or "", [])
    if entry.agent and of_session:
        return of_session
    if entry.trace_id in run_of_trace:
        return [entry.trace_id]
    if of_session:
        entry.trace_id, entry.span_id = of_session[0], ""
    return of_session[:1]
