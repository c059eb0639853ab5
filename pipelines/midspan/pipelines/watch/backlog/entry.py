"""One entry of the backlog: what one request says of one trace, and how that lies on disk."""

import zlib
from typing import Final, Literal

import msgspec

Kind = Literal["traces", "logs"]
Encoding = Literal["json", "protobuf"]


class Header(msgspec.Struct, array_like=True, gc=False, frozen=True, kw_only=True):
    """What has to be known of an entry without reading its payload."""

    kind: Kind
    encoding: Encoding
    trace_id: str | None
    """None for log records that name no trace: these go by their session."""

    run_id: str | None
    """The run that a span of it, or its resource, names."""

    session: str | None
    root_ended: bool
    """Whether a span without a parent is among them, and has ended."""

    spans: int
    """How many spans there are, or log records."""

    received_ns: int


class Entry(msgspec.Struct, gc=False, frozen=True, kw_only=True):
    """A header and its payload: one valid export request with the spans of one trace alone."""

    header: Header
    payload: bytes


PREFIX: Final = 12
"""Bytes before a header: how long header and payload are, and a checksum of both."""

_HEADER: Final = msgspec.msgpack.Decoder(Header)
_SIZE: Final = 4


class Damaged(ValueError):
    """Bytes that are no entry: the disk lost some, or somebody wrote there."""


def packed(entry: Entry) -> list[bytes]:
    """Return the pieces that an entry is written as."""
    header = msgspec.msgpack.encode(entry.header)
    checksum = zlib.crc32(entry.payload, zlib.crc32(header))
    sizes = (len(header), len(entry.payload), checksum)
    return [b"".join(each.to_bytes(_SIZE, "big") for each in sizes), header, entry.payload]


def sizes_of(prefix: bytes) -> tuple[int, int, int]:
    """Return the length of header and payload, and their checksum."""
    header, payload, checksum = (
        int.from_bytes(prefix[at : at + _SIZE], "big") for at in range(0, PREFIX, _SIZE)
    )
    return header, payload, checksum


def header_of(data: bytes) -> Header:
    """Return a header as it was packed."""
    try:
        return _HEADER.decode(data)
    except msgspec.MsgspecError as error:
        raise Damaged(f"not the header of an entry: {error}") from error


def payload_of(header: bytes, payload: bytes, checksum: int) -> bytes:
    """Return the payload, once it is known to be what was written."""
    if zlib.crc32(payload, zlib.crc32(header)) != checksum:
        raise Damaged("the checksum of an entry does not fit what it holds")
    return payload
