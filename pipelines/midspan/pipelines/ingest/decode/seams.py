"""JSON documents that were put one after the other with nothing between them to tell them apart."""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from midspan.pipelines.ingest.decode.content import LONGEST
from midspan.pipelines.ingest.decode.marks import mark_of
from midspan.pipelines.ingest.sessions.detect import SessionFormat

_FILLED: Final = re.compile(r"\S")
_BEGINNING: Final = re.compile(
    r'\{(?=\s*"(?:resource_?(?:spans|logs)|type|timestamp|parentUuid|sessionId|uuid|isSidechain)")',
    re.IGNORECASE,
)
"""Where another file may begin in a line whose own file ends in the midst of something."""

_OPENS: Final = ("{", "[")
_OPENINGS: Final = (b"{", b"[", b"}{", b"}[", b"]{", b"][")
"""How a line ends that a document over many lines begins with, by itself or behind another."""

_LINE_BY_LINE: Final = (SessionFormat.PI, SessionFormat.CLAUDE_CODE, SessionFormat.CODEX)
_TRIED: Final = 1000
_DECODER: Final = json.JSONDecoder()


def apart(line: bytes) -> list[bytes]:
    """Return the documents in a line; one that is JSON, or cannot be taken apart, is itself.

    Files without a line feed at their end make such lines, and so do those that were cut off.

    >>> apart(b'{"type": "user", "sessionId": "a"}{"type": "user", "sessionId": "b"}')
    [b'{"type": "user", "sessionId": "a"}', b'{"type": "user", "sessionId": "b"}']
    """
    if mark_of(line).is_json:
        return [line]
    text = line.decode(errors="surrogateescape")
    found = [document for _, document in _documents(text)]
    if len(found) == 1 and (begins := _second_beginning(text)):
        found = [text[:begins], text[begins:]]
    return [document.encode(errors="surrogateescape") for document in found]


def whole(lines: Iterable[tuple[int, bytes | None]]) -> Iterator[tuple[int, bytes | None]]:
    """Yield lines, and a document that goes over many of them as one, with where it begins.

    Such a document is told by how it is printed: it opens and closes on lines of their own, and
    what is in between is set in. None is a line that is too long to be held.
    """
    held: list[tuple[int, bytes]] = []
    size = 0
    for position, line in lines:
        if held and line is not None and _ends_one(line):
            yield held[0][0], b"\n".join([*(part for _, part in held), line[:1]])
            held.clear()
            line = line[1:].lstrip()
            if not line:
                continue
        elif held and (not _is_within(line) or size > LONGEST):
            yield from held
            held.clear()
        if not held and line is not None and (opening := _opening(line)):
            held, size = [(position, opening)], 0
            line = line.rstrip()[:-1]
            if line:
                yield position, line
        elif held:
            held.append((position, line or b""))
            size += len(line or b"")
        else:
            yield position, line
    yield from held


def documents_in(text: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each document of a text with the line that it begins in; what is none is the last."""
    for line, document in _documents(text.decode(errors="surrogateescape")):
        yield line, document.encode(errors="surrogateescape")


def _documents(text: str) -> Iterator[tuple[int, str]]:
    line, at = 1, 0
    while begins := _FILLED.search(text, at):
        line += text.count("\n", at, begins.start())
        end = _end_of_document(text, begins.start()) if begins[0] in _OPENS else None
        at = len(text) if end is None else end
        yield line, text[begins.start() : at]
        line += text.count("\n", begins.start(), at)


def _opening(line: bytes) -> bytes:
    """Return what opens a document over many lines; nothing if the line has none at its end."""
    end = line.rstrip()[-2:]
    return end[-1:] if end in _OPENINGS else b""


def _ends_one(line: bytes) -> bool:
    """Return whether a document over many lines ends here; another may follow at once."""
    return line.startswith((b"}", b"]")) and line[1:].lstrip()[:1] in (b"", b"{", b"[")


def _is_within(line: bytes | None) -> bool:
    return line is not None and (line[:1].isspace() or not line)


def _second_beginning(text: str) -> int | None:
    """Return where a whole document begins behind one that was cut off: it goes to the end.

    What is a document by itself, and no part of one, is told by its first name.
    """
    text = text.rstrip()
    for begins in islice(_BEGINNING.finditer(text, 1), _TRIED):
        if _end_of_document(text, begins.start()) == len(text):
            mark = mark_of(text[begins.start() :].encode(errors="surrogateescape"))
            if mark.is_otlp or mark.format in _LINE_BY_LINE:
                return begins.start()
    return None


def _end_of_document(text: str, begins: int) -> int | None:
    try:
        return _DECODER.raw_decode(text, begins)[1]
    except (ValueError, RecursionError):
        return None
