"""From a file to spans and log records, whatever it holds."""

from collections.abc import Iterator
from typing import Final

from midspan.pipelines.ingest.decode.content import Content, Source, opened
from midspan.pipelines.ingest.decode.documents import HEAD
from midspan.pipelines.ingest.decode.formats import Json, format_of, plain_name
from midspan.pipelines.ingest.decode.frames import Framing, read_messages
from midspan.pipelines.ingest.decode.json_text import read_json
from midspan.pipelines.ingest.decode.lines import MARK
from midspan.pipelines.ingest.decode.pieces import METRICS
from midspan.pipelines.ingest.decode.session_files import read_session_file
from midspan.pipelines.ingest.names import shown
from midspan.pipelines.ingest.raw import RAW_KEPT, Raw, Rejected
from midspan.pipelines.ingest.span import Span

UNKNOWN: Final = (
    "no format that can be read: expected OTLP spans or log records (JSON or protobuf), or a"
    " session of pi, Claude Code, Codex, ATIF or OpenAI-style messages"
)


def read(source: Source) -> Iterator[Raw | Span]:
    """Yield what a file holds, and why the rest of it cannot be read; nothing in it raises."""
    with opened(source) as content:
        metrics_told = False
        for item in _guarded(content, source.name):
            if isinstance(item, Rejected) and item.reason == METRICS:
                if metrics_told:
                    continue
                metrics_told = True
            yield item
        if content.damage is not None:
            reason = f"the file is damaged or cut off here: {content.damage}"
            yield Rejected(content.position, reason, _text(content.partial))


def is_readable(source: Source) -> bool:
    """Return whether a file begins like one that can be read."""
    with opened(source) as content:
        return format_of(content.peek(HEAD), source.name) is not None


def _guarded(content: Content, name: str) -> Iterator[Raw | Span]:
    """Yield what is read; a fault of ours ends one file, and not the ingest."""
    try:
        yield from _read(content, name)
    except (OSError, MemoryError):
        raise
    except Exception as error:
        yield Rejected(content.position, f"midspan could not read on: {error!r}", "")


def _read(content: Content, name: str) -> Iterator[Raw | Span]:
    head = content.peek(HEAD)
    if not head.strip().removeprefix(MARK).strip():
        return
    match format_of(head, name):
        case None:
            yield Rejected(1, UNKNOWN, _text(head))
        case Json():
            yield from read_json(content, plain_name(shown(name)))
        case Framing() as framing:
            yield from read_messages(content, framing)
        case session:
            yield from read_session_file(content, session, plain_name(shown(name)))


def _text(head: bytes) -> str:
    return head[:RAW_KEPT].decode(errors="replace")
