"""What a file holds, told by its first bytes and never by its name."""

import re
from enum import Enum
from typing import Final

from midspan.pipelines.ingest.decode.documents import OTLP
from midspan.pipelines.ingest.decode.frames import Framing, framing_of
from midspan.pipelines.ingest.decode.lines import MARK
from midspan.pipelines.ingest.sessions.detect import SessionFormat, detect

PACKED_ENDINGS: Final = (".gz", ".zst", ".zstd")

_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f]")
_SESSION_HEAD: Final = 2**16


class Json(Enum):
    """OTLP as JSON text; the reader finds out how it is laid out."""

    OTLP = "otlp"


Format = Json | Framing | SessionFormat


def format_of(head: bytes, name: str) -> Format | None:
    """Return the format of a file that begins like this, None if it is none that can be read."""
    text = head.lstrip().removeprefix(MARK).lstrip()
    if not text.startswith((b"{", b"[")) or _CONTROL.search(head):
        framing = framing_of(head)
        if framing is not None:
            return framing
    # A line that was cut off, or whatever a program printed, may stand before the first span.
    session = detect(text[:_SESSION_HEAD], plain_name(name))
    return session or (Json.OTLP if OTLP.search(head) else None)


def plain_name(name: str) -> str:
    """Return a file's name as it was before it was compressed."""
    for ending in PACKED_ENDINGS:
        name = name.removesuffix(ending)
    return name
