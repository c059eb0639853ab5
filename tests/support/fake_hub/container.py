"""Runs one command so that nothing it started outlives it: what a container does.

    python container.py COMMAND ...

The command's environment comes as JSON on stdin: this process shows none of it to others.
SIGTERM is handed on to the command. SIGUSR1, or the end of the thread that started this, kills
everything at once.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

PR_SET_PDEATHSIG: Final = 1
PR_SET_CHILD_SUBREAPER: Final = 36


def main() -> int:
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        library.prctl(PR_SET_CHILD_SUBREAPER, 1)
        library.prctl(PR_SET_PDEATHSIG, signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, lambda *_: end_all(128 + signal.SIGKILL))
    environment = json.loads(sys.stdin.buffer.read())
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, env=environment)
    signal.signal(signal.SIGTERM, lambda *_: child.send_signal(signal.SIGTERM))
    code = child.wait()
    return end_all(code if code >= 0 else 128 - code)


def end_all(code: int) -> int:
    """Kill all descendants, then leave with the code."""
    while not _are_gone():
        for process in descendants(os.getpid()):
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.01)
    os._exit(code)


def descendants(process: int) -> list[int]:
    """Return the processes below one; those that are dead and unreaped are none."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            children.setdefault(int(parent), []).append(int(folder.name))
    found, look = [], [process]
    while look:
        below = children.get(look.pop(), [])
        found += below
        look += below
    return found


def _are_gone() -> bool:
    """Reap what is dead, and return whether there is nothing left: orphans become children."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return True
    return False


if __name__ == "__main__":
    sys.exit(main())
