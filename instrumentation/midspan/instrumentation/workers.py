"""The end of worker processes of `multiprocessing`, which leave without what `atexit` keeps."""

import sys
import weakref
from typing import Protocol


class Ending(Protocol):
    """What has something to close."""

    def shutdown(self) -> None:
        """Close it."""


def at_end_of_worker(ending: Ending) -> None:
    """Have something closed when this process ends, if it is or becomes a worker.

    Called after each fork: a process that has just been forked forgets what its parent would do at
    the end, and only then runs what was registered for after the fork.
    """
    util = sys.modules.get("multiprocessing.util")
    if util is None:
        return
    util.register_after_fork(ending, _close_at_end)
    process = sys.modules.get("multiprocessing.process")
    if process is not None and process.parent_process() is not None:
        _close_at_end(ending)


def _close_at_end(ending: Ending) -> None:
    from multiprocessing.util import Finalize

    known = weakref.ref(ending)

    def close() -> None:
        live = known()
        if live is not None:
            live.shutdown()

    Finalize(None, close, exitpriority=0)
