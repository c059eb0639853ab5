"""HTTP requests that bear with a busy server, up to a deadline."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

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
TITLE: Final = re.compile(r"<title[^>]*>(.*?)</title>", re.DOTALL | re.IGNORECASE)
SHOWN: Final = 300
"""Characters of a server's answer that go into a message."""


class ServerError(Exception):
    """A server answered a question with something else than the answer: an error, or no sense."""


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
        except httpx.RequestError as error:  # also an answer that cannot be decoded
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


def first_answer(
    ask: Callable[[], httpx.Response], *, server: str, url: str, patience: Patience
) -> httpx.Response:
    """Return the answer to a first question: a busy server is borne with, one away is an error."""

    def asked() -> httpx.Response:
        try:
            return ask()
        except (httpx.RequestError, httpx.InvalidURL) as error:
            raise unreachable(server, url, str(error) or type(error).__name__) from error

    try:
        return patiently(asked, patience=patience)
    except GaveUp as error:
        raise SurroundingsError(
            f"{server} at {url} is too busy to answer ({error})",
            fix="Run the same command again when it is not.",
        ) from error


def require_reachable(
    client: httpx.Client, server: str, path: str, *, patience: Patience | None = None
) -> None:
    """Raise when a server does not answer its health check, naming its address."""
    url = str(client.base_url)
    answer = first_answer(
        lambda: client.get(path, timeout=10),
        server=server,
        url=url,
        patience=patience or Patience(),
    )
    if page_title(answer) == "Phoenix" and server == "mlflow":
        raise SurroundingsError(
            f"that is a Phoenix, not an MLflow: {url}",
            fix=f"Name it as what it is: --phoenix {url}",
        )
    if not answer.is_success:
        raise unreachable(server, url, refusal(answer))


def unreachable(server: str, url: str, reason: str) -> SurroundingsError:
    """Return the error that a server does not answer, with what starts one."""
    return SurroundingsError(
        f"{server} does not answer at {url} ({reason})",
        fix=f"Start it on this machine: midspan up {server}. "
        "Behind a private certificate, name it: --ca FILE",
    )


def told(answer: httpx.Response, *fields: str) -> Any:
    """Return what an answer says, an object that has these fields.

    Something in between may answer in the server's place: a page, half of a body, or nothing.
    """
    path = answer.request.url.path
    if not answer.is_success:
        raise ServerError(f"{path} answered {refusal(answer)}")
    try:
        found = answer.json()
    except ValueError as error:
        raise ServerError(f"{path} answered what is no JSON: {refusal(answer)}") from error
    lacking = [one for one in fields if not isinstance(found, dict) or found.get(one) is None]
    if lacking:
        raise ServerError(f"{path} answered without {lacking[0]!r}: {refusal(answer)}")
    return found


def page_title(answer: httpx.Response) -> str | None:
    """Return how a page is called; None for any other answer."""
    found = TITLE.search(answer.text)
    return " ".join(found[1].split())[:SHOWN] if found else None


def refusal(answer: httpx.Response) -> str:
    """Return what the server said, short; of a page its title."""
    if title := page_title(answer):
        return f"HTTP {answer.status_code}: a page called {title!r}"
    return f"HTTP {answer.status_code}: {' '.join(answer.text.split())[:SHOWN]}".rstrip(": ")


def retry_after(answer: httpx.Response) -> float:
    """Return the seconds the server asks to wait; 0 when it does not say, or says a date."""
    value = answer.headers.get("retry-after", "")
    return float(value) if value.isdecimal() else 0.0
