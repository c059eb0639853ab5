"""Files of native sessions, read as lines of which none is too long."""

from collections.abc import Iterator
from typing import Final

from midspan.pipelines.ingest.decode.content import TOO_LONG, Content
from midspan.pipelines.ingest.decode.documents import read_document
from midspan.pipelines.ingest.decode.lines import lines
from midspan.pipelines.ingest.decode.parts import WHOLE, Part, Parts
from midspan.pipelines.ingest.decode.seams import whole
from midspan.pipelines.ingest.raw import Raw, Rejected
from midspan.pipelines.ingest.sessions.detect import SessionFormat, read_session
from midspan.pipelines.ingest.span import Span

LARGEST: Final = 2**30
"""A session file is held whole while it is read; its unpacked size may come to this."""


def read_session_file(content: Content, format: SessionFormat, name: str) -> Iterator[Raw | Span]:
    """Yield the spans of a file that begins with a session, and what could not be read."""
    yield from _SessionFile(content, format, name).read()


class _SessionFile:
    """One file; what follows its first session is kept until that ends, which no line says."""

    def __init__(self, content: Content, format: SessionFormat, name: str) -> None:
        self._content, self._format, self._name = content, format, name
        self._parts = Parts(name, format)
        self._of_none: list[tuple[int, bytes]] = []
        self._problems: list[Rejected] = []

    def read(self) -> Iterator[Raw | Span]:
        first = self._parts.first
        if self._format in WHOLE:
            for line in self._of(first):
                first.keep(line)
        else:
            for item in read_session(self._format, self._of(first), self._name):
                yield first.placed(item)
        yield from self._parts.read()
        for position, line in self._of_none:
            yield from read_document(position, line)
        yield from self._problems

    def _of(self, first: Part) -> Iterator[bytes]:
        """Yield the lines of the first session, and keep those of others."""
        for position, line in whole(self._lines()):
            if line is None:
                self._problems.append(Rejected(position, f"a line {TOO_LONG}", ""))
                continue
            for document, part in self._parts.sort(position, line):
                if part is None:
                    self._of_none.append((position, document))
                    continue
                part.positions.append(position)
                if part is first:
                    yield document
                else:
                    part.keep(document)

    def _lines(self) -> Iterator[tuple[int, bytes | None]]:
        content, size = self._content, 0
        for line in lines(content):
            size += len(line or b"")
            if size > LARGEST:
                reason = f"sessions larger than {LARGEST // 2**30} GiB are not read to their end"
                self._problems.append(Rejected(content.position, reason, ""))
                return
            yield content.position, line
