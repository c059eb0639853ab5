"""What came of one check."""

from dataclasses import dataclass
from typing import Final

LONGEST_DETAIL: Final = 2_000
"""Characters that are kept of what a check says."""

LONGEST_QUOTE: Final = 80


@dataclass(frozen=True)
class Verdict:
    """Whether a check holds, with what a person wants to know; None: it could not be run."""

    passed: bool | None
    detail: str | None = None

    def shortened(self) -> "Verdict":
        """Return the verdict with a detail that fits into a table."""
        return Verdict(self.passed, self.detail and shortened(self.detail, LONGEST_DETAIL))


HOLDS: Final = Verdict(True)


def fails(why: str) -> Verdict:
    """Return that a check does not hold."""
    return Verdict(False, why)


class CannotCheckError(Exception):
    """A check that cannot be run: it neither holds nor fails; the text says why."""


class FailedCheckError(Exception):
    """A check that fails before what it compares could be had; the text says why."""


def quoted(text: str) -> str:
    """Return the text in quotes, cut where it is long."""
    return repr(shortened(text, LONGEST_QUOTE))


def shortened(text: str, most: int) -> str:
    """Return the text, its end cut off where it has more characters than that."""
    return text if len(text) <= most else f"{text[: most - 3]}..."
