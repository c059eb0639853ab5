"""What worker and keeper say to each other: one JSON object a line, on a socket between them."""

import json
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, Self

PIECE: Final = 2**16

Ended = Literal["exit", "timeout", "stopped", "not_started", "lost", "killed"]
"""By itself, by its time, by the worker, never begun, or in a way that nobody saw; the last where
whoever kept it was killed or stopped by a signal, which none but the agent has reason to send."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """A program to run, and where what it prints goes."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    directory: str
    stdin: str | None
    """A file that it reads; nothing otherwise."""
    stdout: str
    stderr: str
    log: str
    """A file for both streams as they came."""
    seconds: float | None
    grace: float
    """Seconds between the asking (SIGTERM) and the killing (SIGKILL)."""
    template: tuple[str, ...] = ()
    scratch: str = ""
    """HOME of templates."""

    def line(self) -> bytes:
        """Return the order as it is sent."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def read(cls, told: dict[str, Any]) -> Self:
        """Return the order that was sent."""
        return cls(**told | {name: tuple(told[name]) for name in ("argv", "template")})


@dataclass(frozen=True, kw_only=True)
class Report:
    """How a program ended."""

    by: Ended
    code: int | None = None
    """Exit code; negative for a signal."""
    problem: str | None = None
    """Why it could not be started, or was lost."""
    forked: bool = False
    """Whether a template forked it."""
    unforked: str | None = None
    """Why no template could, where there was to be one."""

    def line(self) -> bytes:
        """Return the report as it is sent."""
        return json.dumps(asdict(self)).encode() + b"\n"


class Lines:
    """The lines that come in on a socket."""

    def __init__(self, sock: socket.socket) -> None:
        """Read nothing yet."""
        self._sock = sock
        self._rest = b""

    def next(self) -> dict[str, Any] | None:
        """Wait for a line, and return what it says; None once the other side has gone."""
        while b"\n" not in self._rest:
            try:
                piece = self._sock.recv(PIECE)
            except (ConnectionError, InterruptedError):
                return None
            if not piece:
                return None
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        told: dict[str, Any] = json.loads(line)
        return told

    def fileno(self) -> int:
        """Return what can be waited for."""
        return self._sock.fileno()

    def close(self) -> None:
        """Read no more."""
        self._sock.close()

    @property
    def waiting(self) -> bool:
        """Return whether a whole line has come that was not asked for yet."""
        return b"\n" in self._rest
