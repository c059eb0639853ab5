"""What requests as OTLP protobuf have alike: how they are read, and put together anew.

The library refuses a request for one text that is not UTF-8, though the rest of it can be read.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Generic, NamedTuple, TypeVar

from google.protobuf.message import DecodeError, Message

from midspan.pipelines.ingest.decode.utf8 import mended
from midspan.pipelines.ingest.decode.wire import LENGTH, Field, taken
from midspan.pipelines.watch.splitting.bounds import require_protobuf_of_some_size
from midspan.pipelines.watch.splitting.traces import Unreadable

Request = TypeVar("Request", bound=Message)
Sender = TypeVar("Sender")
Library = TypeVar("Library")
Record = TypeVar("Record")


class Piece(NamedTuple, Generic[Sender, Library, Record]):
    """One span or log record, and what it stood in."""

    sender: Sender
    library: Library
    record: Record


def parsed(request: type[Request], body: bytes, kind: str) -> tuple[Request, bytes]:
    """Return a request and its body, in which all texts can be read.

    `kind` is what it holds: `span` or `log`.
    """
    require_protobuf_of_some_size(body)
    try:
        return request.FromString(body), body
    except DecodeError:
        pass
    try:
        readable = with_readable_texts(body, kind)
        return request.FromString(readable), readable
    except (ValueError, RecursionError, DecodeError) as error:
        raise not_readable(error) from None


def nested(
    pieces: Sequence[Piece[Sender, Library, Record]],
) -> Iterator[tuple[Sender, list[tuple[Library, list[Record]]]]]:
    """Yield what pieces stood in with what stands below it, neighbours of one together.

    >>> shop, scope = ["shop"], ["scope"]
    >>> list(nested([Piece(shop, scope, 1), Piece(shop, scope, 2), Piece(shop, ["other"], 3)]))
    [(['shop'], [(['scope'], [1, 2]), (['other'], [3])])]
    """
    # By identity: two that say the same are two in the request as well.
    for _, of_sender in groupby(pieces, key=lambda piece: id(piece.sender)):
        libraries = [
            list(of_library)
            for _, of_library in groupby(of_sender, key=lambda piece: id(piece.library))
        ]
        below = [(each[0].library, [piece.record for piece in each]) for each in libraries]
        yield libraries[0][0].sender, below


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
