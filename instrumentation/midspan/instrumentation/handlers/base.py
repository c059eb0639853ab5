"""What the three kinds of step share: start, stop, failure, and never disturbing the agent."""

import functools
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Any, ClassVar, Concatenate, Final, ParamSpec, Self, TypeVar

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, TracerProvider

from midspan.instrumentation import conventions, environment
from midspan.instrumentation.capture.current import sieve_of
from midspan.instrumentation.capture.salt import salt_of
from midspan.instrumentation.capture.sieve import Sieve
from midspan.instrumentation.context import current_run
from midspan.instrumentation.encoding import clean
from midspan.instrumentation.handlers.failing import bounded, stacktrace_of
from midspan.instrumentation.interruptions import completed, let_through
from midspan.instrumentation.late import Make, add_late, later, nothing
from midspan.instrumentation.losses import log_once
from midspan.instrumentation.switches import switched_on

SCOPE: Final = "midspan.instrumentation"
OK: Final = Status(StatusCode.OK)
CURRENT_STEP: Final = otel_context.create_key("midspan-step")
try:
    # Now and not with the first step: the search swallows what a signal handler raises in it.
    VERSION = version("midspan")
except PackageNotFoundError:  # a copy within somebody's program
    VERSION = ""
Attributes = dict[str, Any]
Clock = Callable[[], int]
P = ParamSpec("P")
HandleT = TypeVar("HandleT", bound="StepHandle")


