"""Processes that a watch depends on: started again when they end, told to end when it does."""

import importlib
import multiprocessing
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.context import SpawnProcess
from typing import Final

import click

from midspan.pipelines.engines.parent import belong_to_the_parent
from midspan.scorers.errors import Exit, MidspanError

FIRST_WAIT: Final = 0.5
LONGEST_WAIT: Final = 30.0
STEADY: Final = 60.0
"""Seconds after which a process counts as running well: the next wait is the first again."""

MANY: Final = 3
"""Restarts of which the moments are remembered."""


class Child:
    """One process, by the module whose `main` it runs."""

    def __init__(
        self,
        name: str,
        module: str,
        settings: object,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start it."""
        self.name, self.restarts = name, 0
        self._restarted: deque[float] = deque(maxlen=MANY)
        self._module, self._settings, self._clock = module, settings, clock
        self._wait = FIRST_WAIT
        self._again_at: float | None = None
        self._process = self._started()

    @property
    def pid(self) -> int | None:
        """Return the id of the process that runs, or ran last."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Return whether it runs now."""
        return self._process.is_alive()

    def look_after(self) -> None:
        """Start it again if it has ended; each time in a row waits longer."""
        if self._process.is_alive():
            return
        now = self._clock()
        if self._again_at is None:
            if now - self._begun >= STEADY:
                self._wait = FIRST_WAIT
            self._again_at = now + self._wait
            self._wait = min(2 * self._wait, LONGEST_WAIT)
            click.echo(
                f"the {self.name} has ended (code {self._process.exitcode}): it is started again",
                err=True,
            )
        if now >= self._again_at:
            ended, self._process = self._process, self._started()
            ended.close()
            self.restarts += 1
            self._restarted.append(now)

    def restarts_within(self, seconds: float) -> int:
        """Return how often it was started again in the last seconds; no more than `MANY`."""
        return sum(self._clock() - moment <= seconds for moment in self._restarted)

    def ask_to_end(self) -> None:
        """Tell it to finish what it is at."""
        if self._process.is_alive():
            self._process.terminate()

    def end(self, seconds: float) -> None:
        """Wait until it has ended, and kill it when that takes too long."""
        self._process.join(seconds)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def ended(self) -> int | None:
        """Wait until it has ended by itself and return its exit code; what stops that ends it."""
        try:
            self._process.join()
        except BaseException:
            self.end(0)
            raise
        return self._process.exitcode

    def _started(self) -> SpawnProcess:
        context = multiprocessing.get_context("spawn")
        process = context.Process(
            target=_run, args=(self._module, self._settings), name=f"midspan-{self.name}"
        )
        with _interrupts_kept_out():
            process.start()
        self._again_at, self._begun = None, self._clock()
        return process


@contextmanager
def _interrupts_kept_out() -> Iterator[None]:
    """Have processes that are started meanwhile take no Ctrl-C: it is for the one that ends them.

    From their first moment on: a terminal sends it to all of them, also while they are importing.
    """
    _begin_tracking()  # which would let interrupts in again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin_tracking() -> None:
    """Start what clears away locks of killed processes, and have it do so without a word."""
    silent = "ignore:resource_tracker:UserWarning"
    sys.warnoptions.append(silent)  # a process that is started takes these from its parent
    try:
        resource_tracker.ensure_running()
    finally:
        sys.warnoptions.remove(silent)


def _run(module: str, settings: object) -> None:
    """Run the `main` of a module in a process of its own, which ends with its parent."""
    belong_to_the_parent()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        code = importlib.import_module(module).main(settings)
    except MidspanError as error:
        click.echo(str(error), err=True)
        code = error.exit_code
    except KeyboardInterrupt:
        code = Exit.INTERRUPTED
    sys.exit(code)
