"""Tasks on a Ray cluster, or on a Ray of this machine that is started for them."""

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from types import ModuleType
from typing import Any, Final
from urllib.parse import urlsplit

from midspan.pipelines.engines.executor import Result, WorkerLost
from midspan.pipelines.engines.releasing import Releasing
from midspan.pipelines.engines.variables import POLARS_THREADS, unless_chosen
from midspan.scorers.errors import InvalidInput, SurroundingsError

HERE: Final = "local"
"""The address of a Ray that is started on this machine, and ended with the block."""

AHEAD: Final = 1_000
"""Tasks that are handed out: many, since a cluster that grows does so by what waits."""

STORE_BYTES: Final = 80 * 2**20
"""The memory that a Ray of our own keeps for objects: tasks hold paths, and no frames."""

REPORTED: Final = "RAY_USAGE_STATS_ENABLED"
"""Whether Ray reports to its makers that it was used: not unless the person says so."""

_ANSWER_GIVEN: Final = 10.0
_LOOKED_AFTER: Final = 0.5
"""Seconds after which Ctrl-C is heard at the latest."""


class RayWorkers(Releasing):
    """Workers of a Ray cluster: `auto`, `ray://HOST:PORT`, or one that is started here."""

    elsewhere: Final = True

    def __init__(self, address: str | None = None) -> None:
        """Name the cluster; without, it is that of RAY_ADDRESS, or one on this machine."""
        self.address = address or os.environ.get("RAY_ADDRESS") or HERE
        self._ray = _package()
        self._is_ours = False

    def release(self, *, at_once: bool) -> None:
        """Let go of a Ray that was started here."""
        if self._is_ours:
            self._ray.shutdown()

    def run(
        self, function: Callable[..., Result], tasks: Sequence[tuple[object, ...]]
    ) -> Iterator[tuple[int, Result]]:
        """Yield (number of the task, result) as tasks finish.

        Those that lost their process are told when all others are done.
        """
        ray = self._ray
        if not ray.is_initialized():
            with _own_signals(), unless_chosen(REPORTED, "0"):
                self._connect()
            self._is_ours = True
        # Whoever asked decides what is tried again, and how often.
        remote = ray.remote(max_retries=0, num_cpus=1)(_called)
        waiting = iter(enumerate(tasks))
        at_work: dict[Any, int] = {}
        lost: list[int] = []
        reason: Exception | None = None
        try:
            while True:
                for number, task in islice(waiting, AHEAD - len(at_work)):
                    at_work[remote.remote(function, task)] = number
                if not at_work:
                    break
                done, _ = ray.wait(list(at_work), timeout=_LOOKED_AFTER)
                for reference in done:
                    number = at_work.pop(reference)
                    try:
                        result = ray.get(reference)
                    except _endings(ray) as error:
                        lost.append(number)
                        reason = error
                    except ray.exceptions.RayTaskError as error:
                        raise error.cause from None
                    else:
                        yield number, result
        finally:
            for reference in at_work:
                ray.cancel(reference, force=True)
        if reason is not None:
            raise WorkerLost(
                f"a worker of Ray ended in the midst of it ({type(reason).__name__})",
                tasks=lost,
                each_of_them=True,
                fix="See the logs of the cluster, and its memory.",
            ) from reason

    def _connect(self) -> None:
        _require_answer(self.address)
        own = {"include_dashboard": False, "object_store_memory": STORE_BYTES}
        # A task has one core: threads of polars beyond it would get into each other's way.
        threads = os.environ.get(POLARS_THREADS, "1")
        try:
            self._ray.init(
                address=self.address,
                log_to_driver=False,
                logging_level="ERROR",
                runtime_env={"env_vars": {POLARS_THREADS: threads}},
                **(own if self.address == HERE else {}),
            )
        except ImportError as error:  # of what only the client of a distant cluster needs
            raise InvalidInput(
                f"{self.address}: {error}", fix="pip install 'ray[client]'"
            ) from None
        except (OSError, RuntimeError, ValueError) as error:
            raise SurroundingsError(
                f"{self.address}: no Ray cluster that can be used: {' '.join(str(error).split())}",
                fix="See whether one runs there: ray status. On this machine, leave --address out.",
            ) from error


def _require_answer(address: str) -> None:
    """Raise at once where nothing listens, which Ray would wait for over minutes."""
    where = urlsplit(address if "://" in address else f"//{address}")
    if where.port is None:  # `auto`, or a Ray of our own
        return
    try:
        socket.create_connection((where.hostname or "", where.port), timeout=_ANSWER_GIVEN).close()
    except OSError as error:
        raise SurroundingsError(
            f"{address}: no Ray cluster answers: {error.strerror or error}",
            fix="See whether one runs there: ray status. On this machine, leave --address out.",
        ) from error


def _called(function: Callable[..., Result], task: tuple[object, ...]) -> Result:
    return function(*task)


def _package() -> ModuleType:
    try:
        import ray
    except ImportError:
        raise InvalidInput("Ray is not installed here", fix="pip install 'midspan[ray]'") from None
    return ray


def _endings(ray: ModuleType) -> tuple[type[Exception], ...]:
    """Return how Ray says that a task had no process to the end."""
    told = ray.exceptions
    return (
        told.WorkerCrashedError,
        told.OutOfMemoryError,
        told.NodeDiedError,
        told.LocalRayletDiedError,
        told.ObjectLostError,
    )


@contextmanager
def _own_signals() -> Iterator[None]:
    """Keep what SIGTERM does: Ray would have its own way with it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
