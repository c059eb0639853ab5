"""A program that was started: what is waited for, and what it ended with."""

import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from typing import IO, Final, Protocol

from midspan.pipelines.sweep.keeper.messages import Order

TICK: Final = 0.02
"""Seconds between two looks where the system has nothing that can be waited for."""


class Child(Protocol):
    """A program under way, in a session of its own."""

    pid: int

    def ended(self) -> list[int]:
        """Return descriptors of which one can be read from once it has ended; or none at all."""

    def code(self) -> int | None:
        """Return its exit code, negative for a signal; None while it runs."""

    def close(self) -> None:
        """Let go of it."""


class Process:
    """A program that this process has started itself."""

    def __init__(self, order: Order, stdin: IO[bytes] | int, stdout: int, stderr: int) -> None:
        """Start it; an `OSError` or `ValueError` where that cannot be."""
        self._process = subprocess.Popen(
            order.argv,
            cwd=order.directory,
            env=dict(order.environment),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        self.pid = self._process.pid
        self._descriptors = process_descriptor(self.pid)

    def ended(self) -> list[int]:
        """Return what can be waited for."""
        return self._descriptors

    def code(self) -> int | None:
        """Return its exit code, once it has ended."""
        return self._process.poll()

    def close(self) -> None:
        """Let go of it."""
        while self._descriptors:
            os.close(self._descriptors.pop())


def process_descriptor(pid: int) -> list[int]:
    """Return a descriptor that can be read from once a process has ended; none elsewhere."""
    if sys.platform == "linux":
        with suppress(OSError):
            return [os.pidfd_open(pid)]
    return []


def readable(descriptors: list[int], seconds: float | None) -> set[int]:
    """Wait until one of the descriptors can be read from; return those that can."""
    waiting = select.poll()
    for descriptor in descriptors:
        waiting.register(descriptor, select.POLLIN | select.POLLHUP)
    timeout = None if seconds is None else max(0, int(seconds * 1000) + 1)
    return {descriptor for descriptor, _ in waiting.poll(timeout)}


def shown_signal(code: int) -> str:
    """Return the name of the signal that a negative code stands for."""
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"
