"""What the Hub refuses, in words that say what mends it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from midspan.pipelines.sweep.launchers.hf_jobs.patience import PASSING, is_passing, status_of
from midspan.scorers.errors import MidspanError, SurroundingsError

TOKENS: Final = "https://huggingface.co/settings/tokens"
BILLING: Final = "https://huggingface.co/settings/billing"
FIXES: Final = {
    401: "Sign in again: hf auth login (or set HF_TOKEN).",
    402: f"Add credit at {BILLING}; the same command then goes on.",
    403: f"Use a token that may write and run jobs: {TOKENS}",
}
_LONGEST: Final = 300


class HubError(SurroundingsError):
    """What the Hub, or the way to it, refuses."""

    def __init__(self, message: str, *, fix: str | None = None, passing: bool = False) -> None:
        """Keep whether the same request may be answered later."""
        super().__init__(message, fix=fix)
        self.passing = passing
        self.uncertain = passing
        """Whether what was asked for may have been done all the same."""


@contextmanager
def explained(doing: str) -> Iterator[None]:
    """Turn what the client raises into an error that says what was being done."""
    try:
        yield
    except MidspanError:
        raise
    except Exception as error:
        found = refusal(error, doing)
        if found is None:
            raise
        raise found from error


def refusal(error: Exception, doing: str) -> HubError | None:
    """Return the error to show; None for one that is no answer of the Hub."""
    status = status_of(error)
    if status is None:
        if _is_of_transfer(error):
            fix = "Try again in a while; the same command then goes on."
            return HubError(f"{doing}: {_short(error)}", fix=fix, passing=True)
        if not is_passing(error):
            return None
        return HubError(
            f"{doing}: the Hub cannot be reached ({type(error).__name__}: {_short(error)})",
            fix="Look at the network; the same command then goes on.",
            passing=True,
        )
    said = f"{doing}: the Hub answers {status}: {_said(error)}"
    return HubError(said, fix=_fix(status), passing=is_passing(error))


def _fix(status: int) -> str | None:
    if status in PASSING:
        return "Try again in a while; the same command then goes on."
    return FIXES.get(status)


def _is_of_transfer(error: Exception) -> bool:
    """Return whether the library that moves contents of files has raised this."""
    return type(error).__module__.split(".")[0] == "hf_xet"


def _said(error: Exception) -> str:
    return _short(getattr(error, "server_message", None) or error)


def _short(value: object) -> str:
    words = " ".join(str(value).split())
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]} ..."
