"""Spans of what is over: begun and ended at given times, in a given context."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import context as otel_context
from opentelemetry.context import Context


class Moment:
    """A clock that is set by hand: to the times at which things passed."""

    def __init__(self, now_ns: int) -> None:
        """Begin at a time."""
        self.now_ns = now_ns

    def __call__(self) -> int:
        """Return the time."""
        return self.now_ns


@contextmanager
def within(context: Context) -> Iterator[None]:
    """Make a context the current one meanwhile."""
    token = otel_context.attach(context)
    try:
        yield
    finally:
        otel_context.detach(token)
