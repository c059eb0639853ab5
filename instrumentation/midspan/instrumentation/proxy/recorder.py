"""Records in a thread of its own: no reply waits for it."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Final, Protocol

from midspan.instrumentation.proxy.answers import Answers, Written
from midspan.instrumentation.proxy.exchange import EndOfRun, Passed
from midspan.instrumentation.proxy.recording import Recording, Tally

logger = logging.getLogger(__name__)

WAITING_AT_MOST: Final = 20_000
LOOK_SECONDS: Final = 5.0
GATHER_SECONDS: Final = 0.02


class Sink(Protocol):
    """What takes exchanges; nobody waits for it."""

    @property
    def is_recording(self) -> bool:
        """Return whether what it takes will be recorded; its process may have been killed."""

    def put(self, exchange: Passed) -> None:
        """Take an exchange that is over."""

    def end(self, end: EndOfRun) -> "Future[Written]":
        """Take the end of a run; the result is there once its file is closed."""

    def close(self, seconds: float) -> Tally:
        """Record what waits, for so long at most, and return the counts."""


class Recorder:
    """Takes exchanges at any time, and records them one after the other."""

    def __init__(self, recording: Recording) -> None:
        """Begin to wait for exchanges."""
        self._recording = recording
        self._waiting = Waiting()
        self._answers = Answers()
        self._thread = threading.Thread(target=self._work, name="midspan-recorder", daemon=True)
        self._thread.start()

    @property
    def is_recording(self) -> bool:
        """Return whether it still records."""
        return self._thread.is_alive()

    def put(self, exchange: Passed) -> None:
        """Take an exchange that is over; where too many wait, it is lost, and counted."""
        self._waiting.put(exchange)

    def end(self, end: EndOfRun) -> "Future[Written]":
        """Take the end of a run; the result is there once its file is closed."""
        number, answer = self._answers.expect()
        self._waiting.put(replace(end, number=number))
        return answer

    def close(self, seconds: float) -> Tally:
        """Record what waits, for so long at most, close all files, and return the counts."""
        self._waiting.end()
        self._thread.join(seconds)
        if self._thread.is_alive():
            logger.warning("not all that passed could be written in %g s", seconds)
        done = self._recording.tally
        return replace(done, lost=done.lost + self._waiting.lost)

    def _work(self) -> None:
        self._waiting.each(self._take, idle=self._recording.close_idle)
        self._recording.close()
        self._answers.give_up()

    def _take(self, passed: Passed) -> None:
        written = self._recording.take(passed)
        if written is not None and isinstance(passed, EndOfRun):
            self._answers.give(passed.number, written)


class Waiting:
    """The exchanges that wait for a thread, which goes through them with `each`."""

    def __init__(self) -> None:
        """Begin with none."""
        self._queue: queue.SimpleQueue[Passed | None] = queue.SimpleQueue()
        self._dropped = 0

    @property
    def lost(self) -> int:
        """Return how many were dropped, or wait still."""
        return self._dropped + self._queue.qsize()

    def put(self, exchange: Passed) -> None:
        """Have an exchange wait; where too many do, it is dropped, and counted."""
        # The end of a run weighs nothing, and somebody waits for it.
        if self._queue.qsize() < WAITING_AT_MOST or isinstance(exchange, EndOfRun):
            self._queue.put(exchange)
            return
        exchange.release()
        self._dropped += 1
        if self._dropped == 1:
            logger.warning("recording falls behind: exchanges are lost, and only counted")

    def end(self) -> None:
        """Let `each` return once all that waits is done."""
        self._queue.put(None)

    def each(self, take: Callable[[Passed], None], *, idle: Callable[[], None]) -> None:
        """Do something with each exchange until `end`, and something else while there is none."""
        while True:
            try:
                exchange = self._queue.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                idle()
                continue
            # Several at once: the interpreter changes hands for each time that there is work.
            if not isinstance(exchange, EndOfRun):
                time.sleep(GATHER_SECONDS)
            while exchange is not None:
                take(exchange)
                try:
                    exchange = self._queue.get_nowait()
                except queue.Empty:
                    break
            else:
                return
