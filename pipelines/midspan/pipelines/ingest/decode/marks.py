"""What one line of JSON says of where it belongs: OTLP, the session of an agent, or nothing."""

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from midspan.pipelines.ingest.decode.documents import OTLP
from midspan.pipelines.ingest.sessions.decode import decode
from midspan.pipelines.ingest.sessions.detect import SessionFormat, detect

BEFORE_A_SESSION: Final = ("summary", "file-history-snapshot")
"""Kinds of lines that name no session and stand at the beginning of files of Claude Code."""

_NONE: Final = msgspec.Raw()


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What a line says of itself.

    `is_head` if it tells of a session, and of nothing that happened in it; `head` is it, if it
    opens one. `session` is the id of that, `entry` and `follows` are those of the line and of the
    one that it follows.
    """

    is_json: bool = True
    is_otlp: bool = False
    format: SessionFormat | None = None
    has_type: bool = False
    is_head: bool = False
    head: bytes = b""
    session: str | None = None
    entry: str | None = None
    follows: str | None = None
    is_empty: bool = False
    """A list of messages without any."""


class _Line(msgspec.Struct):
    """The fields by which lines are told apart; all others are passed over unread."""

    type: Any = None
    id: Any = None
    sessionId: Any = None
    uuid: Any = None
    parentUuid: Any = None
    payload: msgspec.Raw = _NONE
    messages: msgspec.Raw = _NONE
    schema_version: msgspec.Raw = _NONE


class _Named(msgspec.Struct):
    id: Any = None


_LINE: Final = msgspec.json.Decoder(_Line)
_PAYLOAD: Final = msgspec.json.Decoder(_Named)
_OF_OTLP: Final = (b'"resource', b'"scope', b'"instrumentation', b'"span')


def mark_of(line: bytes) -> Mark:
    """Return what a line says of itself.

    >>> mark_of(b'{"type": "user", "sessionId": "s-1", "uuid": "u-1"}').session
    's-1'
    """
    # To find out by reading that a part of a document is none would take far longer.
    stripped = line.strip()
    if not stripped.startswith((b"{", b"[")) or not stripped.endswith((b"}", b"]")):
        return Mark(is_json=False)
    try:
        read = _LINE.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _slowly(line)
    if isinstance(read.sessionId, str) and isinstance(read.type, str):
        return Mark(
            format=SessionFormat.CLAUDE_CODE,
            session=read.sessionId,
            entry=_text(read.uuid),
            follows=_text(read.parentUuid),
        )
    names_a_format = read.type is None and (read.schema_version or read.messages)
    if read.type in ("session", "session_meta") or names_a_format:
        return _of_a_beginning(line, read)
    if read.type in BEFORE_A_SESSION:
        return Mark(format=SessionFormat.CLAUDE_CODE)
    return _of_no_session(line, read)


def _of_a_beginning(line: bytes, read: _Line) -> Mark:
    format = detect(line, "")
    match format:
        case None:
            return _of_no_session(line, read)
        case SessionFormat.PI:
            return Mark(format=format, is_head=True, session=_text(read.id))
        case SessionFormat.CODEX:
            return Mark(
                format=format, is_head=True, session=_text(_PAYLOAD.decode(read.payload).id)
            )
    empty = bytes(read.messages).translate(None, b" \t\r\n") == b"[]"
    return Mark(format=format, is_empty=empty)


def _slowly(line: bytes) -> Mark:
    """Return what a line says that is a list, is not UTF-8 or is no JSON."""
    try:
        value = decode(line)
    except ValueError:
        return Mark(is_json=False)
    if isinstance(value, dict):
        again = msgspec.json.encode(value)
        return mark_of(again) if again != line else Mark()
    if isinstance(value, list):
        format = detect(line, "")
        return Mark(format=format, is_otlp=format is None and bool(OTLP.search(line)))
    return Mark()


def _of_no_session(line: bytes, read: _Line) -> Mark:
    if read.type is not None:
        return Mark(has_type=True, is_head=read.type == "turn_context")
    # To look for words is far quicker than the expression, and most lines have none of them.
    return Mark(is_otlp=any(word in line for word in _OF_OTLP) and bool(OTLP.search(line)))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
