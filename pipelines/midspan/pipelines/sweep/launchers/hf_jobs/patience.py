"""Asks the Hub again when it stumbles: what passes is never taken for an end."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

Result = TypeVar("Result")

PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which the same request may well be answered."""

TOO_MANY: Final = 429
_OF_TRANSFER: Final = re.compile(r"HTTP status (?:client|server) error \((\d{3})\b")
"""How the library that moves contents tells a refusal: as a `ConnectionError`."""
_WINDOW: Final = re.compile(r"\bt\s*=\s*(\d+)")
"""In `ratelimit: "api";r=0;t=55`: seconds until requests are counted anew."""
LONGEST_ASKED: Final = 300.0
"""Seconds that the Hub can have us wait."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How often a request is sent, and how long between."""

    tries: int = 7
    first: float = 1.0
    """Seconds before the second try; twice as many before each further one."""
    longest: float = 30.0
    sleep: Callable[[float], None] = time.sleep

    def with_(
        self, ask: Callable[[], Result], *, again: Callable[[], None] | None = None
    ) -> Result:
        """Return the answer; `again` is called before each further try, and may raise.

        The last error is raised where the tries are used up, any other at once.
        """
        for number in range(self.tries):
            try:
                return ask()
            except Exception as error:
                if number + 1 == self.tries or not is_passing(error):
                    raise
                self.sleep(self._pause(number, error))
            if again is not None:
                again()
        raise AssertionError("a request is sent at least once")

    def _pause(self, number: int, error: Exception) -> float:
        doubled = min(self.longest, self.first * 2.0**number)
        return max(doubled, min(LONGEST_ASKED, asked_pause(error)))


def is_passing(error: Exception) -> bool:
    """Return whether the same request may be answered a moment later."""
    import httpx2

    if (status := status_of(error)) is not None:
        return status in PASSING
    return isinstance(error, (httpx2.TransportError, ConnectionError, TimeoutError))


def status_of(error: Exception) -> int | None:
    """Return the HTTP status of a refusal by the Hub; None where there was no answer."""
    response = getattr(error, "response", None)
    status = getattr(response, "status_code", None)
    if isinstance(status, int):
        return status
    told = _OF_TRANSFER.search(str(error))
    return int(told[1]) if told else None


def asked_pause(error: Exception) -> float:
    """Return for how many seconds the Hub wants to be left alone; 0 where it does not say."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    after = str(headers.get("retry-after", ""))
    if after.isdecimal():
        return float(after)
    window = _WINDOW.search(str(headers.get("ratelimit", "")))
    return float(window[1]) if window and status_of(error) == TOO_MANY else 0.0
