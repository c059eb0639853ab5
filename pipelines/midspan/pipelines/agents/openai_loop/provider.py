"""Asks the model, again where that may help, and says plainly why it got no answer."""

import http.client
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

REQUEST_SECONDS: Final = 600
LONGEST_WAIT: Final = 30.0
"""Seconds between two requests, whatever the server asks for."""
RETRY_HEADER: Final = "x-stainless-retry-count"
"""The header in which OpenAI's clients say how often they have sent this request before."""

_WORTH_RETRYING: Final = frozenset({408, 409, 425, 429})


class ProviderError(Exception):
    """The model gave no answer, also when it was asked again."""


@dataclass(frozen=True)
class Reply:
    """One response of the server."""

    status: int
    body: Any
    """As decoded; text where it is no JSON."""
    retry_after: str | None = None

    @property
    def message(self) -> Mapping[str, Any] | None:
        """The message of the model, where there is one."""
        try:
            message = self.body["choices"][0]["message"]
        except (KeyError, IndexError, TypeError):
            return None
        return message if self.status < 400 and isinstance(message, dict) else None

    def problem(self) -> str:
        """Return what is wrong with it, in words."""
        error = self.body.get("error") if isinstance(self.body, dict) else None
        said = error.get("message") if isinstance(error, dict) else error
        said = said or (self.body if isinstance(self.body, str) else "")
        if self.status < 400:
            return f"{self.status} without a message of the model: {str(said)[:300]}".rstrip(": ")
        return f"{self.status}: {str(said)[:500]}".rstrip(": ")


@dataclass(kw_only=True)
class Provider:
    """A server of OpenAI's chat API."""

    base_url: str
    key: str
    retries: int = 0
    sleep: Callable[[float], None] = time.sleep
    retried: int = field(default=0, init=False)
    """How many requests were sent again."""

    def ask(
        self, request: Mapping[str, Any], *, headers: Mapping[str, str] | None = None, attempt: int
    ) -> Reply:
        """Return the response to one request; no connection is a `ProviderError`."""
        parts = urlsplit(self.base_url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else None
        connection = (kind or http.client.HTTPConnection)(parts.netloc, timeout=REQUEST_SECONDS)
        sent = {
            "content-type": "application/json",
            "accept": "application/json",
            "authorization": f"Bearer {self.key}",
            RETRY_HEADER: str(attempt),
            **(headers or {}),
        }
        try:
            path = f"{parts.path.rstrip('/')}/chat/completions"
            connection.request("POST", path, json.dumps(request).encode(), sent)
            response = connection.getresponse()
            data, after = response.read(), response.getheader("retry-after")
        except (OSError, http.client.HTTPException) as error:
            why = str(error) or type(error).__name__
            raise ProviderError(f"no answer from {parts.scheme}://{parts.netloc}: {why}") from None
        finally:
            connection.close()
        return Reply(response.status, _decoded(data), after)

    def may_retry(self, attempt: int, reply: Reply | None) -> bool:
        """Return whether a request is to be sent again that has had no answer, or this one."""
        if attempt >= self.retries:
            return False
        return reply is None or reply.status >= 500 or reply.status in _WORTH_RETRYING

    def wait(self, attempt: int, reply: Reply | None) -> None:
        """Wait before a request is sent again: as the server asks, else longer each time."""
        self.retried += 1
        asked = reply.retry_after if reply is not None else None
        try:
            seconds = float(asked or "")
        except ValueError:
            seconds = 0.5 * 2**attempt
        self.sleep(min(max(seconds, 0.0), LONGEST_WAIT))


def _decoded(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return data.decode(errors="replace")
