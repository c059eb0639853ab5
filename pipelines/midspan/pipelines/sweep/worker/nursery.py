"""The process that forks keepers, and what a worker holds of each keeper."""

import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from midspan.pipelines.sweep.keeper.messages import Lines

END_SECONDS: Final = 10.0
START_SECONDS: Final = 60.0
"""Until the process that forks keepers answers; it starts a Python."""
MODULE: Final = "midspan.pipelines.sweep.keeper"


@dataclass(frozen=True, kw_only=True)
class Held:
    """A keeper: where it takes orders, and where its parent tells of its end."""

    pid: int
    orders: socket.socket
    end: Lines

    def is_stopped(self) -> bool:
        """Return whether a signal has stopped it: it does nothing until another one comes."""
        try:
            stat = Path(f"/proc/{self.pid}/stat").read_text(errors="replace")
        except OSError:
            return False
        return stat.rpartition(")")[2].split()[0] == "T"

    def kill(self) -> None:
        """Kill it. It has not been seen to end, so that its number is still its own."""
        with suppress(ProcessLookupError, PermissionError):
            os.kill(self.pid, signal.SIGKILL)

    def ended(self) -> int | None:
        """Return its exit code once nothing is left below it; None where nobody tells it."""
        told = told_in_time(self.end, END_SECONDS)
        return None if told is None else told.get("code")

    def is_orphan(self) -> bool:
        """Return whether its parent has gone as well: nobody tells of its end."""
        return not self.end.waiting and ready(self.end, 0)

    def close(self) -> None:
        """Let go of it."""
        self.orders.close()
        self.end.close()


class Keepers:
    """The process that forks keepers; it is started with the first, and again where killed."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        """Start nothing yet; `variables` hold no key."""
        self._variables = variables
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    def fork(self) -> Held:
        """Return a new keeper; an `OSError` where that cannot be."""
        with self._lock:
            held = self._forked()
            if held is None:
                # An agent may have killed it, or stopped it.
                self._end(patience=0)
                held = self._forked()
        if held is None:
            raise OSError("it does not answer")
        return held

    def close(self) -> None:
        """End the process; keepers end with their own sockets."""
        with self._lock:
            self._end(patience=END_SECONDS)

    def _forked(self) -> Held | None:
        ours, orders = socket.socketpair()
        told, end = socket.socketpair()
        lines = Lines(told)
        with orders, end, suppress(OSError):
            socket.send_fds(self._started(), [b"k"], [orders.fileno(), end.fileno()])
            orders.close()
            end.close()
            if (said := told_in_time(lines, START_SECONDS)) is not None:
                return Held(pid=said["pid"], orders=ours, end=lines)
        ours.close()
        lines.close()
        return None

    def _started(self) -> socket.socket:
        if self._socket is None:
            ours, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-m", MODULE, str(theirs.fileno())],
                    env=dict(self._variables),
                    stdin=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                )
            self._socket = ours
        return self._socket

    def _end(self, *, patience: float) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(patience)
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            self._process = None


def told_in_time(lines: Lines, seconds: float) -> dict[str, Any] | None:
    """Return what the next line says; None where none comes in time."""
    return lines.next() if lines.waiting or ready(lines, seconds) else None


def ready(source: Lines | socket.socket, seconds: float) -> bool:
    """Return whether something can be read within some seconds, if only the end."""
    waiting = select.poll()
    waiting.register(source.fileno(), select.POLLIN | select.POLLHUP)
    return bool(waiting.poll(seconds * 1000))
