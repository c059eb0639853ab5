"""What a watch is doing, in one line."""

import time
from collections.abc import Callable, Mapping

from midspan.pipelines.watch.figures import Told, labels_of, total
from midspan.pipelines.watch.words import counted


class Line:
    """One line that tells how things stand; rates are since the line before."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin to count."""
        self._clock = clock
        self._at, self._spans = clock(), 0

    def text(self, told: Mapping[str, Told]) -> str:
        """Return the line."""
        now, spans = self._clock(), total(told, "spans_accepted") + total(told, "tail_spans_read")
        rate = (spans - self._spans) / max(now - self._at, 1e-9)
        self._at, self._spans = now, spans
        gauges = {key: value for each in told.values() for key, value in each.gauges.items()}
        parts = [
            f"{rate:,.0f} spans/s",
            f"{counted(gauges.get('pending_runs', 0), 'run')} pending",
            f"{total(told, 'runs_scored'):,} scored",
            f"{gauges.get('backlog_bytes', 0) / 2**20:,.1f} MB waiting",
        ]
        if behind := gauges.get("behind_seconds", 0.0):
            parts.append(f"{behind:.1f} s behind")
        away = [labels_of(key)[1] for key, value in gauges.items() if value and "_away" in key]
        parts += [f"{next(iter(labels.values()), 'source')} is away" for labels in away]
        return " · ".join(parts)
