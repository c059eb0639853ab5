"""The keepers that one process has forked, and what is left of an agent whose keeper was killed."""

import json
import os
import signal
import socket
import sys
import time
from contextlib import suppress
from typing import Final

from midspan.pipelines.sweep.keeper.children import TICK
from midspan.pipelines.sweep.keeper.descendants import kill_all
from midspan.pipelines.sweep.keeper.keeping import keep

PATIENCE: Final = 5.0
"""Seconds in which keepers end when their worker has gone; one that was stopped never would."""


class Forks:
    """The keepers that live, each with the socket on which its end is told."""

    def __init__(self) -> None:
        """Have forked none yet."""
        self._ends: dict[int, socket.socket] = {}

    def fork(self, orders: int, end: int, *others: socket.socket) -> None:
        """Fork a keeper that takes orders on one descriptor; its number and end go to the other.

        It closes what only this process has business with.
        """
        pid = os.fork()
        if pid == 0:
            for each in (*others, *self._ends.values()):
                each.close()
            os.close(end)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _keep(orders)
        os.close(orders)
        os.set_inheritable(end, False)
        self._ends[pid] = socket.socket(fileno=end)
        _tell(self._ends[pid], {"pid": pid})

    def reap(self) -> None:
        """Take note of ended keepers; what the agents of one that was killed left is ended first.

        Whatever is below this process, and below no keeper, was below one that has gone.
        """
        ended = []
        with suppress(ChildProcessError):
            while (waited := os.waitpid(-1, os.WNOHANG))[0]:
                pid, status = waited
                if pid in self._ends:
                    code = os.waitstatus_to_exitcode(status)
                    ended.append((self._ends.pop(pid), {"pid": pid, "code": code}))
        if ended and sys.platform == "linux":
            kill_all(self._ends, below=False)
        for end, told in ended:
            _tell(end, told)
            end.close()

    def end(self) -> None:
        """Return when no keeper is left, and nothing below it: the worker has gone."""
        until = time.monotonic() + PATIENCE
        while self._ends and time.monotonic() < until:
            time.sleep(TICK)
            self.reap()
        for pid in self._ends:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while self._ends:
            time.sleep(TICK)
            self.reap()
        if sys.platform == "linux":
            kill_all()


def _keep(descriptor: int) -> None:
    code = 1
    try:
        os.set_inheritable(descriptor, False)
        with socket.socket(fileno=descriptor) as worker:
            keep(worker)
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def _tell(end: socket.socket, told: dict[str, int]) -> None:
    with suppress(OSError):
        end.sendall(json.dumps(told).encode() + b"\n")
