"""Phoenix's REST interface, as far as publishing needs it."""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

import httpx
import msgspec

from midspan.instrumentation import environment
from midspan.pipelines.publish.exchange import (
    SHOWN,
    GaveUp,
    Patience,
    ServerError,
    first_answer,
    page_title,
    patiently,
    refusal,
    told,
)
from midspan.scorers.errors import SurroundingsError

OLDEST: Final = (20, 0)
"""Earlier versions lack requests that publishing needs: traces by id, experiments that change."""

VERSION_HEADER: Final = "x-phoenix-server-version"
VERSION_PATH: Final = "/arize_phoenix_version"
"""Says the same where something in between does not pass the header on."""

JSON: Final = {"content-type": "application/json"}
VERSION: Final = re.compile(r"\d+\.\d+[\w.+-]*")
REFUSED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


SET_TOKEN: Final = f"set one of its API keys: export {environment.PHOENIX_TOKEN}=..."


class Gone(ServerError):
    """The server gave no answer; what is left need not be tried."""


class Phoenix:
    """A Phoenix that is asked with patience; an answer other than asked for is an error."""

    def __init__(self, client: httpx.Client, patience: Patience) -> None:
        self.client = client
        self.patience = patience

    def require_usable(self) -> None:
        """Raise where the server does not answer, is too old, or refuses whoever asks."""
        answer = self._first("/v1/projects", {"limit": 1})
        version = _version(answer) or _version(self._first(VERSION_PATH, {}))
        if answer.status_code in REFUSED:
            raise _unauthorised(self.client, answer)
        if version is not None and _numbers(version) < OLDEST:
            oldest = ".".join(map(str, OLDEST))
            raise SurroundingsError(
                f"Phoenix {version} at {self.client.base_url} is too old; {oldest} is the oldest",
                fix="Upgrade it: pip install --upgrade arize-phoenix",
            )
        if version is None and (title := self._title()) and "MLflow" in title:
            raise SurroundingsError(
                f"that is an MLflow, not a Phoenix: {self.client.base_url}",
                fix=f"Name it as what it is: --mlflow {self.client.base_url}",
            )
        if version is None or not answer.is_success:
            reason = "it does not say its version" if answer.is_success else refusal(answer)
            raise SurroundingsError(
                f"no Phoenix answers at {self.client.base_url} ({reason})",
                fix="Look at the address, and at the log of the server.",
            )

    def _first(self, path: str, query: Mapping[str, Any]) -> httpx.Response:
        return first_answer(
            lambda: self.client.get(path, params=query),
            server="phoenix",
            url=str(self.client.base_url),
            patience=self.patience,
        )

    def _title(self) -> str | None:
        """Return what the server's page is called: that of another server may answer."""
        return page_title(self._first("/", {}))

    def ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        """Return the answer to a request, whatever it is; a server that gives none is `Gone`."""
        if "json" in how:
            how["content"] = msgspec.json.encode(how.pop("json"))
            how["headers"] = JSON
        try:
            answer = patiently(
                lambda: self.client.request(method, path, **how), patience=self.patience
            )
        except GaveUp as error:
            raise Gone(f"phoenix gave no answer ({error})") from error
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            raise Gone(f"phoenix {_refuses(self.client)} (HTTP 401): {SET_TOKEN}")
        return answer

    def get(self, path: str, **query: Any) -> Any:
        """Return what stands at a path: an object with `data`."""
        return told(self.ask("GET", path, params=query), "data")

    def found(self, path: str, **query: Any) -> Any | None:
        """Return what stands at a path, None where there is nothing."""
        answer = self.ask("GET", path, params=query)
        return None if answer.status_code == HTTPStatus.NOT_FOUND else told(answer, "data")

    def send(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Return the answer to something sent; it need not say anything."""
        how = {} if body is None else {"json": body}
        answer = self.ask(method, path, params=query, **how)
        return told(answer) if answer.content or not answer.is_success else None

    def made(self, path: str, body: Any, **query: Any) -> Any:
        """Return what the server made of something that is sent to it."""
        return told(self.ask("POST", path, params=query, json=body), "data")["data"]

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
        body = {"query": mutation, "variables": variables}
        answer = told(self.ask("POST", "/graphql", json=body), "data")
        if answer.get("errors"):
            raise ServerError(f"/graphql answered {answer['errors']}"[:SHOWN])
        return answer["data"]

    def projects(self) -> dict[str, str]:
        """Return the ids of all projects by their names."""
        return {row["name"]: row["id"] for row in self.pages("/v1/projects", limit=100)}


def _version(answer: httpx.Response) -> str | None:
    """Return the version that an answer names, in its header or as all that it says."""
    told: str = answer.headers.get(VERSION_HEADER) or (answer.text if answer.is_success else "")
    return told.strip() if VERSION.fullmatch(told.strip()) else None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def _unauthorised(client: httpx.Client, answer: httpx.Response) -> SurroundingsError:
    return SurroundingsError(
        f"phoenix at {client.base_url} {_refuses(client)} (HTTP {answer.status_code})",
        fix=SET_TOKEN[0].upper() + SET_TOKEN[1:],
    )


def _refuses(client: httpx.Client) -> str:
    given = "authorization" in client.headers
    return "refuses the token" if given else "asks for a token"
