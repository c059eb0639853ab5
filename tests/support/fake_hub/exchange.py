"""A request, and what may be answered to it."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.fake_hub.accounts import Account


@dataclass(frozen=True, kw_only=True)
class Request:
    method: str
    path: str
    query: Mapping[str, list[str]]
    body: bytes
    account: Account
    base: str
    """Address of the Hub."""

    def json(self) -> Any:
        return json.loads(self.body or b"{}")

    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.body.splitlines() if line.strip()]


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    events: Iterable[bytes] | None = None
    """Sent one by one as they come, instead of a body."""


Handle = Callable[..., Answer]
"""Takes the request, and what the groups of the path matched."""


@dataclass(frozen=True)
class Route:
    method: str
    pattern: re.Pattern[str]
    handle: Handle


def route(method: str, pattern: str, handle: Handle) -> Route:
    return Route(method, re.compile(pattern), handle)


def answer(value: Any, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    kind = {"Content-Type": "application/json"}
    return Answer(status=status, body=json.dumps(value).encode(), headers=kind | named)


def refused(status: int, message: str, code: str | None = None) -> Answer:
    headers = {"X_Error_Message": message} | ({"X_Error_Code": code} if code else {})
    return answer({"error": message}, status, **headers)


class Refusal(Exception):
    """Ends the handling of a request with an answer."""

    def __init__(self, status: int, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.answer = refused(status, message, code)
