"""One entry of the backlog: what one request says of one trace, and how that lies on disk."""

import struct
import zlib
from typing import BinaryIO, Final, Literal, NamedTuple

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


MARKER: Final = b"\xffmw1"
"""What each entry begins with, so that one can be found behind a damaged place.

No text has its first byte, so it is nowhere in a JSON payload.
"""

_FIELDS: Final = struct.Struct(">4s4I")
_CHECKSUM: Final = struct.Struct(">I")
PREFIX: Final = _FIELDS.size + _CHECKSUM.size
"""Bytes before a header: marker, sizes and checksums of header and payload, and one of these."""

_HEADER: Final = msgspec.msgpack.Decoder(Header)


class Damaged(ValueError):
    """Bytes that are no entry: the disk lost some, or somebody wrote there."""


class Prefix(NamedTuple):
    """Sizes and checksums, as they were written."""

    header_size: int
    payload_size: int
    header_checksum: int
    payload_checksum: int


def packed(entry: Entry) -> list[bytes]:
    """Return the pieces that an entry is written as."""
    header, payload = msgspec.msgpack.encode(entry.header), entry.payload
    fields = _FIELDS.pack(
        MARKER, len(header), len(payload), zlib.crc32(header), zlib.crc32(payload)
    )
    return [fields + _CHECKSUM.pack(zlib.crc32(fields)), header, payload]


def prefix_of(data: bytes) -> Prefix | None:
    """Return what a prefix says; None if these bytes are none."""
    if len(data) < PREFIX or not data.startswith(MARKER):
        return None
    fields = data[: _FIELDS.size]
    if _CHECKSUM.unpack_from(data, _FIELDS.size)[0] != zlib.crc32(fields):
        return None
    return Prefix._make(_FIELDS.unpack(fields)[1:])


def header_of(prefix: Prefix, data: bytes) -> Header:
    """Return a header as it was packed."""
    if zlib.crc32(data) != prefix.header_checksum:
        raise Damaged("the checksum of a header does not fit what it holds")
    try:
        return _HEADER.decode(data)
    except msgspec.MsgspecError as error:
        raise Damaged(f"not the header of an entry: {error}") from error


def payload_of(prefix: Prefix, data: bytes) -> bytes:
    """Return the payload, once it is known to be what was written."""
    if len(data) < prefix.payload_size:
        raise Damaged("an entry is cut off")
    if zlib.crc32(data) != prefix.payload_checksum:
        raise Damaged("the checksum of an entry does not fit what it holds")
    return data


def read_entry(file: BinaryIO, offset: int) -> Entry:
    """Return the entry at an offset; `Damaged` if there is none, or not all of it."""
    file.seek(offset)
    prefix = prefix_of(file.read(PREFIX))
    if prefix is None:
        raise Damaged(f"no entry begins at {offset}")
    header = header_of(prefix, file.read(prefix.header_size))
    return Entry(header=header, payload=payload_of(prefix, file.read(prefix.payload_size)))
