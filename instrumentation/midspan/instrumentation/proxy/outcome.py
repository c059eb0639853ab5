"""What came of a request: the reply as far as it came, and what went wrong."""

from dataclasses import dataclass
from typing import Final

from midspan.instrumentation.proxy.exchange import Exchange
from midspan.instrumentation.proxy.wire import read_reply
from midspan.instrumentation.proxy.wire.asked import Json, items_of
from midspan.instrumentation.proxy.wire.reading import Unreadable
from midspan.instrumentation.proxy.wire.sse import is_over

CANCELLED: Final = "cancelled"
LEFT: Final = "the client closed the connection before the reply ended"
STOPPED: Final = "the proxy was stopped before the reply ended"
Failure = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A reply in the form of a chat completion, and the failure if there was one."""

    completion: Json
    failure: Failure | None = None
    not_recorded: str | None = None

    @property
    def answered(self) -> bool:
        """Return whether the model said anything."""
        return bool(self.completion.get("choices"))


def outcome_of(exchange: Exchange, *, most: int, request_problem: str | None) -> Outcome:
    """Return what came of a request whose own body was read, or not for some reason."""
    completion, problem = _completion(exchange, most)
    failure = _failure(exchange, completion)
    choices = [each for each in items_of(completion.get("choices")) if _says_anything(each)]
    if exchange.ending == "client_left" and failure is not None:
        for choice in choices:
            # Without a reason to stop, a reply that broke off would look like none at all.
            choice["finish_reason"] = choice.get("finish_reason") or CANCELLED
    said = [f"{name}: {why}" for name, why in _problems(request_problem, problem)]
    return Outcome(
        completion=completion | {"choices": choices, "error": None},
        failure=failure,
        not_recorded="; ".join(said) or None,
    )


def _problems(*both: str | None) -> list[tuple[str, str]]:
    named = zip(("request", "reply"), both, strict=True)
    return [(name, why) for name, why in named if why is not None]


def _completion(exchange: Exchange, most: int) -> tuple[Json, str | None]:
    if exchange.ending == "unreachable" or not exchange.response.size:
        return {}, None
    body = exchange.response.whole()
    if body is None:
        return {}, f"its body of {exchange.response.size:,} bytes could not be kept"
    try:
        completion = read_reply(
            exchange.api,
            body,
            coding=exchange.response_coding,
            content_type=exchange.content_type,
            most=most,
        )
    except Unreadable as error:
        return {}, str(error)
    return completion, None


def _says_anything(choice: Json) -> bool:
    message = choice.get("message")
    return bool(choice.get("finish_reason")) or (
        isinstance(message, dict) and any(v for k, v in message.items() if k != "role")
    )


def _failure(exchange: Exchange, completion: Json) -> Failure | None:
    error = completion.get("error")
    if error:
        return _told(error, exchange.status)
    if exchange.ending in ("upstream_broke", "unreachable"):
        return exchange.ending.replace("unreachable", "upstream_unreachable"), str(exchange.problem)
    if exchange.status is not None and exchange.status >= 400:
        detail = completion.get("detail") or completion.get("message") or ""
        return str(exchange.status), str(detail) or f"HTTP status {exchange.status}"
    if exchange.ending == "complete" or is_over(exchange.response.whole() or b""):
        return None
    return ("client_left", LEFT) if exchange.ending == "client_left" else ("stopped", STOPPED)


def _told(error: object, status: int | None) -> Failure:
    """Return type and message of an error as an API tells it."""
    failed = str(status) if status is not None and status >= 400 else "error"
    if not isinstance(error, dict):
        return failed, str(error)
    kind = error.get("type") or error.get("code") or failed
    return str(kind), str(error.get("message") or "")
