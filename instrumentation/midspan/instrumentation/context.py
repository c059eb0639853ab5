"""Which run the present code belongs to: set with `run`, or told by a parent process or caller.

The first that exists holds: an enclosing `run`, OpenTelemetry baggage, the environment variables.
"""

import contextvars
import functools
import inspect
import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ContextDecorator, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, ParamSpec, TypeVar, cast

from opentelemetry import trace
from opentelemetry.context import Context

from midspan.instrumentation.capture.current import TELEMETRY
from midspan.instrumentation.interruptions import let_through
from midspan.instrumentation.losses import recorded
from midspan.instrumentation.run_context import RunContext

P = ParamSpec("P")
ResultT = TypeVar("ResultT")
FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])

logger = logging.getLogger(__name__)


@dataclass(eq=False)
class Scope:
    """One `run` block: its context, and what is to be done when it is left."""

    context: RunContext
    at_exit: dict[object, Callable[[], None]] = field(default_factory=dict)
    """By who wants to know, so that each asks once."""


_scope: ContextVar[Scope | None] = ContextVar("midspan_run", default=None)


class RunBlock(ContextDecorator):
    """What `run` gives back: a block, or a decorator that puts each call into a run of its own."""

    def __init__(self, begin: Callable[[], AbstractContextManager[RunContext]]) -> None:
        """Keep how a run begins."""
        self._begin = begin
        self._entered: list[AbstractContextManager[RunContext]] = []

    def __enter__(self) -> RunContext:
        """Begin a run, and return it."""
        block = self._begin()
        context = block.__enter__()
        self._entered.append(block)
        return context

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        """End the run; an exception goes on its way."""
        self._entered.pop().__exit__(kind, error, where)

    def __call__(self, function: FunctionT) -> FunctionT:
        """Return the function, plain or async, with each call in a run of its own."""
        if not inspect.iscoroutinefunction(function):
            return super().__call__(function)

        @functools.wraps(function)
        async def call(*args: Any, **kwargs: Any) -> Any:
            with self._recreate_cm():
                return await function(*args, **kwargs)

        return cast(FunctionT, call)

    def _recreate_cm(self) -> "RunBlock":
        # Calls may overlap, in tasks and threads: each has a block of its own.
        return RunBlock(self._begin)


def run(
    context: RunContext | None = None,
    /,
    *,
    run_id: str | None = None,
    experiment: str | None = None,
    task: str | None = None,
    model: str | None = None,
    revision: str | None = None,
    tier: str | None = None,
    trial: int | None = None,
    harness: str | None = None,
    launch: int | None = None,
    new_run_id: Callable[[], str] = lambda: uuid.uuid4().hex,
) -> RunBlock:
    """Return a block, or decorator: the run that all spans started inside belong to.

    Its spool file closes at the end. What is not given is taken from the run around it. The run id
    is a fresh one, unless a parent process or caller has told this process which run it works for.

    Example:
        >>> with run(experiment="shop", task="refund", trial=0, run_id="0" * 32) as context:
        ...     context.environment()["MIDSPAN_TASK"]
        'refund'
    """
    given: dict[str, Any] = {
        "run_id": run_id,
        "experiment": experiment,
        "task": task,
        "model": model,
        "revision": revision,
        "tier": tier,
        "trial": trial,
        "harness": harness,
        "launch": launch,
    }
    return RunBlock(lambda: _block(context, given, new_run_id))


@contextmanager
def _block(
    context: RunContext | None, given: dict[str, Any], new_run_id: Callable[[], str]
) -> Iterator[RunContext]:
    outer = _scope.get()
    inner = recorded("run", lambda: _inner(context, outer, given), RunContext())
    if inner.run_id is None:
        inner = replace(inner, run_id=new_run_id())
    scope = Scope(inner)
    _scope.set(scope)
    try:
        yield inner
    finally:
        # Not reset(token): a block may be left in another context than it was entered in.
        _scope.set(outer)
        _leave(scope)


def carried(function: Callable[P, ResultT]) -> Callable[P, ResultT]:
    """Return the function, to be called by a thread, with the run and the step of now around it.

    A thread that is begun in a `run` block knows nothing of it by itself.

    Example:
        >>> import concurrent.futures
        >>> with run(task="refund"), concurrent.futures.ThreadPoolExecutor() as pool:
        ...     [context] = pool.map(carried(lambda _: current_run()), [1])
        >>> context.task
        'refund'
    """
    here = contextvars.copy_context()

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> ResultT:
        # A copy for each call, as two threads cannot be in one at the same time.
        return here.copy().run(function, *args, **kwargs)

    return call


def current_run(context: Context | None = None) -> RunContext | None:
    """Return the run that the present code belongs to, or None."""
    scope = _scope.get()
    if scope is not None:
        return scope.context
    return RunContext.from_baggage(context) or _process_run()


def current_scope() -> Scope | None:
    """Return the innermost `run` block, or None outside any."""
    return _scope.get()


@functools.cache
def environment_run() -> RunContext | None:
    """Return the run that this process was started for; the variables are read once."""
    return RunContext.from_environment()


def _process_run() -> RunContext | None:
    telemetry = getattr(trace.get_tracer_provider(), TELEMETRY, None)
    experiment = telemetry.experiment if telemetry is not None else None
    return _told_with(experiment) if experiment else environment_run()


@functools.lru_cache(maxsize=8)
def _told_with(experiment: str) -> RunContext:
    return replace(environment_run() or RunContext(), experiment=experiment)


def _inner(context: RunContext | None, outer: Scope | None, given: dict[str, Any]) -> RunContext:
    base = context or _without_run_id(outer) or current_run() or RunContext()
    return replace(base, **{name: value for name, value in given.items() if value is not None})


def _without_run_id(scope: Scope | None) -> RunContext | None:
    return replace(scope.context, run_id=None) if scope else None


def _leave(scope: Scope) -> None:
    for action in scope.at_exit.values():
        try:
            action()
        except Exception as error:
            let_through(error)
            logger.warning("could not finish run %s", scope.context.run_id, exc_info=True)
