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
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import asdict, replace
from typing import IO, Final

from midspan.instrumentation.proxy.answers import Answers, Written
from midspan.instrumentation.proxy.exchange import EndOfRun, Exchange, Passed
from midspan.instrumentation.proxy.recorder import LOOK_SECONDS, Waiting
from midspan.instrumentation.proxy.recording import Recording, Tally
from midspan.instrumentation.proxy.settings import ProxySettings
from midspan.instrumentation.secrecy import keep_to_itself

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
        self._answers = Answers()
        self._tally: Tally | None = None
        self._handed = 0
        self._broken = False
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._thread = threading.Thread(target=self._work, name="midspan-recorder", daemon=True)
        self._thread.start()
        self._listener = threading.Thread(target=self._listen, name="midspan-answers", daemon=True)
        self._listener.start()

    @property
    def is_recording(self) -> bool:
        """Return whether the process is still there."""
        return self._process.poll() is None

    def put(self, exchange: Passed) -> None:
        """Take an exchange that is over; where too many wait, it is lost, and counted."""
        self._waiting.put(exchange)

    def end(self, end: EndOfRun) -> "Future[Written]":
        """Take the end of a run; the result is there once its file is closed."""
        number, answer = self._answers.expect()
        self._waiting.put(replace(end, number=number))
        return answer

    def close(self, seconds: float) -> Tally:
        """Have what waits recorded, for so long at most, and return the counts."""
        self._waiting.end()
        until = time.monotonic() + seconds
        self._thread.join(seconds)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.0, until - time.monotonic()))
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._listener.join(max(1.0, until - time.monotonic()))
        if self._tally is None:
            logger.warning("the process that records did not end well: look at what it left")
        done = self._tally or Tally(recorded=0, lost=0)
        return replace(done, lost=self._handed - done.recorded + self._waiting.lost)

    def _work(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        self._hand(pipe, self._settings)
        self._waiting.each(self._take, idle=lambda: None)
        with suppress(OSError):
            pipe.close()

    def _listen(self) -> None:
        """Pass the answers on; the last line is the tally."""
        answers = self._process.stdout
        assert answers is not None
        with answers:
            for line in answers:
                told = json.loads(line)
                if "number" in told:
                    self._answers.give(told.pop("number"), Written(**told))
                else:
                    self._tally = Tally(**told)
        self._answers.give_up()

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
    """Record what is told until that ends, then answer with the counts, one line each."""
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
        written = recording.take(exchange)
        if written is not None and isinstance(exchange, EndOfRun):
            _answer(answer, asdict(written) | {"number": exchange.number})
    recording.close()
    _answer(answer, asdict(recording.tally))


def _answer(answer: IO[str], told: dict[str, int]) -> None:
    # Where the proxy has gone, what was told before is still to be written.
    with suppress(BrokenPipeError):
        answer.write(json.dumps(told) + "\n")
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
    # What agents said to their models is in here.
    keep_to_itself()
    with suppress(BrokenPipeError):
        main(sys.stdin.buffer, sys.stdout)
