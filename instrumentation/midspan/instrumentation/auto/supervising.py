"""Runs a command as if nobody were in between: signals go in, and the way it ended comes out."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

PASSED_ON: Final = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGWINCH")
    if hasattr(signal, name)
)
FROM_THE_KEYBOARD: Final = (signal.SIGINT, signal.SIGQUIT)
"""A terminal sends these to the command as well."""


def supervised(words: Sequence[str], variables: Mapping[str, str], pipe: int) -> int:
    """Return how a command ended: its exit code, or the negative number of a signal."""
    with _passing_on() as child:
        process = subprocess.Popen(words, env=dict(variables), pass_fds=(pipe,))
        child.append(process)
        return process.wait()


def end_alike(code: int) -> int:
    """Return the exit code; a command that a signal ended takes this process along."""
    if code >= 0:
        return code
    number = -code
    with suppress(OSError, ValueError):
        signal.signal(number, signal.SIG_DFL)
    # A dump of this process's memory says nothing about the command.
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    os.kill(os.getpid(), number)
    return 128 + number


@contextmanager
def _passing_on() -> Iterator[list["subprocess.Popen[bytes]"]]:
    child: list[subprocess.Popen[bytes]] = []

    def pass_on(number: int, frame: FrameType | None) -> None:
        if child and not (number in FROM_THE_KEYBOARD and _has_the_terminal()):
            child[0].send_signal(number)

    # What the caller ignores (`nohup`) stays ignored, here and in the command.
    before = {number: signal.getsignal(number) for number in PASSED_ON}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, pass_on)
    try:
        yield child
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _has_the_terminal() -> bool:
    try:
        with open("/dev/tty") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False
