"""One action at a time, also where a signal handler asks for one in the midst of another."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Final

from midspan.instrumentation.interruptions import completed, is_of_a_handler

Action = Callable[[], None]


class Turns:
    """Does actions one after the other: threads wait for theirs, a signal handler does not.

    A handler runs in the midst of whatever its thread was doing. Waiting there for a lock that this
    very thread holds would be waiting for ever; so it leaves its action to the one it interrupted.
    """

    def __init__(self) -> None:
        """Begin with nothing to do."""
        self._lock: Final = threading.RLock()
        self._waiting: deque[Action] = deque()
        self._busy = False

    def take(self, action: Action) -> None:
        """Do the action now, or after the one of this thread that was interrupted for it.

        An action may be done twice, where a handler raises in the midst of it.
        """
        with self._lock:
            self._waiting.append(action)
            if self._busy:
                return
            self._busy = True
            try:
                completed(self._work)
            finally:
                self._busy = False

    def _work(self) -> None:
        while self._waiting:
            try:
                self._waiting[0]()
            except BaseException as error:
                if not is_of_a_handler(error):
                    self._waiting.popleft()
                raise
            self._waiting.popleft()
