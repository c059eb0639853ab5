"""Sessions of coding agents that sent log records and no spans: their records become spans."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from midspan.pipelines.ingest.assembly.runs_of_traces import TraceFacts
from midspan.pipelines.ingest.files import SpanFile
from midspan.pipelines.ingest.logs.entry import LogEntry, records_of
from midspan.pipelines.ingest.logs.routes import read_entries, traces_of_sessions
from midspan.pipelines.ingest.normalise.agent_logs import sessions_of
from midspan.pipelines.ingest.raw import RawLog
from midspan.pipelines.ingest.sessions.build import spans_of
from midspan.pipelines.ingest.span import Span
from midspan.pipelines.ingest.spill import FileReport, Spill, note_span


def add_told_sessions(
    directory: Path,
    files: Sequence[SpanFile],
    reports: Sequence[FileReport],
    facts: dict[str, TraceFacts],
    shards: int,
) -> set[str]:
    """Return the sessions that only log records tell of, once their spans are set down and noted.

    The spans count as read from the file of the first record.
    """
    told = FileReport()
    with Spill(directory, "told", shards) as spill:
        for source, spans, records in _told(read_entries(directory), traces_of_sessions(facts)):
            report = reports[source]
            if report.reader is not None:
                report.reader.of_records(spans, records)
            for span in spans:
                span.source, span.launch = files[source].line, files[source].launch
                report.spans_in += 1
                report.dialects[span.dialect] += 1
                note_span(told, span, spill.add(span))
    for trace, found in told.traces.items():
        facts.setdefault(trace, TraceFacts()).join(found)
    return {found.session for found in told.traces.values() if found.session}


def _told(
    entries: Iterable[LogEntry], traces_of_session: Mapping[str, list[str]]
) -> Iterator[tuple[int, list[Span], list[RawLog]]]:
    """Yield for each session that only log records tell of its source, spans and records.

    Spans that were made so before, in an earlier ingest, are the only ones that such a session has.
    """
    told: dict[str, list[LogEntry]] = defaultdict(list)
    for entry in entries:
        if entry.agent and entry.session and len(traces_of_session.get(entry.session, ())) <= 1:
            told[entry.session].append(entry)
    for name, members in told.items():
        source = min(entry.source for entry in members)
        records = records_of(members)
        for session in sessions_of(records):
            spans = list(spans_of(session))
            if {span.trace_id for span in spans}.issuperset(traces_of_session.get(name, ())):
                yield source, spans, records
