"""The handle on what `setup` has put in place."""

import atexit
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from midspan.instrumentation.capture.current import environment_sieve
from midspan.instrumentation.capture.sieve import Sieve
from midspan.instrumentation.interruptions import let_through
from midspan.instrumentation.report import SpoolReport

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.sdk.trace import TracerProvider as SdkTracerProvider

logger = logging.getLogger(__name__)


class Telemetry:
    """What `setup` has put in place; it ends with the process, or by `shutdown`."""

    def __init__(self, experiment: str | None) -> None:
        """Begin with nothing added."""
        self.experiment = experiment
        self.sieve: Sieve = environment_sieve()
        self.ended = False
        self._processors: dict[str, SpanProcessor] = {}
        self._names: dict[str, str] = {}
        self._at_end: list[Callable[[], None]] = []
        atexit.register(self.shutdown)

    def flush(self, timeout_seconds: float = 30.0) -> bool:
        """Send what waits to be sent; return whether all of it went out."""
        milliseconds = int(timeout_seconds * 1000)
        sent = [p.force_flush(milliseconds) for p in self._processors.values()]
        return all(sent)

    def shutdown(self) -> None:
        """Send what waits, close all files, and take nothing further."""
        atexit.unregister(self.shutdown)
        self.ended = True
        for key, processor in self._processors.items():
            try:
                processor.shutdown()
            except Exception as error:
                let_through(error)
                logger.warning("could not close %s", self._names[key], exc_info=True)
        for action in self._at_end:
            action()

    def at_end(self, action: Callable[[], None]) -> None:
        """Have something done once all files are closed."""
        self._at_end.append(action)

    def report(self, run_id: str) -> SpoolReport:
        """Return how many spans of a run stand in its files, and how many were lost."""
        from midspan.instrumentation.spool import SpoolProcessor

        spools = [p for p in self._processors.values() if isinstance(p, SpoolProcessor)]
        reports = [spool.report(run_id) for spool in spools] or [SpoolReport()]
        # Of several spools, the one that lost most: a record is as good as its worst copy.
        return max(reports, key=lambda report: report.lost)

    def has_added(self, processor: "SpanProcessor") -> bool:
        """Return whether a processor is one of `setup`'s."""
        return processor in self._processors.values()

    def add(
        self,
        tracer_provider: "SdkTracerProvider",
        name: str,
        make: Callable[[], "SpanProcessor"],
        *,
        key: str | None = None,
    ) -> None:
        """Add a processor, unless the same was added before or it cannot be made.

        The name is shown where something goes wrong; a key may hold what must not be.
        """
        key = key or name
        if key in self._processors:
            return
        try:
            processor = self._processors[key] = make()
        except Exception as error:
            let_through(error)
            if isinstance(error, ValueError):
                logger.warning("no spans will go to %s: %s", name, error)
            else:
                logger.warning("no spans will go to %s", name, exc_info=True)
        else:
            self._names[key] = name
            tracer_provider.add_span_processor(processor)
