"""Sets up where spans go: an OTLP endpoint to watch, a spool to score from, or both."""

import functools
import inspect
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast, get_args

from opentelemetry import trace
from opentelemetry.trace import TracerProvider

from midspan.instrumentation import conventions, environment
from midspan.instrumentation.addresses import fault_of, shown
from midspan.instrumentation.capture.current import TELEMETRY
from midspan.instrumentation.capture.settings import Capture
from midspan.instrumentation.capture.sieve import Sieve
from midspan.instrumentation.context import environment_run
from midspan.instrumentation.interruptions import let_through
from midspan.instrumentation.run_context import ATTRIBUTES, DEFAULT_EXPERIMENT
from midspan.instrumentation.segment import Sync
from midspan.instrumentation.telemetry import Telemetry

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import SpanLimits, SpanProcessor
    from opentelemetry.sdk.trace import TracerProvider as SdkTracerProvider

    from midspan.instrumentation.capture.spans import SpanSieve

logger = logging.getLogger(__name__)

TRACES_PATH: Final = "/v1/traces"
DEFAULT_SERVICE: Final = "agent"


def setup(
    *,
    experiment: str | None = None,
    endpoint: str | None = None,
    headers: Mapping[str, str] | None = None,
    spool: str | os.PathLike[str] | None = None,
    service_name: str | None = None,
    tracer_provider: TracerProvider | None = None,
    capture: Capture | None = None,
) -> Telemetry:
    """Return a handle on what was set up; calling it again adds only what is new.

    A tracer provider that is there already is added to, and nothing of it replaced; where there is
    none, one is made and set as the global one.

    Args:
        experiment: Phoenix project and MLflow experiment; `MIDSPAN_EXPERIMENT`, else `default`.
        endpoint: Base address of an OTLP/HTTP server; `OTEL_EXPORTER_OTLP_ENDPOINT`, unless the
            tracer provider is another one's, which has been set up from that variable already.
        headers: Headers of each request to the endpoint.
        spool: Directory for one file per run; `MIDSPAN_SPOOL`.
        service_name: `service.name` of the resource; `OTEL_SERVICE_NAME`, else `agent`.
        tracer_provider: The tracer provider to add to, in place of the global one.
        capture: How much content is kept and what is taken out of it; the environment's choice,
            else all content, without keys, tokens and passwords.
    """
    try:
        return _set_up(experiment, endpoint, headers, spool, service_name, tracer_provider, capture)
    except Exception as error:
        let_through(error)
        # The SDK itself cannot be imported where a limit of the environment is no number.
        plain = isinstance(error, ValueError)
        logger.warning("no spans are recorded: %s", error, exc_info=not plain)
        return Telemetry(None)


def _set_up(
    experiment: str | None,
    endpoint: str | None,
    headers: Mapping[str, str] | None,
    spool: str | os.PathLike[str] | None,
    service_name: str | None,
    tracer_provider: TracerProvider | None,
    capture: Capture | None,
) -> Telemetry:
    provider = tracer_provider or trace.get_tracer_provider()
    if isinstance(provider, trace.ProxyTracerProvider):
        provider = _new_provider(experiment, service_name)
        trace.set_tracer_provider(provider)
        endpoint = endpoint or _endpoint_from_environment()
    telemetry = getattr(provider, TELEMETRY, None)
    if telemetry is None or telemetry.ended:
        telemetry = Telemetry(experiment)
    telemetry.experiment = experiment or telemetry.experiment
    if capture is not None:
        telemetry.sieve = Sieve(capture)
    if not hasattr(provider, "add_span_processor"):
        logger.warning(
            "%s takes no span processors: neither spool nor endpoint is set up",
            type(provider).__qualname__,
        )
        return telemetry
    if getattr(provider, "sampler", None) is _always_off():
        logger.warning("the tracer provider samples nothing (ALWAYS_OFF): no span is recorded")
    setattr(provider, TELEMETRY, telemetry)
    _add_processors(
        telemetry,
        cast("SdkTracerProvider", provider),
        endpoint,
        headers,
        spool or os.environ.get(environment.SPOOL),
    )
    return telemetry


