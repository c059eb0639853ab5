"""JSON text: a document a line, or one that goes over many lines, or several of these."""

import json
from collections.abc import Iterable, Iterator
from typing import Final

from midspan.pipelines.ingest.decode.content import LONGEST, TOO_LONG, Content
from midspan.pipelines.ingest.decode.documents import (
    HEAD,
    not_readable,
    read_document,
    rejected_text,
)
from midspan.pipelines.ingest.decode.lines import MARK, lines
from midspan.pipelines.ingest.decode.otlp_json import Unfitting, read_requests
from midspan.pipelines.ingest.decode.parts import Parts
from midspan.pipelines.ingest.decode.seams import documents_in, whole
from midspan.pipelines.ingest.raw import Raw, Rejected
from midspan.pipelines.ingest.span import Span

_OPENS: Final = (b"{", b"[", b",", b":")
_DECODER: Final = json.JSONDecoder()


def read_json(content: Content, name: str) -> Iterator[Raw | Span]:
    """Yield the records of JSON text, and why others cannot be read.

    Sessions of agents may stand among them: they are read once the last line is there.
    """
    if content.peek(3) == MARK:
        content.read(3)
    parts = Parts(name)
    yield from _records(content, parts)
    yield from parts.read()


def _records(content: Content, parts: Parts) -> Iterator[Raw]:
    if _goes_over_lines(content.peek(HEAD)):
        text = content.peek(LONGEST + 1)
        found = _over_lines(text, parts)
        if found is not None:
            content.skip(len(text))
            yield from found
            return
    for position, line in whole((content.position, line) for line in lines(content)):
        if line is None:
            yield Rejected(position, f"a line {TOO_LONG}", "")
        elif line.strip():
            yield from _of_line(position, line, parts)


def _of_line(position: int, line: bytes, parts: Parts) -> Iterable[Raw]:
    """Return the records of a line; one of a session is kept among its parts."""
    try:
        return read_requests(position, line)
    except Unfitting:
        return _of_no_request(position, line, parts)


def _of_no_request(position: int, line: bytes, parts: Parts) -> Iterator[Raw]:
    for document in parts.take(position, line):
        yield from read_document(position, document)


def _over_lines(text: bytes, parts: Parts) -> Iterable[Raw] | None:
    """Return what a text over many lines holds, None if each of its lines is to be read by itself.

    Of lines with a document each, the first may have been cut off where another line could follow.
    """
    if len(text) <= LONGEST:
        try:
            return read_requests(1, text)
        except Unfitting:
            pass
    problem = _why_not_json(text)
    if problem is None:
        return _documents(text, parts)
    if any(_is_request(line) for line in text.split(b"\n")[1:]):
        return None
    return [rejected_text(1, problem, text)]


def _documents(text: bytes, parts: Parts) -> Iterator[Raw]:
    """Yield the records of one document after the other, whatever is between them."""
    for line, document in documents_in(text):
        yield from _of_no_request(line, document, parts)


def _goes_over_lines(head: bytes) -> bool:
    """Return whether the first line is the beginning of something."""
    first, newline, _ = head.lstrip().partition(b"\n")
    return bool(newline) and first.rstrip().endswith(_OPENS)


def _why_not_json(document: bytes) -> str | None:
    """Return why a text does not begin with a whole document, None if it does."""
    if len(document) > LONGEST:
        return f"a document {TOO_LONG}"
    try:
        _DECODER.raw_decode(document.decode(errors="replace").lstrip())
    except (ValueError, RecursionError) as error:
        return not_readable(error)
    return None


def _is_request(line: bytes) -> bool:
    """Return whether a line can be read alone: then the first one was cut off."""
    try:
        read_requests(0, line)
    except Unfitting:
        return False
    return True
