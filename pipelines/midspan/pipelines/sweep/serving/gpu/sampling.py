"""Looks at the GPUs each second, for all runs that go on at the moment."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from midspan.pipelines.sweep.serving.gpu.devices import Devices, Reading
from midspan.pipelines.sweep.serving.gpu.use import Course, GpuUse

INTERVAL_SECONDS: Final = 1.0


class Watch:
    """What the GPUs do from now on, for one run."""

    def __init__(self, sampler: "Sampler") -> None:
        """Begin with what they did last: a run may end before the next look."""
        self._sampler = sampler
        self.course = Course()

    def finished(self) -> GpuUse | None:
        """Return the figures of the run and stop watching; None without a GPU."""
        self._sampler.forget(self)
        return self.course.use()


class Sampler:
    """The readings of one place; without GPUs it has none, and watching costs nothing."""

    def __init__(
        self, devices: Devices | None, *, now_ns: Callable[[], int] = time.time_ns
    ) -> None:
        """Look at these devices, whenever `look` is called."""
        self._devices = devices
        self._now_ns = now_ns
        self._lock = threading.Lock()
        self._watches: set[Watch] = set()

    def watch(self) -> Watch:
        """Return a watch that takes in a reading now, and every one until it is finished."""
        watch = Watch(self)
        if self._devices is not None:
            reading = self._devices.read()
            with self._lock:
                self._watches.add(watch)
                self._tell(reading, [watch])
        return watch

    def look(self) -> None:
        """Take one reading, for all runs that are watched; without a run nobody is asked."""
        if self._devices is None or not self._watches:
            return
        reading = self._devices.read()
        with self._lock:
            self._tell(reading, list(self._watches))

    def forget(self, watch: Watch) -> None:
        """Tell a watch nothing more."""
        with self._lock:
            self._watches.discard(watch)

    def _tell(self, reading: Reading | None, watches: list[Watch]) -> None:
        if reading is not None:
            time_ns = self._now_ns()
            for watch in watches:
                watch.course.add(time_ns, reading)


@contextmanager
def sampled(devices: Devices | None, *, seconds: float = INTERVAL_SECONDS) -> Iterator[Sampler]:
    """Give a sampler that looks at the devices each second, in a thread of its own."""
    sampler = Sampler(devices)
    if devices is None:
        yield sampler
        return
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(seconds):
            sampler.look()

    thread = threading.Thread(target=go_on, name="midspan-gpu", daemon=True)
    thread.start()
    try:
        yield sampler
    finally:
        over.set()
        thread.join()
