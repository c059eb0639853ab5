"""Phoenix's REST interface, as far as publishing needs it."""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

import httpx
import msgspec

from midspan.instrumentation import environment
from midspan.pipelines.publish.exchange import GaveUp, Patience, patiently, refusal
from midspan.pipelines.publish.span_server import ServerError
from midspan.scorers.errors import SurroundingsError

OLDEST: Final = (20, 0)
"""Earlier versions lack requests that publishing needs: traces by id, experiments that change."""

VERSION_HEADER: Final = "x-phoenix-server-version"
VERSION_PATH: Final = "/arize_phoenix_version"
"""Says the same where something in between does not pass the header on."""

JSON: Final = {"content-type": "application/json"}
VERSION: Final = re.compile(r"\d+\.\d+[\w.+-]*")
REFUSED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class Gone(ServerError):
    """The server gave no answer; what is left need not be tried."""


class Phoenix:
    """A Phoenix that is asked with patience; an answer other than asked for is an error."""

    def __init__(self, client: httpx.Client, patience: Patience) -> None:
        self.client = client
        self.patience = patience

    def require_usable(self) -> None:
        """Raise where the server does not answer, is too old, or refuses whoever asks."""
        try:
            answer = self.client.get("/v1/projects", params={"limit": 1})
            version = _version(answer) or _version(self.client.get(VERSION_PATH))
        except (httpx.TransportError, httpx.UnsupportedProtocol) as error:
            raise _unreachable(self.client, str(error) or type(error).__name__) from error
        if answer.status_code in REFUSED:
            raise _unauthorised(self.client, answer)
        if version is not None and _numbers(version) < OLDEST:
            oldest = ".".join(map(str, OLDEST))
            raise SurroundingsError(
                f"Phoenix {version} at {self.client.base_url} is too old; {oldest} is the oldest",
                fix="Upgrade it: pip install --upgrade arize-phoenix",
            )
        if version is None or not answer.is_success:
            reason = "it does not say its version" if answer.is_success else refusal(answer)
            raise SurroundingsError(
                f"no Phoenix answers at {self.client.base_url} ({reason})",
                fix="Look at the address, and at the log of the server.",
            )

    def ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        """Return the answer to a request, whatever it is; a server that gives none is `Gone`."""
        if "json" in how:
            how["content"] = msgspec.json.encode(how.pop("json"))
            how["headers"] = JSON
        try:
            return patiently(
                lambda: self.client.request(method, path, **how), patience=self.patience
            )
        except GaveUp as error:
            raise Gone(f"phoenix gave no answer ({error})") from error

    def get(self, path: str, **query: Any) -> Any:
        """Return what stands at a path."""
        return _json(self.ask("GET", path, params=query))

    def found(self, path: str, **query: Any) -> Any | None:
        """Return what stands at a path, None where there is nothing."""
        answer = self.ask("GET", path, params=query)
        return None if answer.status_code == HTTPStatus.NOT_FOUND else _json(answer)

    def send(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Return the answer to something sent."""
        how = {} if body is None else {"json": body}
        return _json(self.ask(method, path, params=query, **how))

    def pages(self, path: str, **query: Any) -> Iterator[Any]:
        """Yield the rows of all pages."""
        cursor: dict[str, str] = {}
        while True:
            page = self.get(path, **query, **cursor)
            yield from page["data"]
            if not page.get("next_cursor"):
                return
            cursor = {"cursor": page["next_cursor"]}

    def mutate(self, mutation: str, variables: Mapping[str, Any]) -> Any:
        """Return what a GraphQL mutation gives: for what REST has no request."""
        answer = self.send("POST", "/graphql", {"query": mutation, "variables": variables})
        if answer.get("errors"):
            raise ServerError(f"/graphql answered {answer['errors'][0].get('message')}")
        return answer["data"]

    def projects(self) -> dict[str, str]:
        """Return the ids of all projects by their names."""
        return {row["name"]: row["id"] for row in self.pages("/v1/projects", limit=100)}


def _json(answer: httpx.Response) -> Any:
    if not answer.is_success:
        raise ServerError(f"{answer.request.url.path} answered {refusal(answer)}")
    try:
        return answer.json() if answer.content else None
    except ValueError as error:
        raise ServerError(f"{answer.request.url.path} answered what is no JSON") from error


def _version(answer: httpx.Response) -> str | None:
    """Return the version that an answer names, in its header or as all that it says."""
    told: str = answer.headers.get(VERSION_HEADER) or (answer.text if answer.is_success else "")
    return told.strip() if VERSION.fullmatch(told.strip()) else None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def _unreachable(client: httpx.Client, reason: str) -> SurroundingsError:
    return SurroundingsError(
        f"phoenix does not answer at {client.base_url} ({reason})",
        fix="Start it on this machine: midspan up phoenix. "
        "Behind a private certificate, name it: --ca FILE",
    )


def _unauthorised(client: httpx.Client, answer: httpx.Response) -> SurroundingsError:
    given = "authorization" in client.headers
    what = "refuses the token" if given else "asks for a token"
    return SurroundingsError(
        f"phoenix at {client.base_url} {what} (HTTP {answer.status_code})",
        fix=f"Set one of its API keys: export {environment.PHOENIX_TOKEN}=...",
    )
