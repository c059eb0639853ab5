"""The worker's side of keepers: the processes that start agents and leave nothing of them."""

import select
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from midspan.pipelines.sweep.keeper.messages import Lines, Order, Report

END_SECONDS: Final = 10.0
MODULE: Final = "midspan.pipelines.sweep.keeper"


class Keepers:
    """The process that forks keepers; it is started with the first, and again where killed."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        """Start nothing yet; `variables` hold no key."""
        self._variables = variables
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    def fork(self) -> socket.socket:
        """Return a socket whose other end a new keeper has; an `OSError` where that cannot be."""
        ours, theirs = socket.socketpair()
        with self._lock, theirs:
            try:
                socket.send_fds(self._started(), [b"k"], [theirs.fileno()])
            except OSError:
                self._end()
                socket.send_fds(self._started(), [b"k"], [theirs.fileno()])
        return ours

    def close(self) -> None:
        """End the process; keepers end with their own sockets."""
        with self._lock:
            self._end()

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

    def _end(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(END_SECONDS)
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            self._process = None


class Keeper:
    """One keeper; it is forked when it is first needed, and again where it was killed."""

    def __init__(self, keepers: Keepers) -> None:
        """Have nothing forked yet."""
        self._keepers = keepers
        self._socket: socket.socket | None = None

    def carry_out(self, order: Order, *, look: Callable[[], bool], every: float) -> Report:
        """Return how a program ended; `look` is called meanwhile, and says whether to stop it."""
        try:
            if self._socket is None:
                self._socket = self._keepers.fork()
            sock = self._socket
            sock.sendall(order.line())
            lines, stopped = Lines(sock), False
            while not _ready(sock, every):
                if not stopped and look():
                    stopped = True
                    sock.sendall(b'{"stop":true}\n')
            told = lines.next()
        except OSError as error:
            self.close()
            return Report(by="lost", problem=f"the process that starts agents: {error}")
        if told is None:
            self.close()
            return Report(by="lost", problem="the process that starts agents was killed")
        return Report(**told)

    def close(self) -> None:
        """Let it end, and all that it has started."""
        if self._socket is None:
            return
        with self._socket as sock, suppress(OSError):
            sock.shutdown(socket.SHUT_WR)
            # It closes its end when nothing is left.
            while _ready(sock, END_SECONDS) and sock.recv(4096):
                pass
        self._socket = None


def _ready(sock: socket.socket, seconds: float) -> bool:
    waiting = select.poll()
    waiting.register(sock, select.POLLIN | select.POLLHUP)
    return bool(waiting.poll(seconds * 1000))
