"""What a workspace knows already, and which of the given files are new to it."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from midspan.pipelines.ingest.assembly.assemble import Records
from midspan.pipelines.ingest.context_rules import ContextRules
from midspan.pipelines.ingest.file_kinds import PART
from midspan.pipelines.ingest.files import Inputs, SpanFile
from midspan.pipelines.ingest.manifest import READER, ManifestLine, read_manifest
from midspan.pipelines.ingest.names import shown
from midspan.pipelines.ingest.raw import Rejected
from midspan.pipelines.ingest.record_files import RecordFile, read_record_files, stored_records
from midspan.pipelines.ingest.sources.remote import RemoteFile
from midspan.pipelines.ingest.streams import Received
from midspan.pipelines.ingest.unread import Unread
from midspan.pipelines.records import PlannedRun, ResultRecord


@dataclass(frozen=True, kw_only=True)
class Known:
    """Plan and results of all runs, those that changed them, and the files not read before.

    A plan or result that cannot be read is quarantined like a span, and its file noted. `lines` are
    the manifest's; `unread` the files that cannot be read, and why.
    """

    records: Records
    changed: set[str]
    new_files: list[SpanFile]
    files_known: int
    lines: list[ManifestLine] = field(default_factory=list)
    rejected: list[tuple[RecordFile, Rejected]] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    reread: frozenset[int] = frozenset()
    """Numbers of the new files that were read before, by other rules of the run context."""

    cursors: Mapping[str, bytes] = field(default_factory=dict)
    """How far servers were read, by file within the workspace."""

    tried_again: frozenset[str] = frozenset()
    """Hashes of files that an earlier midspan could make nothing of."""

    followed: Mapping[int, int | None] = field(default_factory=dict)
    """Lines of the manifest whose file is now another, and that one's line; None: of records."""

    def manifest(self) -> Iterator[ManifestLine]:
        """Yield a line for each record file with something that could not be read."""
        for digest, count in Counter(file.digest for file, _ in self.rejected).items():
            yield ManifestLine(
                file=shown(next(file.path for file, _ in self.rejected if file.digest == digest)),
                hash=digest,
                spans_in=count,
                kept=0,
                merged=0,
                quarantined=count,
                reader=READER,
            )

    def of_runs(self, run_ids: Iterable[str]) -> "Known":
        """Return what is known, with the plans and results of some runs alone."""
        return replace(self, records=self.records.of_runs(run_ids))

    def settled(self, merged: Mapping[int, int], whole: Container[int]) -> set[int]:
        """Return the lines of which all that the quarantine says is said anew, or is past.

        `merged` are the spans superseded, by line, and `whole` the lines of files that were read to
        their ends. A file of the same name that has none of the spans may be one in another folder.
        """
        return {
            number
            for number, later in self.followed.items()
            if later is None
            or (
                later in whole
                and (not self.lines[number].has_spans or merged.get(number) or merged.get(later))
            )
        }

    def quarantined_again(self, settled: Container[int]) -> set[str]:
        """Return files of which all that the quarantine says is said anew."""
        return {
            line.file
            for number, line in enumerate(self.lines)
            if line.hash in self.tried_again or number in settled
        }

    def lines_after(self, merged: Mapping[int, int], settled: Container[int]) -> list[ManifestLine]:
        """Return the manifest's lines after spans of their files were superseded, by line."""
        return [
            line.read_again()
            if line.hash in self.tried_again
            else (line.settled() if number in settled else line).with_merged(merged.get(number, 0))
            for number, line in enumerate(self.lines)
        ]


def load_known(
    workspace: Path,
    inputs: Inputs,
    rules: ContextRules,
    cursors: Mapping[str, bytes] | None = None,
) -> Known:
    """Return what is known before the first span is read.

    A file is known by its content and the rules of the run context that it was last read by. One
    with log records that found no span is read again when a person names it, and one that another
    version of midspan could make nothing of always is.
    """
    lines = list(read_manifest(workspace))
    last = {line.hash: line for line in lines}
    again = {
        file.digest
        for file in inputs.spans
        if file.named and file.digest in last and last[file.digest].logs_unmatched
    }
    lost = {digest for digest, line in last.items() if line.is_lost}
    seen = {line.hash: line.rules for line in lines if line.hash not in again | lost}
    servers = {line.file: line.rules for line in lines if line.cursor is not None}
    unknown = (file for file in inputs.spans if seen.get(file.digest) != rules.recorded())
    new_files = list(_numbered(unknown, lines))
    read_before = (
        number
        for number, file in enumerate(new_files)
        if file.digest in seen
        or servers.get(shown(file.path), rules.recorded()) != rules.recorded()
    )
    record_files = list(read_record_files(inputs))
    given = {file.digest for file in new_files} | {file.digest for file in record_files}
    known = Known(
        records=stored_records(workspace),
        changed=set(),
        new_files=new_files,
        files_known=len(inputs.spans) - len(new_files),
        lines=lines,
        unread=inputs.unread,
        reread=frozenset(read_before),
        cursors=cursors or {},
        tried_again=frozenset(lost & given),
        followed=_followed(lines, new_files, record_files),
    )
    for each in record_files:
        for record in each.records:
            if not isinstance(record, Rejected):
                _add(known, record)
            elif each.digest not in seen:
                known.rejected.append((each, record))
    return known


def _numbered(files: Iterable[SpanFile], lines: Sequence[ManifestLine]) -> Iterator[SpanFile]:
    """Yield the files with the numbers of their lines: what was received goes on in its line."""
    number = len(lines)
    for file in files:
        of_earlier = (n for n, line in enumerate(lines) if line.file == shown(file.path))
        earlier = next(of_earlier, None) if isinstance(file.path, Received) else None
        yield replace(file, line=number if earlier is None else earlier)
        number += earlier is None


def _followed(
    lines: Sequence[ManifestLine], files: Sequence[SpanFile], records: Sequence[RecordFile]
) -> dict[int, int | None]:
    """Return which lines tell of files that are now others, and the lines of these."""
    later: dict[str, int | None] = {
        shown(file.path).removesuffix(PART): file.line
        for file in files
        if isinstance(file.path, Path | RemoteFile)
    }
    unchanged = {file.digest for file in records}
    later |= dict.fromkeys((shown(file.path) for file in records), None)
    return {
        number: later[name]
        for number, line in enumerate(lines)
        if (name := line.file.removesuffix(PART)) in later
        and line.hash not in unchanged
        and (line.quarantined or line.logs_unmatched)
    }


def _add(known: Known, record: PlannedRun | ResultRecord) -> None:
    if isinstance(record, PlannedRun):
        if known.records.plans.get(record.run_id) != record:
            known.changed.add(record.run_id)
        known.records.plans[record.run_id] = record
    else:
        launches = known.records.results.setdefault(record.run_id, {})
        if launches.get(record.launch) != record:
            known.changed.add(record.run_id)
        launches[record.launch] = record
