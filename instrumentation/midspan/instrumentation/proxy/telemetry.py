"""Where spans go: one tracer provider for each experiment, as that is the project in Phoenix."""

import logging
from typing import Final

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from midspan.instrumentation import Telemetry, conventions, setup
from midspan.instrumentation.proxy.root import Ids
from midspan.instrumentation.proxy.settings import ProxySettings
from midspan.instrumentation.run_context import DEFAULT_EXPERIMENT

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
        name = experiment or DEFAULT_EXPERIMENT
        if name not in self._made:
            if len(self._made) >= EXPERIMENTS_AT_MOST:
                return next(iter(self._made.values()))[0]
            self._made[name] = self._make(name)
        return self._made[name][0]

    def lost(self, run_id: str, experiment: str | None) -> int:
        """Return how many spans of a run the spool could not take."""
        _, telemetry = self._made.get(experiment or DEFAULT_EXPERIMENT, (None, None))
        return telemetry.report(run_id).lost if telemetry is not None else 0

    def shutdown(self) -> None:
        """Send what waits and close all files."""
        for _, telemetry in self._made.values():
            telemetry.shutdown()

    def _make(self, experiment: str) -> tuple[TracerProvider, Telemetry]:
        resource = {conventions.SERVICE_NAME: SERVICE, conventions.PROJECT_NAME: experiment}
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
