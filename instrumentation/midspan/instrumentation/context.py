"""Which run the present code belongs to: set with `run`, or told by a parent process or caller.

The first that exists holds: an enclosing `run`, OpenTelemetry baggage, the environment variables.
"""

import functools
import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, Final

from opentelemetry import trace
from opentelemetry.context import Context

from midspan.instrumentation.interruptions import let_through
from midspan.instrumentation.losses import recorded
from midspan.instrumentation.run_context import RunContext

logger = logging.getLogger(__name__)

TELEMETRY: Final = "_midspan_telemetry"
"""Attribute of a tracer provider: the handle on what `setup` has added to it."""


@dataclass(eq=False)
class Scope:
    """One `run` block: its context, and what is to be done when it is left."""

    context: RunContext
    at_exit: dict[object, Callable[[], None]] = field(default_factory=dict)
    """By who wants to know, so that each asks once."""


_scope: ContextVar[Scope | None] = ContextVar("midspan_run", default=None)


@contextmanager
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
) -> Iterator[RunContext]:
    """Yield the run that all spans started inside belong to; its spool file closes at the end.

    What is not given is taken from the run around it. The run id is a fresh one, unless a parent
    process or caller has told this process which run it works for.

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
