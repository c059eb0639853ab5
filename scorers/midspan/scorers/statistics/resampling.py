"""Tasks drawn anew, with their trials: what figures would be if other tasks had been asked."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

RESAMPLES: Final = 10_000
_AT_ONCE: Final = 4_000_000
"""Weights drawn at a time: 32 MB as they are multiplied."""

_KEPT: Final = 40_000_000
"""Weights kept for the next figure over as many tasks: 40 MB, a byte each where they are many."""

_ONE_COLUMN: Final = 9_000
_COLUMNS: Final = 250_000
"""Multiplications up to which OpenBLAS stays in one thread: of a matrix by a vector, by another."""

_COUNTS: Final = 3
"""Numbers of tasks of which weights are kept: two sides, and the tasks that they share."""


def resampled(columns: Numbers, *, seed: int, resamples: int = RESAMPLES) -> Numbers:
    """Return the sum of each column in each resample; a row of `columns` is a task.

    >>> resampled(np.ones((4, 1)), seed=0, resamples=2).tolist()
    [[4.0], [4.0]]
    """
    blocks = draws(len(columns), seed, resamples)
    return np.concatenate([product(weights, columns) for weights in blocks])


def product(weights: Numbers, columns: Numbers) -> Numbers:
    """Return the product of two matrices, from parts that BLAS takes no threads for.

    Its threads wait for each other: on a busy machine that takes a hundred times longer than the
    product itself. It also is the same then, however many there are.
    """
    most = _ONE_COLUMN if columns.shape[1] == 1 else _COLUMNS // columns.shape[1]
    rows = max(8, most // len(columns) // 8 * 8)  # whole steps of its inner loops
    found = np.empty((len(weights), columns.shape[1]))
    for begin in range(0, len(weights), rows):
        np.matmul(weights[begin : begin + rows], columns, out=found[begin : begin + rows])
    return found


def draws(tasks: int, seed: int, resamples: int) -> Iterator[Numbers]:
    """Yield how often each task was drawn: a row a resample, a bounded number of rows at a time.

    Equal arguments give equal draws: figures over the same tasks are resampled together.
    """
    if tasks * resamples <= _KEPT:
        for block in _kept(tasks, seed, resamples):
            yield block.astype(np.float64, copy=False)
        return
    random = np.random.default_rng(seed)
    for rows in _sizes(tasks, resamples):
        yield _drawn(random, rows, tasks).astype(np.float64)


@lru_cache(maxsize=_COUNTS)
def _kept(tasks: int, seed: int, resamples: int) -> tuple[Numbers | NDArray[np.uint8], ...]:
    random = np.random.default_rng(seed)
    blocks = (_drawn(random, rows, tasks) for rows in _sizes(tasks, resamples))
    if 8 * tasks * resamples <= _KEPT:
        return tuple(block.astype(np.float64) for block in blocks)
    # A task is drawn about once: 255 times of the same does not happen.
    return tuple(np.minimum(block, 255).astype(np.uint8) for block in blocks)


def _drawn(random: np.random.Generator, rows: int, tasks: int) -> NDArray[np.int64]:
    picked = random.integers(0, tasks, size=(rows, tasks), dtype=np.int32).astype(np.int64)
    picked += np.arange(rows)[:, None] * tasks
    counts = np.bincount(picked.ravel(), minlength=rows * tasks)
    return counts.reshape(rows, tasks)


def _sizes(tasks: int, resamples: int) -> list[int]:
    at_once = max(1, min(resamples, _AT_ONCE // tasks))
    return [min(at_once, resamples - done) for done in range(0, resamples, at_once)]
