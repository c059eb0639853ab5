"""The worker's side of keepers: the processes that start agents and leave nothing of them."""

import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from midspan.pipelines.sweep.keeper.children import shown_signal
from midspan.pipelines.sweep.keeper.messages import Lines, Order, Report
from midspan.pipelines.sweep.keeper.templates import START_SECONDS as TEMPLATE_SECONDS
from midspan.pipelines.sweep.worker.memory import out_of_memory
from midspan.pipelines.sweep.worker.nursery import END_SECONDS, Held, Keepers, ready
from midspan.pipelines.sweep.worker.strays import end_strays

ANSWER_SECONDS: Final = 60.0
"""What a keeper may take beyond the time of its program, on a machine that is very busy."""
STOPPED_SECONDS: Final = 5.0
"""How long a keeper may be stopped: whoever stops all of midspan for a while has done no harm."""


@dataclass(kw_only=True)
class _Patience:
    """How long a keeper is waited for."""

    order: Order
    until: float | None = None
    stopped_since: float | None = None

    def __post_init__(self) -> None:
        if self.order.seconds is not None:
            self.allow(self.order.seconds + (TEMPLATE_SECONDS if self.order.template else 0))

    def allow(self, seconds: float) -> None:
        """Let it take no more than so many seconds from now, and what it takes to end."""
        until = time.monotonic() + seconds + self.order.grace + ANSWER_SECONDS
        self.until = until if self.until is None else min(self.until, until)

    def is_over(self) -> bool:
        """Return whether it should have answered by now."""
        return self.until is not None and time.monotonic() > self.until

    def is_stopped(self, held: Held) -> bool:
        """Return whether it has been stopped for a while."""
        if not held.is_stopped():
            self.stopped_since = None
            return False
        self.stopped_since = self.stopped_since or time.monotonic()
        return time.monotonic() - self.stopped_since > STOPPED_SECONDS


@dataclass
class Keeper:
    """One keeper; it is forked when it is first needed, and again where it was killed."""

    keepers: Keepers
    _held: Held | None = field(default=None, init=False)

    def carry_out(self, order: Order, *, look: Callable[[], bool], every: float) -> Report:
        """Return how a program ended; `look` is called meanwhile, and says whether to stop it."""
        deaths = out_of_memory()
        try:
            if self._held is None:
                self._held = self.keepers.fork()
            held = self._held
            held.orders.sendall(order.line())
            if (report := self._waited(order, held, look, every)) is not None:
                return report
            told = Lines(held.orders).next()
        except OSError as error:
            self.close()
            return Report(by="lost", problem=f"the process that starts agents: {error}")
        except BaseException:
            # Its program is still running: the next order is not for this one.
            self.close()
            raise
        return Report(**told) if told is not None else self._gone(held, order, deaths)

    def close(self) -> None:
        """Let it end, and all that it has started."""
        held, self._held = self._held, None
        if held is None:
            return
        with suppress(OSError):
            held.orders.shutdown(socket.SHUT_WR)
            # It closes its end when nothing is left.
            while ready(held.orders, END_SECONDS):
                if not held.orders.recv(4096):
                    held.close()
                    return
        held.kill()
        held.close()

    def _waited(
        self, order: Order, held: Held, look: Callable[[], bool], every: float
    ) -> Report | None:
        """Return once it has something to say, or the report of one that never would."""
        patience, stopped = _Patience(order=order), False
        while not ready(held.orders, every):
            if patience.is_stopped(held):
                self._end(held, order)
                return Report(
                    by="killed", code=-signal.SIGSTOP, problem="the agent stopped what kept it"
                )
            if patience.is_over():
                self._end(held, order)
                return Report(by="lost", problem="the process that starts agents did not answer")
            if not stopped and look():
                stopped = True
                held.orders.sendall(b'{"stop":true}\n')
                patience.allow(0)
        return None

    def _gone(self, held: Held, order: Order, deaths: int) -> Report:
        """Return the report of a program whose keeper has gone."""
        code = self._end(held, order, kill=False)
        if out_of_memory() > deaths:
            return Report(by="lost", problem="this machine ran out of memory")
        if code is not None and code < 0:
            why = f"the agent killed what kept it ({shown_signal(code)})"
            return Report(by="killed", code=code, problem=why)
        return Report(by="lost", problem="the process that starts agents has ended")

    def _end(self, held: Held, order: Order, *, kill: bool = True) -> int | None:
        """Return its exit code, where it is known, when nothing is left of it."""
        self._held = None
        if kill:
            held.kill()
        code = held.ended()
        if code is None:
            end_strays(order.environment)
            # Both have gone, and neither does so by itself.
            code = -signal.SIGKILL if held.is_orphan() else None
        held.close()
        return code
