"""Ends a worker when its parent is gone, however that ended, or lets go of it."""

import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import Connection, wait
from typing import Final

ORPHANED: Final = 4


def belong_to_the_parent(held: Connection | None = None) -> None:
    """Leave Ctrl-C to the parent, which ends the pool, and end with it when it was killed.

    So does the worker when the parent closes its end of what is `held`: in the midst of a task.
    """
    # A terminal sends Ctrl-C to all processes: workers would each print a traceback.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, args=(held,), daemon=True).start()


def _end_with_the_parent(held: Connection | None) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel, *([held] if held is not None else [])])
        # At once: the task at hand is nobody's any more, and stdout may be waited for.
        os._exit(ORPHANED)
