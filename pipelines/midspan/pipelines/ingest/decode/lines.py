"""Content line by line, however long a line is."""

from collections.abc import Iterator
from typing import Final

from midspan.pipelines.ingest.decode.content import LONGEST, Content

MARK: Final = b"\xef\xbb\xbf"
"""A byte order mark, which some editors put first."""


def lines(content: Content) -> Iterator[bytes | None]:
    """Yield each line without its end, None for one that is too long to be held.

    A line that damage cut off is not given: it stands in the content's `partial`.
    """
    held: list[bytes] = []
    size = 0
    for chunk in content.chunks():
        *ended, rest = chunk.split(b"\n")
        for piece in ended:
            content.position += 1
            size += len(piece)
            yield _unmarked(held, piece) if size <= LONGEST else None
            held.clear()
            size = 0
        size += len(rest)
        if size <= LONGEST:
            held.append(rest)
        else:
            held.clear()
    content.position += 1
    if content.damage is not None:
        content.partial = b"".join(held)
    elif size:
        yield _unmarked(held, b"") if size <= LONGEST else None


def _unmarked(held: list[bytes], piece: bytes) -> bytes:
    """Return a line; files that were put one after the other have the mark in their midst too."""
    return (b"".join([*held, piece]) if held else piece).removeprefix(MARK)