def _always_off() -> object:
    from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

    return ALWAYS_OFF


def _add_processors(
    telemetry: Telemetry,
    provider: "SdkTracerProvider",
    endpoint: str | None,
    headers: Mapping[str, str] | None,
    spool: str | os.PathLike[str] | None,
) -> None:
    from midspan.instrumentation.capture.spans import SpanSieve
    from midspan.instrumentation.processor import RunContextProcessor

    sieve = SpanSieve(lambda: telemetry.sieve)
    add = functools.partial(telemetry.add, provider)
    add("the run context", RunContextProcessor)
    if spool:
        directory = Path(spool).absolute()
        add(f"the spool {directory}", lambda: _spool(os.fspath(spool), directory, sieve))
    if endpoint:
        url = endpoint.rstrip("/").removesuffix(TRACES_PATH) + TRACES_PATH
        key = f"{url} {sorted(headers.items())}" if headers else url
        add(shown(url), lambda: _exporting(url, headers, sieve), key=key)


def _spool(given: str, directory: Path, sieve: "SpanSieve") -> "SpanProcessor":
    from midspan.instrumentation.otlp_json import encode_line
    from midspan.instrumentation.spool import SpoolProcessor

    if "://" in given:
        raise ValueError(f"the spool must be a directory, not {given}: copy it there afterwards")
    sync = os.environ.get(environment.FSYNC, "").strip().lower() or "never"
    if sync not in get_args(Sync):
        logger.warning("%s is one of %s, not %r", environment.FSYNC, get_args(Sync), sync)
        sync = "never"
    return SpoolProcessor(
        directory,
        encode=lambda span, lost: encode_line(sieve(span), lost),
        sync=cast("Sync", sync),
    )


def _exporting(url: str, headers: Mapping[str, str] | None, sieve: "SpanSieve") -> "SpanProcessor":
    from midspan.instrumentation.exporting import export_processor

    if fault := fault_of(url.removesuffix(TRACES_PATH)):
        raise ValueError(fault)
    return export_processor(url, headers, sieve)


def _new_provider(experiment: str | None, service_name: str | None) -> TracerProvider:
    from opentelemetry.sdk.trace import TracerProvider as SdkTracerProvider

    return SdkTracerProvider(
        resource=_resource(experiment, service_name),
        span_limits=_limits(),
        shutdown_on_exit=False,
    )


def _limits() -> "SpanLimits":
    from opentelemetry.sdk.trace import SpanLimits

    # 128 attributes, the SDK's limit, is less than a flattened chat has, and the oldest go first.
    chosen = {"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT"} & set(os.environ)
    try:
        return SpanLimits(max_span_attributes=None if chosen else SpanLimits.UNSET)
    except ValueError as error:
        logger.warning("a limit of the environment is left out, spans have none: %s", error)
        names = list(inspect.signature(SpanLimits).parameters)
        return SpanLimits(**dict.fromkeys(names, SpanLimits.UNSET))


def _resource(experiment: str | None, service_name: str | None) -> "Resource":
    """Return only what is needed: MLflow makes a tag of the trace from every resource attribute."""
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource

    told = environment_run()
    project = (told.experiment if told else None) or DEFAULT_EXPERIMENT
    defaults = {conventions.SERVICE_NAME: DEFAULT_SERVICE, conventions.PROJECT_NAME: project}
    given = {conventions.SERVICE_NAME: service_name, conventions.PROJECT_NAME: experiment}
    explicit = {name: value for name, value in given.items() if value is not None}
    # What the variable says of the run stands on each span.
    asked = OTELResourceDetector().detect().attributes
    kept = {name: value for name, value in asked.items() if name not in ATTRIBUTES.values()}
    return Resource({**defaults, **kept, **explicit})


def _endpoint_from_environment() -> str | None:
    variables = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
    return next((os.environ[name] for name in variables if os.environ.get(name)), None)
