"""What a recorder answers to whoever said that a run is over."""

import itertools
import threading
from concurrent.futures import Future
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Written:
    """What stands in the files of a run that is over."""

    spans_written: int = 0
    spans_lost: int = 0
    noted: bool = False
    """Whether there was a span of the run to put on it what was told at the end."""


class Answers:
    """Answers that are waited for, by number: the recorder may be another process."""

    def __init__(self) -> None:
        """Wait for none."""
        self._numbers = itertools.count(1)
        self._expected: dict[int, Future[Written]] = {}
        self._over = False
        self._lock = threading.Lock()

    def expect(self) -> tuple[int, "Future[Written]"]:
        """Return a number, and what its answer will be in."""
        answer: Future[Written] = Future()
        with self._lock:
            number = next(self._numbers)
            if self._over:
                answer.set_exception(RuntimeError("nothing is recorded any more"))
            else:
                self._expected[number] = answer
        return number, answer

    def give(self, number: int, written: Written) -> None:
        """Answer."""
        with self._lock:
            answer = self._expected.pop(number, None)
        # Whoever waited may have left meanwhile.
        if answer is not None and answer.set_running_or_notify_cancel():
            answer.set_result(written)

    def give_up(self) -> None:
        """Let nobody wait any longer: there will be no answer."""
        with self._lock:
            self._over = True
            left, self._expected = list(self._expected.values()), {}
        for answer in left:
            if answer.set_running_or_notify_cancel():
                answer.set_exception(RuntimeError("the recorder has gone"))
