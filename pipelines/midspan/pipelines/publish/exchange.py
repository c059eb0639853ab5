"""HTTP requests that bear with a busy server, up to a deadline."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import httpx

from midspan.scorers.errors import SurroundingsError

BUSY: Final = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
SHOWN: Final = 300
"""Characters of a server's answer that go into a message."""


class GaveUp(Exception):
    """The server stayed busy or unreachable until the deadline."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long a busy server is borne with, and how the waits grow; the clock can be replaced."""

    deadline: float = 60.0
    stall: float = 120.0
    """How long nothing new may be stored before the rest counts as lost."""

    first_wait: float = 0.2
    longest_wait: float = 5.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def post(
    client: httpx.Client,
    path: str,
    *,
    content: bytes,
    headers: Mapping[str, str],
    patience: Patience,
) -> httpx.Response:
    """Return the server's answer, asked again while it is busy or cannot be reached."""
    return patiently(
        lambda: client.post(path, content=content, headers=dict(headers)), patience=patience
    )


def patiently(ask: Callable[[], httpx.Response], *, patience: Patience) -> httpx.Response:
    """Return the answer to a question, asked again while the server is busy or away."""
    last = patience.clock() + patience.deadline
    wait = patience.first_wait
    while True:
        try:
            answer = ask()
        except httpx.TransportError as error:
            reason, asked = str(error) or type(error).__name__, 0.0
        else:
            if answer.status_code not in BUSY:
                return answer
            reason, asked = refusal(answer), retry_after(answer)
        pause = max(wait, asked)
        if patience.clock() + pause > last:
            raise GaveUp(f"{reason}, for {patience.deadline:g} s")
        patience.sleep(pause)
        wait = min(wait * 2, patience.longest_wait)


def require_reachable(client: httpx.Client, server: str, path: str) -> None:
    """Raise when a server does not answer its health check, naming its address."""
    try:
        answer = client.get(path, timeout=10)
    except (httpx.TransportError, httpx.UnsupportedProtocol) as error:
        reason = str(error) or type(error).__name__
    else:
        if answer.is_success:
            return
        reason = refusal(answer)
    raise SurroundingsError(
        f"{server} does not answer at {client.base_url} ({reason})",
        fix=f"Start it on this machine: midspan up {server}",
    )


def refusal(answer: httpx.Response) -> str:
    """Return what the server said, short."""
    return f"HTTP {answer.status_code}: {' '.join(answer.text.split())[:SHOWN]}".rstrip(": ")


def retry_after(answer: httpx.Response) -> float:
    """Return the seconds the server asks to wait; 0 when it does not say, or says a date."""
    value = answer.headers.get("retry-after", "")
    return float(value) if value.isdecimal() else 0.0
