"""How the work of one process of a watch ends: when it is told to, or with its parent."""

import multiprocessing
import signal
import threading
from collections.abc import Callable

from midspan.pipelines.engines.parent import belong_to_the_parent


def end_when_told(end: Callable[[], object]) -> None:
    """Have SIGTERM call what ends the work; a process that another one started ends with that."""
    if multiprocessing.parent_process() is not None:
        belong_to_the_parent()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: end())
