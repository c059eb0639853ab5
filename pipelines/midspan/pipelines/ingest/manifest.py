"""The manifest: which files a workspace holds, by content, and what became of their spans."""

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Final

import msgspec

from midspan.pipelines.ingest.context_rules import ContextRules
from midspan.pipelines.ingest.files import SpanFile
from midspan.pipelines.ingest.names import shown
from midspan.pipelines.ingest.sources.pages import Pages
from midspan.pipelines.ingest.spill import FileReport
from midspan.scorers.errors import InvalidInput

MANIFEST: Final = "manifest.jsonl"
READER: Final = version("midspan")


class ManifestLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file that was read, or one reading of a server and how far it came.

    Spans in are those kept, merged and quarantined; log records in those applied and unmatched.
    `rules` are those of the run context that it was read by. Without a hash, the file could not be
    read to its end, and is not known again. `reader` is the version of midspan that could make
    nothing of the file: another one tries again.
    """

    file: str
    hash: str
    spans_in: int
    kept: int
    merged: int
    quarantined: int
    rules: dict[str, str] = {}
    cursor: str | None = None
    logs_in: int = 0
    logs_applied: int = 0
    logs_unmatched: int = 0
    reader: str | None = None

    @property
    def has_spans(self) -> bool:
        """Return whether spans of the file are, or were, in the workspace."""
        return self.kept > 0 or self.merged > 0

    @property
    def is_lost(self) -> bool:
        """Return whether nothing could be made of the file by another midspan than this one."""
        nothing = 0 < self.spans_in == self.quarantined and not self.logs_in
        return nothing and self.reader != READER

    def with_merged(self, merged: int) -> "ManifestLine":
        """Return the line after some of the spans kept were superseded by those of another file."""
        return msgspec.structs.replace(self, kept=self.kept - merged, merged=self.merged + merged)

    def read_again(self) -> "ManifestLine":
        """Return the line after its file was read again: a later line says what became of it."""
        return msgspec.structs.replace(self, spans_in=0, quarantined=0)

    def settled(self) -> "ManifestLine":
        """Return the line after its file was read anew, with all that could not be read before."""
        return msgspec.structs.replace(
            self,
            spans_in=self.spans_in - self.quarantined,
            quarantined=0,
            logs_in=self.logs_in - self.logs_unmatched,
            logs_unmatched=0,
            reader=None,
        )

    @classmethod
    def of(
        cls,
        file: SpanFile,
        report: FileReport,
        *,
        merged: int,
        unmatched: int,
        rules: ContextRules,
    ) -> "ManifestLine":
        """Return the line of a file; what was neither merged nor quarantined was kept."""
        return cls(
            file=shown(file.path),
            hash=file.digest if report.unread is None else "",
            spans_in=report.spans_in,
            kept=report.spans_in - merged - report.quarantined,
            merged=merged,
            quarantined=report.quarantined,
            rules=rules.recorded(),
            cursor=file.path.cursor if isinstance(file.path, Pages) else None,
            logs_in=report.logs_in,
            logs_applied=report.logs_in - report.logs_quarantined - unmatched,
            logs_unmatched=report.logs_quarantined + unmatched,
            reader=READER if 0 < report.spans_in == report.quarantined else None,
        )


def read_manifest(workspace: Path) -> Iterator[ManifestLine]:
    """Yield the lines of a workspace's manifest."""
    path = workspace / MANIFEST
    if not path.is_file():
        return
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            yield msgspec.json.decode(line, type=ManifestLine)
        except msgspec.DecodeError as error:
            raise InvalidInput(
                f"{path}:{number}: not a manifest line: {error}",
                fix="Put the file back from a copy, or ingest the spans into a new workspace.",
            ) from error
