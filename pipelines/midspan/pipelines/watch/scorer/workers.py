"""The processes that make batches, beside the one that takes them in."""

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from midspan.pipelines.engines.parent import belong_to_the_parent
from midspan.pipelines.engines.variables import POLARS_THREADS, unless_chosen
from midspan.pipelines.watch.batches.making import BatchSettings, Made, make_batch, write_payloads
from midspan.pipelines.watch.scorer.carried import payloads
from midspan.pipelines.watch.scorer.pending import Unit


@dataclass(frozen=True, kw_only=True)
class Order:
    """A batch to be made: its units, and the folder that it is made in."""

    units: Sequence[Unit]
    folder: Path
    backlog: Path
    carried: Path

    @property
    def entries(self) -> list[int]:
        """Return the numbers of all entries, in order."""
        return sorted(number for unit in self.units for number in unit.entries)

    @property
    def spans(self) -> int:
        """Return how many spans there are."""
        return sum(unit.spans for unit in self.units)


def fulfil(order: Order, settings: BatchSettings) -> Made | None:
    """Return the batch of an order, None if nothing comes of it."""
    received = write_payloads(payloads(order.entries, order.backlog, order.carried), order.folder)
    return make_batch([received], order.folder, settings)


class Makers:
    """A few processes; if one is killed, all are started anew, and what was under way is told."""

    def __init__(self, count: int) -> None:
        """Have so many processes at work."""
        self.count = count
        self._theirs, self._ours = multiprocessing.Pipe(duplex=False)
        self._pool = self._started()

    def submit(self, order: Order, settings: BatchSettings) -> Future[Made | None]:
        """Hand out an order."""
        with unless_chosen(POLARS_THREADS, "1"):  # they share the cores
            return self._pool.submit(fulfil, order, settings)

    def restart(self) -> None:
        """Start anew after a process was killed."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = self._started()

    def end(self) -> None:
        """End the processes, whatever they are doing."""
        self._ours.close()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._theirs.close()

    def _started(self) -> ProcessPoolExecutor:
        # Spawned, not forked: polars holds threads, which do not survive a fork.
        return ProcessPoolExecutor(
            self.count,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=belong_to_the_parent,
            initargs=(self._theirs,),
        )
