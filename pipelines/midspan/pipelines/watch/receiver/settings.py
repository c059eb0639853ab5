"""What a receiver takes, and from whom."""

from dataclasses import dataclass, field
from typing import Final

MEBIBYTE: Final = 2**20


@dataclass(frozen=True, kw_only=True)
class ReceiverSettings:
    """Limits and access; the token never shows in a representation."""

    token: str | None = field(default=None, repr=False)
    """What clients show as `Authorization: Bearer`; None for this machine alone."""

    largest_request: int = 64 * MEBIBYTE
    """In bytes, as it comes and again when it is unpacked."""

    largest_backlog: int = 10 * 2**30
    """In bytes on disk, of all that is accepted and not done with."""

    least_free: int = 256 * MEBIBYTE
    """Bytes of the disk that are left to others."""

    most_in_flight: int = 64
    """Requests that came in whole and are not answered yet; none is read while there are more."""

    most_held: int = 4 * 64 * MEBIBYTE
    """Bytes of requests that are held in memory at a time."""

    body_seconds: float = 60.0
    """How long a client may take to send one request."""
