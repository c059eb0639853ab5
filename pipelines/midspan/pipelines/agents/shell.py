"""A shell command run within bounds: time, output, and all that it started."""

from __future__ import annotations  # for older interpreters

import os
import signal
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Final

LONGEST_OUTPUT: Final = 30_000
"""Bytes that the model gets to see: the beginning and the end."""
AFTERWARDS: Final = 0.5
"""Seconds for what still lies in the pipe when the command has ended."""

_CHUNK: Final = 2**16
_HALF: Final = LONGEST_OUTPUT // 2


@dataclass(frozen=True)
class Finished:
    """How a command ended; without a code its time was up."""

    exit_code: int | None
    output: str


def run_shell(command: str, *, directory: str, seconds: float) -> Finished:
    """Return what a command printed, errors among it; nothing of it is left running.

    Both streams are one pipe, read all the while: the command never waits for us, and a child in
    the background that holds the pipe keeps nobody waiting.
    """
    process = subprocess.Popen(
        ["/bin/sh", "-c", command],
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
        start_new_session=True,
    )
    assert process.stdout is not None
    kept = _Kept()
    reading = threading.Thread(target=_drain, args=(process.stdout, kept), daemon=True)
    reading.start()
    code: int | None = None
    try:
        with suppress(subprocess.TimeoutExpired):
            code = process.wait(seconds)
    finally:
        end_with_children(process)
    reading.join(AFTERWARDS)
    return Finished(code, kept.text())


def end_with_children(process: subprocess.Popen[bytes]) -> None:
    """End a program and what it left in the background: it was started in its own session."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@dataclass
class _Kept:
    """The first and the last bytes of a stream."""

    first: bytearray = field(default_factory=bytearray)
    last: bytearray = field(default_factory=bytearray)
    left_out: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, data: bytes) -> None:
        with self.lock:
            room = max(0, _HALF - len(self.first))
            self.first += data[:room]
            self.last += data[room:]
            surplus = len(self.last) - _HALF
            if surplus > 0:
                self.left_out += surplus
                del self.last[:surplus]

    def text(self) -> str:
        with self.lock:
            first, last = self.first.decode(errors="replace"), self.last.decode(errors="replace")
        if not self.left_out:
            return first + last
        return f"{first}\n[... {self.left_out} bytes are left out ...]\n{last}"


def _drain(stream: IO[bytes], kept: _Kept) -> None:
    with suppress(OSError, ValueError), stream:
        while data := stream.read(_CHUNK):
            kept.add(data)