def quietly(
    method: Callable[Concatenate[HandleT, P], None],
) -> Callable[Concatenate[HandleT, P], None]:
    """Return the method with its own failures logged, each kind once, and not raised."""

    @functools.wraps(method)
    def guarded(self: HandleT, /, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            method(self, *args, **kwargs)
        except Exception as error:
            let_through(error)
            log_once(method.__name__, error)

    return guarded


class StepHandle:
    """One step: a context manager, or `start` and `stop` where a `with` block does not fit."""

    kind: ClassVar[SpanKind] = SpanKind.INTERNAL

    def __init__(
        self, name: str, *, tracer_provider: TracerProvider | None, clock: Clock | None
    ) -> None:
        """Keep what the span will be made from; nothing starts here."""
        self._name = name
        self._provider = tracer_provider
        self._clock = clock or time.time_ns
        self._span: Span = trace.INVALID_SPAN
        self._started_ns = 0
        self._outer: otel_context.Context | None = None
        self._sieve: Sieve | None = None
        self._attributes: Attributes = {}
        self._makers: list[Make] = []
        self._failure: tuple[str, str] | None = None
        self._http_status: int | None = None
        self._stacktrace: str | None = None
        self._state = "new"

    def start(self) -> Self:
        """Start the span, make it the current one, and return the handle."""
        if self._state == "new":
            self._state = "started"
            try:
                self._start()
            except BaseException as error:
                # The block is not entered, so nobody else would end the step.
                self.stop(error)
                raise
        return self

    def stop(self, error: BaseException | None = None) -> None:
        """End the span; with an error, as a failure. Further calls do nothing."""
        if self._state == "started":
            # At once: a signal handler that stops the same step finds nothing left to do.
            self._state = "stopped"
            try:
                if error is not None:
                    self.record_failure(error)
                completed(self._finish)
            finally:
                completed(self._end)

    @quietly
    def record_failure(self, error: BaseException | str, message: str | None = None) -> None:
        """Say that the step failed: with an exception, or with a type and a message."""
        message = message or ""
        if isinstance(error, BaseException):
            # In two steps: an exception whose text cannot be had has failed all the same.
            self._failure = (type(error).__name__, clean(message))
            self._failure = (type(error).__name__, bounded(message or str(error)))
            status = getattr(error, "status_code", None)
            self._http_status = status if isinstance(status, int) else None
            self._stacktrace = stacktrace_of(error)
        else:
            self._failure = (clean(error), bounded(message))

    def __enter__(self) -> Self:
        """Start the step."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        """Stop the step; an exception is recorded and goes on its way."""
        # A generator that is closed early has not failed.
        self.stop(None if isinstance(error, GeneratorExit) else error)

    def _request(self) -> Attributes:
        """Return the attributes that are known at the start and are not content."""
        raise NotImplementedError

    def _keep_input(self) -> None:
        """Keep what goes in: messages, arguments, the question."""
        raise NotImplementedError

    def _outcome(self) -> Attributes:
        """Return what is only known at the end, the failure included."""
        raise NotImplementedError

    @quietly
    def _start(self) -> None:
        provider = self._provider or trace.get_tracer_provider()
        outer = _live(otel_context.get_current())
        self._started_ns = self._clock()
        run = current_run(outer)
        if run is not None:
            # Not given to the span as it starts: the SDK would look through each once more.
            self._makers.append(run.own_attributes)
            if not trace.get_current_span(outer).get_span_context().is_valid:
                self._makers.append(run.trace_tags)
        span = _tracer(provider).start_span(
            self._name, outer, self.kind, self._request(), start_time=self._started_ns
        )
        self._span, self._outer = span, outer
        inner = trace.set_span_in_context(span, outer)
        otel_context.attach(otel_context.set_value(CURRENT_STEP, self, inner))
        if span.is_recording():
            self._sieve = sieve_of(provider)
            self._keep_input()

    @property
    def _captures(self) -> bool:
        """Whether the span is kept, and may say anything of what goes in and out."""
        return self._sieve is not None and self._sieve.capture.content != "none"

    def _later(self, what: str, make: Callable[[Any], Attributes], value: object) -> None:
        """Have attributes made of a value as it is now, when somebody reads the span."""
        self._makers.append(self._kept(what, make, value))

    def _kept(self, what: str, make: Callable[[Any], Attributes], value: object) -> Make:
        """Return what makes attributes of a value as it is now."""
        return nothing if self._sieve is None else later(what, make, value, self._sieve)

    @quietly
    def _take(self, attributes: Callable[[], Attributes]) -> None:
        self._attributes |= attributes()

    @quietly
    def _finish(self) -> None:
        span, sieve = self._span, self._sieve
        if sieve is None or not span.is_recording():
            return
        self._take(self._outcome)
        if self._failure is not None:
            self._attributes[conventions.ERROR_TYPE] = self._failure[0]
            self._finish_failed(span, sieve)
        elif sets_ok():
            span.set_status(OK)
        add_late(span, self._attributes, self._makers, sieve)

    def _finish_failed(self, span: Span, sieve: Sieve) -> None:
        kind, message = self._failure or ("", "")
        run = current_run(self._outer)
        salt = salt_of(run.attributes() if run else None, span.get_span_context())
        span.set_status(StatusCode.ERROR, sieve.text(self._failure_text(), salt))
        event = {conventions.EXCEPTION_TYPE: kind, conventions.EXCEPTION_MESSAGE: message}
        if self._stacktrace is not None:
            event[conventions.EXCEPTION_STACKTRACE] = self._stacktrace
        kept = sieve.event(conventions.EXCEPTION_EVENT, event, salt)
        span.add_event(conventions.EXCEPTION_EVENT, dict(kept), timestamp=self._clock())

    @quietly
    def _end(self) -> None:
        # Put the outer context back instead of detaching a token: `stop` may run in another thread
        # or task than `start`, where a token is not valid and this span is not the current one.
        if self._outer is not None and self._is_current(otel_context.get_current()):
            otel_context.attach(self._outer)
        if self._span.is_recording():
            self._span.end(end_time=self._clock())

    def _parent_context(self) -> otel_context.Context | None:
        """Return the context around a step that was stopped elsewhere and still looks current."""
        return self._outer if self._state == "stopped" else None

    def _is_current(self, context: otel_context.Context) -> bool:
        """Return whether the span of this step is the current one."""
        return trace.get_current_span(context) is self._span

    def _failure_text(self) -> str:
        return ": ".join(filter(None, self._failure or ()))


def _live(context: otel_context.Context) -> otel_context.Context:
    """Return the context without steps that have ended, in another thread or task, but stayed."""
    step = otel_context.get_value(CURRENT_STEP, context)
    while isinstance(step, StepHandle) and step._is_current(context):
        outer = step._parent_context()
        if outer is None:
            break
        context, step = outer, otel_context.get_value(CURRENT_STEP, outer)
    return context


def started(make: Callable[P, HandleT]) -> Callable[P, HandleT]:
    """Return the function that makes a handle and starts it at once."""

    @functools.wraps(make)
    def start(*args: P.args, **kwargs: P.kwargs) -> HandleT:
        return make(*args, **kwargs).start()

    return start


@functools.cache
def sets_ok() -> bool:
    """Return whether a step that went well says so; the variable is read once."""
    return switched_on(environment.STATUS_OK)


@functools.lru_cache(maxsize=8)
def _tracer(provider: TracerProvider) -> Tracer:
    return provider.get_tracer(SCOPE, VERSION)
