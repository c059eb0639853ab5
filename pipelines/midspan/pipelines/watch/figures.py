"""Counters, gauges and histograms of one process, in a file that `/metrics` is read from."""

import time
from bisect import bisect_left
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from midspan.pipelines.watch.troubles import Troubles

BOUNDS: Final = (0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 7.5, 10.0, 15.0, 30.0, 60.0, 300.0, 900.0)
"""Upper ends of the buckets of a histogram of seconds; the last bucket has none."""

EVERY: Final = 1.0
BEGUN: Final = "begun_timestamp_seconds"
WATCH: Final = "receiver.json"
"""The file of the process that the others belong to, also where it receives nothing."""


class Histogram(msgspec.Struct):
    """How many observations fell into each bucket, and what they come to."""

    counts: list[int] = msgspec.field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    sum: float = 0.0


class Told(msgspec.Struct):
    """What the file of a process holds; a name bears its labels: `runs_scored{outcome=success}`."""

    counters: dict[str, float] = {}
    gauges: dict[str, float] = {}
    histograms: dict[str, Histogram] = {}


class Figures:
    """Figures of one process.

    >>> figures = Figures(None)
    >>> figures.count("runs_scored", 2, outcome="success")
    >>> figures.told.counters
    {'runs_scored{outcome=success}': 2}
    """

    def __init__(self, file: Path | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Count on from what the file holds: a process that is started again is the same to all."""
        self._file, self._clock = file, clock
        self.told = read_figures(file) if file is not None else Told()
        self._written, self._troubles = clock(), Troubles()

    def count(self, name: str, by: float = 1, /, **labels: str) -> None:
        """Add to a counter."""
        key = named(name, labels)
        self.told.counters[key] = self.told.counters.get(key, 0) + by

    def gauge(self, name: str, value: float, /, **labels: str) -> None:
        """Set a gauge."""
        self.told.gauges[named(name, labels)] = value

    def observe(self, name: str, seconds: float, /, times: int = 1, **labels: str) -> None:
        """Add to a histogram of seconds."""
        found = self.told.histograms.setdefault(named(name, labels), Histogram())
        found.counts[bisect_left(BOUNDS, seconds)] += times
        found.sum += seconds * times

    def write_soon(self) -> None:
        """Write the file if that was not done within the last second."""
        if self._clock() - self._written >= EVERY:
            self.write()

    def write(self) -> None:
        """Write the file, in place of what it held; a full disk is told, and has it wait."""
        self._written = self._clock()
        if self._file is None:
            return
        with self._troubles.borne(f"{self._file} cannot be written"):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            unfinished = self._file.with_name(f"{self._file.name}.part")
            unfinished.write_bytes(msgspec.json.encode(self.told))
            unfinished.replace(self._file)


def read_figures(file: Path) -> Told:
    """Return what a process tells of itself; nothing if it has not yet, or it cannot be read."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Told)
    except (OSError, msgspec.MsgspecError):
        return Told()


def begun_figures(folder: Path, *, clock: Callable[[], float] = time.time) -> Figures:
    """Return the figures of a watch that begins now; those of an earlier one are deleted."""
    for stale in folder.glob("*.json"):
        stale.unlink()
    figures = Figures(folder / WATCH)
    figures.gauge(BEGUN, clock())
    figures.write()
    return figures


def begun_ns(folder: Path) -> int:
    """Return when the watch began that the figures of a folder are of; 0 if nobody says."""
    return int(read_figures(folder / WATCH).gauges.get(BEGUN, 0.0) * 1e9)


def named(name: str, labels: dict[str, str]) -> str:
    """Return a name with its labels, these in order."""
    if not labels:
        return name
    return f"{name}{{{','.join(f'{key}={labels[key]}' for key in sorted(labels))}}}"


def labels_of(key: str) -> tuple[str, dict[str, str]]:
    """Return the name and the labels of a key.

    >>> labels_of("refused{reason=too_large}")
    ('refused', {'reason': 'too_large'})
    """
    name, _, rest = key.partition("{")
    pairs = (pair.split("=", 1) for pair in rest.removesuffix("}").split(",") if pair)
    return name, {pair[0]: pair[-1] for pair in pairs}


def total(told: Mapping[str, Told], name: str) -> int:
    """Return what the counters of a name come to, over all labels and processes."""
    return sum(
        int(value)
        for each in told.values()
        for key, value in each.counters.items()
        if labels_of(key)[0] == name
    )
