"""Files in, tables out: what was read is kept, merged or quarantined, and the counts add up."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final

from midspan.pipelines.engines import Workers
from midspan.pipelines.ingest.assembly.runs_of_traces import runs_of_traces
from midspan.pipelines.ingest.combine import Shard, ShardReport, combine_shard
from midspan.pipelines.ingest.commit import commit
from midspan.pipelines.ingest.context_reader import unmapped
from midspan.pipelines.ingest.context_rules import ContextRules
from midspan.pipelines.ingest.files import SpanFile, find_inputs, pages_file
from midspan.pipelines.ingest.joined import Standing, Stored, joined_by
from midspan.pipelines.ingest.known import Known, load_known
from midspan.pipelines.ingest.logs.routes import route_logs, traces_of_sessions
from midspan.pipelines.ingest.logs.told_sessions import add_told_sessions
from midspan.pipelines.ingest.manifest import ManifestLine
from midspan.pipelines.ingest.names import require_text, shown
from midspan.pipelines.ingest.plan import joined_facts, plan_shards
from midspan.pipelines.ingest.sources.fetch import fetch, server_at
from midspan.pipelines.ingest.sources.remote import RemoteFile
from midspan.pipelines.ingest.spill import (
    FileReport,
    Spill,
    note_span,
    read_rejected,
    row_of,
    spill_file,
)
from midspan.pipelines.ingest.streams import KeptStream, kept_streams
from midspan.pipelines.ingest.summary import IngestSummary
from midspan.pipelines.ingest.unread import Unread, nothing_read, unread
from midspan.pipelines.workspace import LARGE_BUCKETS, SMALL_BUCKETS, Workspace

__all__ = ["IngestSummary", "ingest"]

POOL_FROM_BYTES: Final = 64 * 2**20
"""Below this, starting processes takes longer than they save."""
LARGE_FROM_BYTES: Final = 2**30
SHARD_BYTES: Final = 8 * 2**20

Progress = Callable[[str, int, int], None]
"""Called with the stage, and how much of how much is done."""


def ingest(
    paths: Sequence[Path | str | KeptStream | RemoteFile],
    into: Path,
    *,
    standard_input: BinaryIO | None = None,
    rules: ContextRules | None = None,
    workers: int = 1,
    progress: Progress = lambda stage, done, total: None,
    stored: Stored | None = None,
) -> IngestSummary:
    """Return what was read from the paths into the workspace, which is made if it is not there.

    A path given as text may be an address: of a store (`s3://bucket/spool`) or of a server
    (`phoenix+http://127.0.0.1:6006/shop`); `-` is standard input. `rules` say where run context is
    read from. Runs of another workspace may be joined: those `stored` there. Their rows are then
    read and stay as they are, and the summary says what has `joined` them.
    """
    rules = rules or ContextRules()
    servers = {path: server for path in paths if (server := server_at(str(path))) is not None}
    others = [path for path in paths if path not in servers]
    with ExitStack() as stack:
        inputs = find_inputs(stack.enter_context(kept_streams(others, standard_input)))
        size = sum(file.unpacked_size for file in inputs.spans)
        buckets = LARGE_BUCKETS if size >= LARGE_FROM_BYTES else SMALL_BUCKETS
        for server in servers.values():
            stack.enter_context(server)
        require_text(into)
        workspace = Workspace.create(into, buckets=buckets)
        scratch = stack.enter_context(workspace.writing())
        fetched = fetch(servers.values(), workspace.path, scratch, rules.recorded(), progress)
        inputs.spans += [pages_file(pages) for pages in fetched.pages]
        holds = stored.path if stored is not None else workspace.path
        known = load_known(holds, inputs, rules, fetched.cursors)
        size = sum(file.unpacked_size for file in inputs.spans)
        workers = workers if size >= POOL_FROM_BYTES else 1
        pool = stack.enter_context(Workers(workers))
        started = _Ingest(workspace, scratch, known, rules, size, pool, progress, stored)
        return started.files(known.new_files)


class _Ingest:
    """One ingest, from files to committed tables."""

    def __init__(
        self,
        workspace: Workspace,
        scratch: Path,
        known: Known,
        rules: ContextRules,
        size: int,
        workers: Workers,
        progress: Progress,
        stored: Stored | None,
    ) -> None:
        self._workspace, self._known, self._workers = workspace, known, workers
        self._elsewhere = stored is not None
        self._stored = stored or Standing(workspace=workspace)
        self._rules = rules
        self._progress = progress
        self._spilled, self._written = scratch / "spilled", scratch / "written"
        self._spilled.mkdir()
        self._written.mkdir()
        # In one bucket, a few shards for each worker, so that none waits long for the others.
        small = 1 if size < POOL_FROM_BYTES else max(size // SHARD_BYTES, 4 * workers.count)
        self._shards = workspace.buckets if workspace.buckets > SMALL_BUCKETS else small

    def files(self, files: Sequence[SpanFile]) -> IngestSummary:
        """Return the summary once everything is in the workspace."""
        reports = self._read(files)
        touched = self._load_stored(reports)
        facts = joined_facts(reports)
        told = add_told_sessions(self._spilled, files, reports, facts, self._shards)
        run_of_trace = runs_of_traces(facts)
        names = [shown(file.path) for file in files]
        unmatched = route_logs(
            self._spilled,
            files=names,
            run_of_trace=run_of_trace,
            traces_of_session=traces_of_sessions(facts),
            told=told,
            shards=self._shards,
        )
        plan = plan_shards(self._known, facts, run_of_trace, names, self._shards)
        done = self._combine(plan)
        merged = sum((report.merged for report in done), Counter[int]())
        unmatched = sum((report.unmatched for report in done), unmatched)
        lines = [
            ManifestLine.of(
                file,
                report,
                merged=merged[file.line],
                unmatched=unmatched[source],
                rules=self._rules,
            )
            for source, (file, report) in enumerate(zip(files, reports, strict=False))
        ]
        lines += self._known.manifest()
        whole = {file.line for file, read in zip(files, reports, strict=False) if not read.unread}
        settled = self._known.settled(merged, whole)
        rejected = [row_of(shown(file.path), problem) for file, problem in self._known.rejected]
        rejected += read_rejected(self._spilled)
        rejected += [row_of(shown(path), unread(reason)) for path, reason in self._unread(reports)]
        joined = joined_by(self._known, files, touched, merged, settled, lines)
        written = chain.from_iterable(report.run_ids for report in done)
        commit(
            self._workspace,
            shards=done,
            replaced=touched,
            rejected=rejected,
            known=self._known.of_runs(written) if self._elsewhere else self._known,
            earlier=() if self._elsewhere else self._known.lines_after(merged, settled),
            settled=settled,
            manifest=lines,
            scratch=self._written,
        )
        return IngestSummary(
            files=len(files),
            files_known=self._known.files_known,
            spans_in=sum(line.spans_in for line in lines),
            kept=sum(line.kept for line in lines),
            merged=sum(line.merged for line in lines),
            quarantined=sum(line.quarantined for line in lines),
            rejected=[f"{row[0]}:{row[1]}: {row[4]}" for row in rejected],
            runs=sum(report.rows["runs"] for report in done),
            calls=sum(report.rows["calls"] for report in done),
            logs_in=sum(line.logs_in for line in lines),
            logs_applied=sum(line.logs_applied for line in lines),
            logs_unmatched=sum(line.logs_unmatched for line in lines),
            dialects=sum((report.dialects for report in reports[: len(files)]), Counter[str]()),
            faults=sum((report.faults for report in done), Counter[str]()),
            notes=sum((report.notes for report in done), Counter[str]()),
            unmapped=unmapped(
                self._rules,
                [shown(file.path) for file in files if isinstance(file.path, Path | RemoteFile)],
                [report.reader for report in reports if report.reader],
            ),
            joined=joined,
        )

    def _read(self, files: Sequence[SpanFile]) -> list[FileReport]:
        """First pass: every file is set down by shard."""
        where = (self._spilled, self._shards, self._rules)
        tasks = [(file, number, *where) for number, file in enumerate(files)]
        reports = [FileReport()] * len(files)
        total, done = sum(file.size for file in files), 0
        for number, report in self._workers.run(spill_file, tasks):
            reports[number] = report
            done += files[number].size
            self._progress("reading", done, total)
        if files and self._is_all_that_was_given() and not any(map(_says_something, reports)):
            raise nothing_read(self._unread(reports))
        return reports

    def _is_all_that_was_given(self) -> bool:
        return not self._known.files_known and not self._known.changed

    def _unread(self, reports: Sequence[FileReport]) -> Iterator[Unread]:
        """Yield the files that could not be read, or not to their ends, and why."""
        yield from self._known.unread
        for file, report in zip(self._known.new_files, reports, strict=False):
            if report.unread is not None:
                yield file.path, report.unread

    def _load_stored(self, reports: list[FileReport]) -> list[str]:
        """Return the stored runs that change; their spans are set down beside the new ones.

        A trace that was read again by other rules of the run context has none of the old left.
        """
        traces = {trace for report in reports for trace in (*report.traces, *report.log_traces)}
        reread = {trace for number in self._known.reread for trace in reports[number].traces}
        facts = list(chain.from_iterable(report.traces.values() for report in reports))
        touched = self._stored.touched(
            run_ids=self._known.changed | {each.run_id for each in facts if each.run_id},
            traces=traces,
            sessions={each.session for each in facts if each.session}.union(
                *(report.log_sessions for report in reports)
            ),
        )
        if touched:
            stored = FileReport()
            with Spill(self._spilled, "stored", self._shards) as spill:
                for span in self._stored.spans(touched):
                    if span.trace_id in reread:
                        span.context = {}
                    note_span(stored, span, spill.add(span))
            reports.append(stored)
        return touched

    def _combine(self, shards: list[Shard]) -> list[ShardReport]:
        """Second pass: every shard's runs are put together and written."""
        tasks = [(shard, self._spilled, self._written) for shard in shards]
        reports: dict[int, ShardReport] = {}
        for number, report in self._workers.run(combine_shard, tasks):
            reports[number] = report
            self._progress("writing", len(reports), len(shards))
        return [reports[number] for number in range(len(shards))]


def _says_something(report: FileReport) -> bool:
    return report.unread is None or report.spans_in > 0 or report.logs_in > 0
