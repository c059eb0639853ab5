"""Tasks on this machine: in this process, or in a few beside it."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self, TypeVar

from midspan.pipelines.engines.parent import belong_to_the_parent
from midspan.scorers.errors import SurroundingsError

Result = TypeVar("Result")

_POLARS_THREADS: Final = "POLARS_MAX_THREADS"


class Workers:
    """Processes for tasks, started when there are several to do, and kept to the end of a block.

    One worker means this very process.
    """

    def __init__(self, count: int) -> None:
        """Have at most that many processes at work."""
        self.count = count
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def run(
        self, function: Callable[..., Result], tasks: Sequence[tuple[object, ...]]
    ) -> Iterator[tuple[int, Result]]:
        """Yield (number of the task, result) as tasks finish."""
        if self.count <= 1 or len(tasks) <= 1:
            for number, task in enumerate(tasks):
                yield number, function(*task)
            return
        pool = self._pool = self._pool or _pool(self.count)
        with _share_of_threads(self.count):  # processes are started as tasks come in
            futures = {pool.submit(function, *task): number for number, task in enumerate(tasks)}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BrokenProcessPool as error:
            raise SurroundingsError(
                "a worker process was killed, most likely for want of memory",
                fix="Run this again with --workers 1.",
            ) from error
        finally:
            for future in futures:
                future.cancel()


def _pool(workers: int) -> ProcessPoolExecutor:
    # Spawned, not forked: polars holds threads, which do not survive a fork.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=belong_to_the_parent)


@contextmanager
def _share_of_threads(workers: int) -> Iterator[None]:
    """Have processes that are started meanwhile share the cores, unless the person chose.

    By the environment, since polars reads it when it is imported.
    """
    if _POLARS_THREADS in os.environ:
        yield
        return
    os.environ[_POLARS_THREADS] = str(max(1, (os.cpu_count() or 1) // workers))
    try:
        yield
    finally:
        del os.environ[_POLARS_THREADS]
