"""Runs a command, and ends it with whoever asked for it.

A program of its own: `python guarded.py COMMAND ...`. Its standard input stays open as long as its
caller lives; when that is killed, in whatever way, the command and its children are killed too.
"""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress


def main(command: list[str]) -> int:
    """Return the exit code of the command."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)

    def end() -> None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)

    def watch() -> None:
        # The descriptor itself: a buffered reader would be held by this thread at the end.
        os.read(0, 1)
        end()

    threading.Thread(target=watch, daemon=True).start()
    try:
        return child.wait()
    except BaseException:
        end()
        raise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
