"""Where spans go: one tracer provider for each experiment, as that is the project in Phoenix."""

import logging
from pathlib import Path
from typing import Final

from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from midspan.instrumentation import SpoolReport, Telemetry, conventions, setup
from midspan.instrumentation.proxy.root import Ids
from midspan.instrumentation.proxy.settings import ProxySettings
from midspan.instrumentation.run_context import (
    ATTRIBUTES,
    DEFAULT_EXPERIMENT,
    normalised_run_id,
)
from midspan.instrumentation.segment import SUFFIX

logger = logging.getLogger(__name__)

EXPERIMENTS_AT_MOST: Final = 64
SERVICE: Final = "midspan-proxy"


class Telemetries:
    """The tracer providers by experiment; each is made when it is first asked for."""

    def __init__(self, settings: ProxySettings) -> None:
        """Make none yet."""
        self._settings = settings
        self.ids = Ids()
        self._made: dict[str, tuple[TracerProvider, Telemetry]] = {}

    def of(self, experiment: str | None) -> TracerProvider:
        """Return the tracer provider of an experiment; too many of them share the first."""
        return self._of(experiment)[0]

    def report(self, run_id: str, launch: int, experiment: str | None) -> SpoolReport:
        """Return how many spans of a run that has been closed are in its files, and in none.

        Lost are those that the spool could not take, and those whose file went with its directory
        while it was written.
        """
        report = self._of(experiment)[1].report(run_id)
        if report.written and not self._has_file(f"{normalised_run_id(run_id)}-{launch}"):
            return SpoolReport(written=0, lost=report.lost + report.written)
        return report

    def shutdown(self) -> None:
        """Send what waits and close all files."""
        for _, telemetry in self._made.values():
            telemetry.shutdown()

    def _of(self, experiment: str | None) -> tuple[TracerProvider, Telemetry]:
        name = experiment or DEFAULT_EXPERIMENT
        if name not in self._made:
            if len(self._made) >= EXPERIMENTS_AT_MOST:
                return next(iter(self._made.values()))
            self._made[name] = self._make(name)
        return self._made[name]

    def _has_file(self, stem: str) -> bool:
        if self._settings.spool is None:
            return True
        directory = Path(self._settings.spool)
        # The usual name first: to list a directory for each run takes long where there are many.
        return (directory / f"{stem}{SUFFIX}").exists() or any(directory.glob(f"{stem}*"))

    def _make(self, experiment: str) -> tuple[TracerProvider, Telemetry]:
        # What stands before the proxy, such as the engine that serves the model; the run stands on
        # each span.
        told = OTELResourceDetector().detect().attributes
        kept = {name: value for name, value in told.items() if name not in ATTRIBUTES.values()}
        own = {conventions.SERVICE_NAME: SERVICE, conventions.PROJECT_NAME: experiment}
        resource = {**kept, **own}
        provider = TracerProvider(
            resource=Resource(resource),
            sampler=ALWAYS_ON,
            id_generator=self.ids,
            shutdown_on_exit=False,
        )
        telemetry = setup(
            experiment=experiment,
            endpoint=self._settings.endpoint,
            headers=self._settings.endpoint_headers,
            spool=self._settings.spool,
            tracer_provider=provider,
        )
        return provider, telemetry
