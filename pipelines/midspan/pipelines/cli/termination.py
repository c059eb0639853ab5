"""What ends a command from without: taken as Ctrl-C, so that nothing it began is left behind."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

ENDING: Final = (signal.SIGTERM, signal.SIGHUP)
"""What `kill`, a scheduler or a closed terminal sends; without a word Python ends by it at once."""


@contextmanager
def ended_as_interrupted() -> Iterator[None]:
    """Have these signals raise `KeyboardInterrupt` meanwhile, unless somebody else sees to them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ours = [each for each in ENDING if signal.getsignal(each) is signal.SIG_DFL]

    def interrupt(number: int, frame: FrameType | None) -> None:
        for each in ours:  # a second one must not end the putting away
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for each in ours:
        signal.signal(each, interrupt)
    try:
        yield
    finally:
        for each in ours:
            signal.signal(each, signal.SIG_DFL)
