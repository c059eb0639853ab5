"""The processes that descend from this one: also those that wanted to be rid of their parent."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

_PR_SET_DUMPABLE: Final = 4
_PR_SET_CHILD_SUBREAPER: Final = 36
_ROUNDS: Final = 200
_PAUSE: Final = 0.005


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends, where the system knows that.

    A daemon gives its parent up and would belong to the first process of the machine. This process
    is closed to others of its user as well: it is the agent's parent.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            library = ctypes.CDLL(None)
            library.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
            library.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def descendants(spared: Collection[int] = (), *, below: bool = True) -> list[int]:
    """Return the living descendants of this process, but for the spared ones themselves.

    With `below=False`, without those that are below a spared one, too.
    """
    left_out = () if below else spared
    found = [pid for pid in _below(os.getpid(), left_out) if pid not in spared]
    return [pid for pid in found if _is_alive(pid)]


def ask_to_end(pids: Iterable[int], group: int | None = None) -> None:
    """Send SIGTERM to processes, and to a group."""
    _signal(pids, group, signal.SIGTERM)


def kill_all(
    spared: Collection[int] = (), *, program: int | None = None, below: bool = True
) -> None:
    """Kill all descendants but the spared, in rounds as they may fork.

    With `below=False`, what the spared ones have started lives on as well. The end of the program
    is left for its own parent object to take note of.
    """
    unreaped = {*spared, program}
    if sys.platform != "linux":
        _signal((), program, signal.SIGKILL)
    for _ in range(_ROUNDS):
        reap(unreaped)
        left = descendants(spared, below=below)
        if not left:
            break
        _signal(left, None, signal.SIGKILL)
        time.sleep(_PAUSE)
    reap(unreaped)


def reap(spared: Collection[int | None] = ()) -> None:
    """Take note of the end of adopted children, so that none stays in the table of processes."""
    for pid in _children(os.getpid()):
        if pid not in spared:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def _signal(pids: Iterable[int], group: int | None, number: int) -> None:
    if group is not None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _below(pid: int, left_out: Collection[int] = ()) -> Iterator[int]:
    # Not by calls within calls: an agent may start processes within processes without an end.
    left = [pid]
    while left:
        for child in _children(left.pop()):
            if child not in left_out:
                yield child
                left.append(child)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    # A process, or one of its threads, may go while it is looked at.
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                found += map(int, (task / "children").read_text().split())
    return found


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state not in ("Z", "X")
