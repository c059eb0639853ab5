"""Tasks on this machine: in this process, or in a few beside it."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Final

from midspan.pipelines.engines.executor import Result, WorkerLost
from midspan.pipelines.engines.parent import belong_to_the_parent
from midspan.pipelines.engines.releasing import Releasing
from midspan.pipelines.engines.variables import POLARS_THREADS, unless_chosen

AHEAD: Final = 2
"""Tasks that are handed out for each process, so that none waits for the next one."""


class Workers(Releasing):
    """Processes for tasks, started when there are several to do, and kept to the end of a block.

    One worker means this very process, unless tasks have to be `apart` from it.
    """

    elsewhere: Final = False

    def __init__(self, count: int, *, apart: bool = False) -> None:
        """Have at most that many processes at work."""
        self.count = count
        self._apart = apart
        self._pool: _Pool | None = None

    def release(self, *, at_once: bool) -> None:
        """Let go of all processes, `at_once` or when the tasks at hand are done."""
        if self._pool is not None:
            self._pool.end(at_once=at_once)

    def run(
        self, function: Callable[..., Result], tasks: Sequence[tuple[object, ...]]
    ) -> Iterator[tuple[int, Result]]:
        """Yield (number of the task, result) as tasks finish."""
        if not self._apart and (self.count <= 1 or len(tasks) <= 1):
            for number, task in enumerate(tasks):
                yield number, function(*task)
            return
        pool = self._pool = self._pool or _Pool(self.count)
        waiting = iter(enumerate(tasks))
        at_work: dict[Future[Result], int] = {}
        try:
            while True:
                for number, task in islice(waiting, AHEAD * self.count - len(at_work)):
                    at_work[pool.submit(function, *task)] = number
                if not at_work:
                    return
                done, _ = wait(at_work, return_when=FIRST_COMPLETED)
                for future in done:
                    result = future.result()
                    yield at_work.pop(future), result
        except BrokenProcessPool as error:
            self._pool = None
            pool.end(at_once=True)
            raise WorkerLost(
                "a worker process was killed, most likely for want of memory",
                tasks=sorted(at_work.values()),
                each_of_them=False,
                fix="Run this again with --workers 1.",
            ) from error
        finally:
            for future in at_work:
                future.cancel()


class _Pool:
    """A pool of processes that share the cores, and that can be ended in the midst of tasks."""

    def __init__(self, workers: int) -> None:
        self._share = max(1, (os.cpu_count() or 1) // workers)
        self._theirs, self._ours = multiprocessing.Pipe(duplex=False)
        # Spawned, not forked: polars holds threads, which do not survive a fork.
        context = multiprocessing.get_context("spawn")
        self._processes = ProcessPoolExecutor(
            max(1, workers),
            mp_context=context,
            initializer=belong_to_the_parent,
            initargs=(self._theirs,),
        )

    def submit(self, function: Callable[..., Result], *task: object) -> Future[Result]:
        """Hand out a task; a process is started as it comes in, if there is none for it."""
        with unless_chosen(POLARS_THREADS, str(self._share)):
            return self._processes.submit(function, *task)

    def end(self, *, at_once: bool) -> None:
        """End the processes, `at_once` or when the tasks at hand are done."""
        if at_once:
            self._ours.close()
        self._processes.shutdown(cancel_futures=True)
        self._ours.close()
        self._theirs.close()
