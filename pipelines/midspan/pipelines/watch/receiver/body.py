"""The body of a request: read within limits of size and time, and unpacked within them."""

import asyncio
import gzip
import sys
import zlib
from io import BytesIO
from typing import Final, Protocol

from starlette.requests import ClientDisconnect, Request

from midspan.pipelines.watch.receiver.refusals import Refused

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

STEP: Final = 2**20
"""Bytes that are unpacked at a time, so that a bomb is noticed before it goes off."""

LARGEST_WINDOW: Final = 24
"""Of zstd, as a power of two: what one frame may make its reader hold."""

_ZSTD: Final[dict[int, int]] = {zstd.DecompressionParameter.window_log_max: LARGEST_WINDOW}


class _Unpacking(Protocol):
    def read1(self, size: int, /) -> bytes: ...


class Held:
    """How many bytes of requests are in memory; all requests share it."""

    def __init__(self, most: int) -> None:
        """Allow this many bytes."""
        self._most, self.bytes = most, 0

    def take(self, size: int) -> None:
        """Count some more; `Refused` where that is too much at a time."""
        if self.bytes + size > self._most:
            raise Refused("busy", "too many large requests at a time: send it again")
        self.bytes += size

    def give_back(self, size: int) -> None:
        """Count them no more."""
        self.bytes -= size


async def read_body(request: Request, *, largest: int, seconds: float, held: Held) -> bytes:
    """Return the bytes of a body, which stay counted as held; a `Refused` leaves none counted."""
    size = 0
    try:
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > largest:
            raise _too_large(largest)
        pieces = []
        async with asyncio.timeout(seconds):
            async for piece in request.stream():
                held.take(len(piece))
                size += len(piece)
                if size > largest:
                    raise _too_large(largest)
                pieces.append(piece)
        return b"".join(pieces)
    except TimeoutError:
        held.give_back(size)
        raise Refused("too_slow", f"the request took more than {seconds:g} s") from None
    except (Refused, ClientDisconnect):
        held.give_back(size)
        raise


def unpacked(body: bytes, coding: str, *, largest: int) -> bytes:
    """Return a body as it was before it was compressed; `Refused` says why there is none."""
    match coding.strip().lower():
        case "" | "identity" | "none":
            return body
        case "gzip" | "x-gzip":
            with gzip.GzipFile(fileobj=BytesIO(body)) as file:
                return _read(file, largest)
        case "zstd":
            with zstd.ZstdFile(BytesIO(body), options=_ZSTD) as file:
                return _read(file, largest)
        case other:
            raise Refused("media_type", f"content-encoding {other!r}: send gzip, zstd, or none")


def _read(file: _Unpacking, largest: int) -> bytes:
    pieces, size = [], 0
    try:
        while piece := file.read1(STEP):
            size += len(piece)
            if size > largest:
                raise _too_large(largest)
            pieces.append(piece)
    except (EOFError, gzip.BadGzipFile, zlib.error, zstd.ZstdError) as error:
        raise Refused("bad_request", f"the body cannot be unpacked: {error}") from None
    return b"".join(pieces)


def _too_large(largest: int) -> Refused:
    return Refused("too_large", f"larger than {largest:,} bytes: send smaller batches")
