"""A model that answers for as long as the runs with it go on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from midspan.instrumentation.run_context import resource_attributes
from midspan.pipelines.records import HardwareRecord
from midspan.pipelines.sweep.serving.gpu import Sampler
from midspan.pipelines.sweep.serving.process import Server
from midspan.pipelines.sweep.serving.record import attributes


@dataclass(frozen=True, kw_only=True)
class Served:
    """One model, where it answers, and what is to be recorded of that."""

    name: str
    base_url: str | None
    """With `/v1`; None for a model that the agent reaches by itself."""
    record: Mapping[str, Any]
    """For the result record: engine, version, parsers and what else was said to it."""
    hardware: HardwareRecord
    gpu: Sampler
    """Watches the GPUs for a run: `gpu.watch()`, and `.finished()` when it is over."""
    server: Server | None = None
    """None where somebody else runs it."""

    @property
    def attributes(self) -> dict[str, str]:
        """Return the resource attributes for the spans of all runs with it."""
        return attributes(self.record, self.hardware)

    def resource_attributes(self) -> str:
        """Return them as OTEL_RESOURCE_ATTRIBUTES has them, for proxies and agents."""
        return resource_attributes(self.attributes)

    def alive(self) -> bool:
        """Return whether the server still takes connections; others' servers are taken to."""
        return self.server is None or self.server.answers()

    def failure(self) -> str | None:
        """Return how the server ended and what it said last; None while it answers."""
        if self.server is None or self.server.answers():
            return None
        return f"{self.name} {self.server.ending()}; {self.server.log_tail()}"
