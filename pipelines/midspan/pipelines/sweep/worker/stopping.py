"""How a worker is stopped: first it begins nothing more, then it ends what is under way."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

AT_ONCE: Final = (signal.SIGTERM, signal.SIGHUP)
"""From a scheduler or a closed terminal: nobody waits until the agents are done."""


class Stopping:
    """Whether the worker is to stop, and how soon; any thread may look or say."""

    def __init__(self) -> None:
        """Begin with neither."""
        self.begin_nothing = False
        self.end_all = False
        self._woken: list[Callable[[], None]] = []

    def wake(self, who: Callable[[], None]) -> None:
        """Have this called whenever there is something new."""
        self._woken.append(who)

    def stop(self, *, at_once: bool = False) -> None:
        """Begin no further run; with `at_once`, end those under way as well."""
        self.begin_nothing = True
        self.end_all = self.end_all or at_once
        for who in self._woken:
            who()

    @contextmanager
    def by_signals(self, say: Callable[[str], None]) -> Iterator[None]:
        """Let Ctrl-C stop the worker meanwhile, a second one at once; so do SIGTERM and SIGHUP."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def stop(number: int, frame: FrameType | None) -> None:
            at_once = number in AT_ONCE or self.begin_nothing
            if not at_once:
                say("no further run begins; those under way are finished. Ctrl-C again ends them")
            # Not here: a handler runs in the midst of whatever holds the locks.
            threading.Thread(target=self.stop, kwargs={"at_once": at_once}, daemon=True).start()

        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, *AT_ONCE)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
