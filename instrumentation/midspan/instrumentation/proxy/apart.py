"""Records in a process of its own: reading large bodies takes no time from replies.

The process is this module. It is told the settings and then the exchanges, pickled, by its standard
input. Where the proxy is killed, that ends, and what has been told is still written.
"""

import json
import logging
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict, replace
from typing import IO, Final

from midspan.instrumentation.proxy.exchange import Exchange, Passed
from midspan.instrumentation.proxy.recorder import LOOK_SECONDS, Waiting
from midspan.instrumentation.proxy.recording import Recording, Tally
from midspan.instrumentation.proxy.settings import ProxySettings

logger = logging.getLogger(__name__)

AHEAD: Final = 8
"""Exchanges that the process reads before it has recorded the one it is at."""


class RecorderApart:
    """Takes exchanges at any time, and hands them to the process that records them."""

    def __init__(self, settings: ProxySettings) -> None:
        """Start the process; nobody waits until it is up."""
        # What only the proxy needs stays with it.
        self._settings = replace(settings, upstream_key=None, token=None)
        self._waiting = Waiting()
        self._handed = 0
        self._broken = False
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._thread = threading.Thread(target=self._work, name="midspan-recorder", daemon=True)
        self._thread.start()

    def put(self, exchange: Passed) -> None:
        """Take an exchange that is over; where too many wait, it is lost, and counted."""
        self._waiting.put(exchange)

    def close(self, seconds: float) -> Tally:
        """Have what waits recorded, for so long at most, and return the counts."""
        self._waiting.end()
        until = time.monotonic() + seconds
        self._thread.join(seconds)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.0, until - time.monotonic()))
        if self._process.poll() is None:
            self._process.kill()
        with self._process:
            told = self._process.stdout.read() if self._process.stdout else b""
        if not told:
            logger.warning("the process that records did not end well: look at what it left")
        done = Tally(**json.loads(told)) if told else Tally(recorded=0, lost=0)
        return replace(done, lost=self._handed - done.recorded + self._waiting.lost)

    def _work(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        self._hand(pipe, self._settings)
        self._waiting.each(self._take, idle=lambda: None)
        with suppress(OSError):
            pipe.close()

    def _take(self, exchange: Passed) -> None:
        assert self._process.stdin is not None
        self._handed += isinstance(exchange, Exchange)
        try:
            self._hand(self._process.stdin, exchange)
        finally:
            exchange.release()

    def _hand(self, pipe: IO[bytes], what: object) -> None:
        if self._broken:
            return
        try:
            pickle.dump(what, pipe, protocol=pickle.HIGHEST_PROTOCOL)
            pipe.flush()
        except OSError as error:
            self._broken = True
            logger.warning("the process that records has gone: nothing is recorded (%s)", error)


def main(told: IO[bytes], answer: IO[str]) -> None:
    """Record what is told until that ends, then answer with the counts."""
    recording = Recording(pickle.load(told))
    ahead: queue.Queue[Passed | None] = queue.Queue(AHEAD)
    threading.Thread(target=_read, args=(told, ahead), daemon=True).start()
    while True:
        try:
            exchange = ahead.get(timeout=LOOK_SECONDS)
        except queue.Empty:
            recording.close_idle()
            continue
        if exchange is None:
            break
        recording.take(exchange)
    recording.close()
    json.dump(asdict(recording.tally), answer)
    answer.flush()


def _read(told: IO[bytes], ahead: "queue.Queue[Passed | None]") -> None:
    # Cut off in the midst of one, where the proxy was killed.
    with suppress(EOFError, pickle.UnpicklingError):
        while True:
            ahead.put(pickle.load(told))
    ahead.put(None)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Whoever ends the proxy ends this by it, after all is written.
        signal.signal(number, signal.SIG_IGN)
    with suppress(BrokenPipeError):
        main(sys.stdin.buffer, sys.stdout)
