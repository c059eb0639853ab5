"""Requests in protobuf that the library refuses, though most of what they say can be read."""

from midspan.pipelines.ingest.decode.utf8 import mended
from midspan.pipelines.ingest.decode.wire import LENGTH, Field, taken
from midspan.pipelines.watch.splitting.traces import Unreadable


def with_readable_texts(body: bytes, kind: str) -> bytes:
    """Return a request with a question mark for each byte that is not UTF-8 in a text.

    `kind` is what it holds: `span` or `log`.
    """
    whole = bytearray(body)

    def mend(field: Field, name: str) -> None:
        whole[field.start : field.end] = mended(body[field.start : field.end], name)

    for sender in _messages(body, Field(0, LENGTH, 0, len(body))):
        if sender.number != 1:
            continue
        for part in _messages(body, sender):
            if part.number == 1:
                mend(part, "resource")
            elif part.number == 2:
                for record in _messages(body, part):
                    if record.number in (1, 2):
                        mend(record, "scope" if record.number == 1 else kind)
    return bytes(whole)


def not_readable(error: Exception) -> Unreadable:
    """Return the error that a body is no request."""
    why = str(error).rpartition(": ")[2] or "it ends too early, or nests too deeply"
    return Unreadable(f"not an export request as OTLP protobuf: {why}")


def _messages(body: bytes, field: Field) -> list[Field]:
    found, problem = taken(body, field)
    if problem is not None:
        raise problem
    return [each for each in found if each.wire == LENGTH]
