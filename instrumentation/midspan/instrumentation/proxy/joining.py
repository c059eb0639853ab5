"""Which run a request belongs to, and what is known about that run."""

import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any, Final

from opentelemetry.baggage.propagation import W3CBaggagePropagator

from midspan.instrumentation.proxy.exchange import Exchange
from midspan.instrumentation.proxy.headers import SESSIONS
from midspan.instrumentation.proxy.history import History
from midspan.instrumentation.proxy.wire import Asked
from midspan.instrumentation.run_context import RunContext

HEADERS: Final = {
    "x-midspan-run": "run_id",
    **{f"x-midspan-{each.name}": each.name for each in fields(RunContext) if each.name != "run_id"},
}
"""Header -> what it says about the run."""


class Joining:
    """Finds the run of each request; the first that exists says which.

    The path, with all that was declared of its run, the header, baggage, what the proxy was started
    with, the session, and the conversation that the request repeats; else it begins a run.
    """

    def __init__(
        self,
        known: RunContext,
        *,
        new_run_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        """Keep what holds for every run."""
        self._known = known
        self._new_run_id = new_run_id
        self._history = History()

    def run_of(self, exchange: Exchange, asked: Asked) -> RunContext:
        """Return the run of a request."""
        if exchange.declared is not None:
            return exchange.declared
        context = self._told(exchange.headers)
        if exchange.run is not None:
            return replace(context, run_id=exchange.run)
        if context.run_id is not None:
            return context
        session = _session(exchange.headers) or asked.session
        if session is not None:
            return replace(context, run_id=session_run_id(session))
        found = self._history.run_of(asked.turns, asked.follows)
        return replace(context, run_id=found or self._new_run_id())

    def remember(
        self, run: RunContext, asked: Asked, reply: list[str], response_id: str | None
    ) -> None:
        """Keep how the conversation stands after a reply; no words and no id for none."""
        assert run.run_id is not None
        if reply or response_id is not None:
            self._history.answered(run.run_id, asked.turns, reply, response_id)
        else:
            self._history.unanswered(run.run_id, asked.turns)

    def _told(self, headers: Mapping[str, str]) -> RunContext:
        told: dict[str, Any] = {}
        baggage = W3CBaggagePropagator().extract({"baggage": headers.get("baggage", "")})
        carried = RunContext.from_baggage(baggage)
        if carried is not None:
            told = {each.name: getattr(carried, each.name) for each in fields(carried)}
            told = {name: value for name, value in told.items() if value is not None}
        told |= {name: headers[header] for header, name in HEADERS.items() if headers.get(header)}
        return replace(self._known, **told) if told else self._known


def session_run_id(session: str) -> str:
    """Return the run id of a session, the one that ingest gives its spans as well."""
    return hashlib.blake2b(b"session\0" + session.encode(), digest_size=16).hexdigest()


def _session(headers: Mapping[str, str]) -> str | None:
    return next((headers[name] for name in SESSIONS if headers.get(name)), None)
