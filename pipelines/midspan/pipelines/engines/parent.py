"""Ends a worker when its parent is gone, however that ended."""

import multiprocessing
import os
import signal
import threading
from typing import Final

ORPHANED: Final = 4


def belong_to_the_parent() -> None:
    """Leave Ctrl-C to the parent, which ends the pool, and end with it when it was killed."""
    # A terminal sends Ctrl-C to all processes: workers would each print a traceback.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        # At once: the task at hand is nobody's any more, and stdout may be waited for.
        os._exit(ORPHANED)
