"""What a file is to ingest, by its name; where the name leaves it open, by its first bytes."""

import re
from typing import Final, Literal

from midspan.pipelines.ingest.decode import is_readable
from midspan.pipelines.ingest.decode.content import Source
from midspan.pipelines.ingest.decode.formats import PACKED_ENDINGS, plain_name
from midspan.pipelines.records import PLAN_FILE, RESULT_SUFFIX

SPOOL_NAME: Final = re.compile(
    r"(?P<run>[0-9a-f]{32})-(?P<launch>\d{1,9})(?P<segment>\.\d{3,})?\.otlp\.jsonl(?P<part>\.part)?"
)
PART: Final = ".part"
OF_SPANS: Final = (".jsonl", ".ndjson")
"""Endings of files that hold spans or sessions, if anything does."""

PERHAPS: Final = (".json", ".pb", ".binpb", ".bin", ".otlp")
"""Endings that much else has: such a file is read when it begins as one that can be."""

NEVER: Final = (".meta.json", "sessions-index.json")
"""What agents write beside their sessions, about them."""


def record_kind(file: Source) -> Literal["plan", "result"] | None:
    """Return which kind of records beside spans a file holds, None if it holds others."""
    if file.name == PLAN_FILE:
        return "plan"
    return "result" if file.name.endswith(RESULT_SUFFIX) else None


def is_input(file: Source) -> bool:
    """Return whether a file in a directory is read; one that a person names always is."""
    return may_be_input(file) and (_is_by_name(file) or is_readable(file))


def may_be_input(file: Source) -> bool:
    """Return whether a file is read, or is when it begins as one that can be; nothing is opened."""
    name = plain_name(file.name.removesuffix(PART))
    perhaps = name.endswith(PERHAPS) or file.name.endswith(PACKED_ENDINGS)
    return _is_by_name(file) or (perhaps and not name.endswith(NEVER))


def _is_by_name(file: Source) -> bool:
    name = plain_name(file.name.removesuffix(PART))
    return record_kind(file) is not None or name.endswith(OF_SPANS)


def spool_name(file: Source) -> re.Match[str] | None:
    """Return what the name of a spool file says, compressed or not; None for another file."""
    return SPOOL_NAME.fullmatch(plain_name(file.name))


def is_packed(name: str) -> bool:
    """Return whether a file is compressed, by its name: good enough to guess at its size."""
    return name.endswith(PACKED_ENDINGS)
