"""Runs one program from its start until nothing of it is left."""

import os
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from midspan.pipelines.sweep.keeper.children import TICK, Child, Process, readable
from midspan.pipelines.sweep.keeper.descendants import ask_to_end, descendants, kill_all
from midspan.pipelines.sweep.keeper.messages import PIECE, Ended, Lines, Order, Report
from midspan.pipelines.sweep.keeper.printed import STDOUT_HEAD, STDOUT_TAIL, Printed
from midspan.pipelines.sweep.keeper.templates import Forked, Templates

LAST_PIECES: Final = 128
"""Of 64 KB, read once the program has ended: somebody may still write into its pipes."""
LEFT_SECONDS: Final = 0.3
"""What a program left in the background has so long to end by itself."""


class Supervision:
    """One order that is carried out; `worker` is the socket on which more may be said."""

    def __init__(
        self, order: Order, templates: Templates, worker: socket.socket, lines: Lines
    ) -> None:
        """Start nothing yet."""
        self._order = order
        self._templates = templates
        self._worker = worker
        self._lines = lines
        self.worker_gone = False
        self._log = Printed(Path(order.log))
        self._printed = {
            "stdout": Printed(Path(order.stdout), head=STDOUT_HEAD, tail=STDOUT_TAIL),
            "stderr": Printed(Path(order.stderr)),
        }
        self._pipes: dict[int, Printed] = {}

    def run(self) -> Report:
        """Return how the program ended, after it and all that it started are gone."""
        child: Child | None = None
        try:
            child = self._start()
            return self._followed(child)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            # ValueError: a zero character within an argument.
            why = getattr(error, "strerror", None) or str(error)
            return Report(by="not_started", problem=f"{self._order.argv[0]}: {why}")
        finally:
            if child is not None:
                child.close()
            for pipe in list(self._pipes):
                os.close(pipe)
            for printed in (self._log, *self._printed.values()):
                printed.close()

    def _start(self) -> Child:
        order = self._order
        theirs = []
        for name in ("stdout", "stderr"):
            reading, writing = os.pipe()
            os.set_blocking(reading, False)
            self._pipes[reading] = self._printed[name]
            theirs.append(writing)
        try:
            with open(order.stdin or os.devnull, "rb") as given:
                forked = self._templates.fork(order, [given.fileno(), *theirs])
                return forked or Process(order, given, *theirs)
        finally:
            for descriptor in theirs:
                os.close(descriptor)

    def _followed(self, child: Child) -> Report:
        by = self._wait(child)
        if by != "exit":
            self._ask(child)
        code = child.code()
        if code is not None and by == "exit":
            self._let_end()
        kill_all(self._templates.pids, program=child.pid)
        if code is None:
            code = self._last_code(child)
        self._drain()
        problem = None
        if isinstance(child, Forked) and (child.lost or code is None):
            # Of one that is there and does not answer, too, nothing more is to be had.
            child.lost = True
            ended = self._templates.drop(self._order.template)
            if by == "exit":
                code, problem = ended, "the process that forked it was killed"
                by = "killed" if ended is not None and ended < 0 else "lost"
        return Report(
            by=by,
            code=code,
            problem=problem,
            forked=isinstance(child, Forked),
            unforked=self._templates.why_not(self._order.template),
        )

    def _wait(self, child: Child) -> Ended:
        """Read all that comes until the program ends, its time is up, or the worker says stop."""
        seconds = self._order.seconds
        deadline = None if seconds is None else time.monotonic() + seconds
        while True:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return "timeout"
            if self._lines.waiting:
                left = 0  # what came together with the order
            self._read_pipes(child, left, listen=True)
            if child.code() is not None or (isinstance(child, Forked) and child.lost):
                return "exit"
            if self._told_to_stop():
                return "stopped"

    def _ask(self, child: Child) -> None:
        """Ask the program to end, and give it a while."""
        if self.worker_gone:
            return
        ask_to_end(descendants(self._templates.pids), child.pid)
        until = time.monotonic() + self._order.grace
        while child.code() is None and (left := until - time.monotonic()) > 0:
            self._read_pipes(child, left, listen=False)

    def _let_end(self) -> None:
        """Ask what was left in the background to end, and give it a moment."""
        left = descendants(self._templates.pids)
        if not left:
            return
        ask_to_end(left)
        until = time.monotonic() + LEFT_SECONDS
        while time.monotonic() < until and descendants(self._templates.pids):
            time.sleep(TICK)

    def _last_code(self, child: Child) -> int | None:
        until = time.monotonic() + 5
        while (code := child.code()) is None and time.monotonic() < until:
            readable(child.ended(), until - time.monotonic() if child.ended() else TICK)
            if isinstance(child, Forked) and child.lost:
                break
        return code

    def _read_pipes(self, child: Child, seconds: float | None, *, listen: bool) -> None:
        ended = child.ended()
        waited = [*self._pipes]
        if not ended:
            seconds = TICK if seconds is None else min(TICK, seconds)
        waited += ended
        if listen:
            waited.append(self._worker.fileno())
        ready = readable(waited, seconds)
        for pipe in [pipe for pipe in self._pipes if pipe in ready]:
            self._read(pipe)

    def _read(self, pipe: int) -> bool:
        """Return whether there was anything to read."""
        try:
            data = os.read(pipe, PIECE)
        except BlockingIOError:
            return False
        if data:
            self._pipes[pipe].add(data)
            self._log.add(data)
        else:
            del self._pipes[pipe]
            os.close(pipe)
        return bool(data)

    def _drain(self) -> None:
        """Read what lies in the pipes, and no more."""
        for pipe in list(self._pipes):
            for _ in range(LAST_PIECES):
                if not self._read(pipe):
                    break

    def _told_to_stop(self) -> bool:
        """Return whether the worker has said so, or has gone."""
        if not self._lines.waiting and self._worker.fileno() not in readable(
            [self._worker.fileno()], 0
        ):
            return False
        told = None
        with suppress(ValueError):
            told = self._lines.next()
        self.worker_gone = told is None
        return True
