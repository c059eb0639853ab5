"""Keeps one server: it ends with whoever started it, and takes with it all that it started.

Run as `python -m midspan.pipelines.sweep.keeper.server PATIENCE PROGRAM ...`, as the leader of a
session and with a pipe as standard input. When the pipe ends, because it was closed or because its
writer was killed, the server is asked to end, and killed after PATIENCE seconds with whatever it
left behind. Only the standard library is used: it must start at once.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from midspan.pipelines.sweep.keeper.descendants import (
    adopt_orphans,
    ask_to_end,
    descendants,
    kill_all,
)

NOT_STARTED: Final = 127
_POLL_SECONDS: Final = 0.05

_ending: Final = threading.Lock()


def main(words: Sequence[str]) -> int:
    """Return the server's exit code, 128 + n for a signal, once nothing is left of it."""
    patience, argv = float(words[0]), list(words[1:])
    adopt_orphans()
    # A handler, and not SIG_IGN: that would be the server's own setting, too.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _leave_it)
    try:
        server = subprocess.Popen(argv, stdin=subprocess.DEVNULL, process_group=0)
    except OSError as error:
        sys.stderr.write(f"{argv[0]}: {error.strerror}\n")
        return NOT_STARTED
    threading.Thread(target=_end_on_close, args=(server.pid, patience), daemon=True).start()
    code = _waited(server.pid)
    end_all(server.pid, patience)
    return code if code >= 0 else 128 - code


def end_all(server: int, patience: float) -> None:
    """Ask every process of the server to end, and kill what is left after `patience` seconds.

    Each is asked once: servers take a second SIGTERM for impatience, and drop what they hold.
    """
    with _ending:
        ask_to_end(descendants(), None if sys.platform == "linux" else server)
        deadline = time.monotonic() + patience
        while _left(server) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        kill_all(program=server)


def _left(server: int) -> bool:
    if sys.platform == "linux":
        return bool(descendants())
    try:
        os.killpg(server, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _end_on_close(server: int, patience: float) -> None:
    with suppress(OSError):
        while os.read(0, 4096):
            pass
    end_all(server, patience)


def _waited(server: int) -> int:
    """Return how the server ended; orphans that are handed to us are taken leave of, too."""
    while True:
        pid, status = os.wait()
        if pid == server:
            return os.waitstatus_to_exitcode(status)


def _leave_it(_number: int, _frame: object) -> None:
    """Go on: the end of standard input says when to end."""


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stderr.flush()
    # The thread that still waits for the pipe is not waited for.
    os._exit(code)
