"""Lines and JSON values of session files, read without trusting their shape."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from midspan.pipelines.ingest.normalise.numbers import LARGEST_COUNT
from midspan.pipelines.ingest.raw import RAW_KEPT, Rejected

Entry = dict[str, Any]

_HTTP_STATUS: Final = re.compile(r"(?:^|status(?: code)?:? |API Error: )([45]\d\d)\b")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Malformed(ValueError):
    """An entry that lacks what its type must have; the message says what."""


def entries(lines: Iterable[bytes]) -> Iterator[tuple[int, Entry] | Rejected]:
    """Yield each line's object with its number, or why it is none; blank lines do not count."""
    for position, line in enumerate(lines, start=1):
        if line.strip():
            try:
                value = decode(line)
            except ValueError as error:
                yield rejected(position, f"not JSON: {error}", line)
                continue
            if isinstance(value, dict):
                yield position, value
            else:
                yield rejected(position, "not a JSON object", line)


def feed(lines: Iterable[bytes], take: Callable[[Entry], None]) -> Iterator[Rejected]:
    """Hand each line's object to a reader; yield what is none, and what the reader cannot use."""
    for item in entries(lines):
        if isinstance(item, Rejected):
            yield item
            continue
        position, entry = item
        try:
            take(entry)
        except Malformed as reason:
            yield rejected(position, str(reason), entry)


def documents(lines: Iterable[bytes]) -> Iterator[tuple[int, Any, str] | Rejected]:
    """Yield the JSON documents of a file with line and digest: the whole file is one, or each line.

    The digest names a document that has no name of its own.
    """
    waiting = list(lines)
    whole_file = b"".join(line if line.endswith(b"\n") else line + b"\n" for line in waiting)
    filled = [line for line in waiting if line.strip()]
    if len(filled) > 1:
        try:
            yield 1, decode(whole_file), _digest(whole_file)
        except ValueError:
            pass
        else:
            return
    found = [_document(position, line) for position, line in enumerate(waiting, 1) if line.strip()]
    if len(found) > 1 and sum(isinstance(item, Rejected) for item in found) > len(found) / 2:
        yield rejected(1, "not JSON, neither as a whole nor line by line", whole_file)
    else:
        yield from found


def _document(position: int, line: bytes) -> tuple[int, Any, str] | Rejected:
    try:
        value = decode(line)
    except ValueError as error:
        return rejected(position, f"not JSON: {error}", line)
    if not isinstance(value, dict | list):
        return rejected(position, "neither an object nor a list", line)
    return position, value, _digest(line)


def _digest(document: bytes) -> str:
    return hashlib.blake2b(document.strip(), digest_size=8).hexdigest()


def decode(document: bytes) -> Any:
    """Return the JSON value; what UTF-8 cannot hold is replaced, what is no number is null."""
    document = document.removeprefix(b"\xef\xbb\xbf")
    try:
        return msgspec.json.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        try:
            text = document.decode(errors="replace")
            value = json.loads(text, parse_constant=lambda _: None, parse_float=_finite)
            clean = json.dumps(value, ensure_ascii=False).encode(errors="replace")
            return msgspec.json.decode(clean)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


def _finite(text: str) -> float | None:
    value = float(text)
    return value if abs(value) < float("inf") else None


def rejected(position: int, reason: str, raw: bytes | Any) -> Rejected:
    """Return the quarantine row of a line, or of a part of a document."""
    line = raw if isinstance(raw, bytes) else msgspec.json.encode(raw)
    return Rejected(position, reason, line[:RAW_KEPT].decode(errors="replace"))


def as_json(value: Any) -> str:
    """Return the value as JSON text."""
    return msgspec.json.encode(value).decode()


def string(entry: Entry, *names: str) -> str | None:
    """Return the first of the fields that is text and not empty."""
    for name in names:
        value = entry.get(name)
        if isinstance(value, str) and value:
            return value
    return None


def whole(entry: Entry, *names: str) -> int | None:
    """Return the first of the fields that is a count."""
    for name in names:
        value = entry.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LARGEST_COUNT:
            return value
    return None


def number(entry: Entry, name: str) -> float | None:
    """Return a number that is not negative, or None."""
    value = entry.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e300:
        return None
    return float(value)


def inner(entry: Entry, name: str) -> Entry:
    """Return an object inside the entry; empty where there is none."""
    value = entry.get(name)
    return value if isinstance(value, dict) else {}


def required(entry: Entry, name: str) -> Entry:
    """Return an object that the entry must have."""
    value = entry.get(name)
    if not isinstance(value, dict):
        raise Malformed(f"`{name}` is missing or not an object")
    return value


def parts(content: Any) -> list[Entry]:
    """Return content as a list of blocks: text alone is one block of it."""
    if content is None:
        return []
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    if isinstance(content, list) and all(isinstance(part, str | dict) for part in content):
        return [{"type": "text", "text": p} if isinstance(p, str) else p for p in content]
    raise Malformed("`content` is neither text nor a list of blocks")


def text_of(content: Any) -> str | None:
    """Return the text of content; what is no text stands as its type in brackets."""
    texts = [
        part["text"] if isinstance(part.get("text"), str) else f"[{part.get('type')}]"
        for part in parts(content)
    ]
    return "\n".join(texts) if texts else None


def total(*counts: int | None) -> int | None:
    """Return the sum of what is known, None where the first is not."""
    return None if counts[0] is None else sum(count or 0 for count in counts)


def nanoseconds(value: Any) -> int | None:
    """Return a time given as ISO text, or as seconds or milliseconds since 1970."""
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        since = moment - _EPOCH
        found = (since.days * 86_400 + since.seconds) * 10**9 + since.microseconds * 1000
    elif isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e14:
        return None
    else:
        micros = round(value * 10**6) if value < 1e11 else round(value * 1000)
        found = micros * 1000
    return found if 0 < found < 2**63 else None


def http_status(message: str | None) -> int | None:
    """Return the HTTP status that an error message begins with or names."""
    found = _HTTP_STATUS.search(message or "")
    return int(found[1]) if found else None
