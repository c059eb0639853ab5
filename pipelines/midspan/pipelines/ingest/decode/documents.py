"""One document of JSON text: its records, however it is spelled and wrapped."""

import json
import re
from collections.abc import Iterator
from typing import Final

from midspan.pipelines.ingest.decode.otlp_json import Unfitting, read_requests
from midspan.pipelines.ingest.decode.pieces import read_value
from midspan.pipelines.ingest.raw import RAW_KEPT, Raw, Rejected

HEAD: Final = 2**18
OTLP: Final = re.compile(
    rb'"(?:resource_?(?:spans|logs|metrics)|scope_?(?:spans|logs)|instrumentation_?library_?spans'
    rb'|span_?id)"\s*:',
    re.IGNORECASE,
)
"""What tells OTLP from other JSON."""


def read_document(position: int, document: bytes) -> Iterator[Raw]:
    """Yield the records of one document."""
    try:
        yield from read_requests(position, document)
        return
    except Unfitting:
        pass
    try:
        value = json.loads(document.decode(errors="replace").strip())
    except (ValueError, RecursionError) as error:
        yield rejected_text(position, not_readable(error), document)
    else:
        yield from read_value(position, value)


def not_readable(error: Exception) -> str:
    """Return the reason of a quarantine row for what is no JSON."""
    return f"not readable as JSON: {error}"


def rejected_text(position: int, reason: str, text: bytes) -> Rejected:
    """Return the quarantine row of a text."""
    return Rejected(position, reason, text[:RAW_KEPT].decode(errors="replace"))
