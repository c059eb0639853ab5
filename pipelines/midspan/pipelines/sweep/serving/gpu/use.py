"""The GPU figures of one run: a summary, and its course in a few points."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from midspan.instrumentation import conventions
from midspan.pipelines.sweep.serving.gpu.devices import Reading

POINTS: Final = 16
"""Points of a run's course, at most: as more come, two neighbours become one."""


@dataclass(frozen=True, kw_only=True)
class GpuUse:
    """What the GPUs did while a run ran, as attributes and events of its agent span."""

    attributes: Mapping[str, float | int]
    events: tuple[Mapping[str, Any], ...]

    def as_dict(self) -> dict[str, Any]:
        """Return both, as JSON takes them."""
        return {"attributes": dict(self.attributes), "events": [dict(one) for one in self.events]}


@dataclass(kw_only=True)
class _Figures:
    """Readings, summed up."""

    time_ns: int = 0
    readings: int = 0
    told: int = 0
    total: float = 0.0
    highest: float | None = None
    memory: int | None = None

    def add(self, other: "_Figures") -> None:
        self.readings += other.readings
        self.told += other.told
        self.total += other.total
        if other.highest is not None:
            self.highest = max(other.highest, self.highest or 0.0)
        if other.memory is not None:
            self.memory = max(other.memory, self.memory or 0)

    def attributes(self) -> dict[str, float | int]:
        found: dict[str, float | int] = {}
        if self.told and self.highest is not None:
            found[conventions.GPU_UTILIZATION_MEAN] = round(self.total / self.told, 4)
            found[conventions.GPU_UTILIZATION_MAX] = round(self.highest, 4)
        if self.memory is not None:
            found[conventions.GPU_MEMORY_MAX] = self.memory
        return found | {conventions.GPU_SAMPLES: self.readings}


@dataclass
class Course:
    """Readings as they come; what is kept does not grow with their number."""

    _all: _Figures = field(default_factory=_Figures)
    _points: list[_Figures] = field(default_factory=list)
    _width: int = 1
    """Readings to a point."""

    def add(self, time_ns: int, reading: Reading) -> None:
        """Take in one reading."""
        one = _Figures(
            time_ns=time_ns,
            readings=1,
            told=int(reading.utilization is not None),
            total=reading.utilization or 0.0,
            highest=reading.utilization,
            memory=reading.memory,
        )
        self._all.add(one)
        if self._points and self._points[-1].readings < self._width:
            self._points[-1].add(one)
            return
        if len(self._points) == POINTS:
            for left, right in zip(self._points[::2], self._points[1::2], strict=True):
                left.add(right)
            self._points = self._points[::2]
            self._width *= 2
        self._points.append(one)

    def use(self) -> GpuUse | None:
        """Return the figures; None without a reading."""
        if not self._all.readings:
            return None
        events = tuple(
            {
                "name": conventions.GPU_EVENT,
                "time_ns": point.time_ns,
                "attributes": point.attributes(),
            }
            for point in self._points
        )
        return GpuUse(attributes=self._all.attributes(), events=events)
