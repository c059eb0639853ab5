"""The Hub of Hugging Face: its client, and its refusals as errors that say what mends them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from midspan.scorers.errors import InvalidInput, SurroundingsError

if TYPE_CHECKING:
    from huggingface_hub import HfApi


def client() -> "HfApi":
    """Return the Hub's client, with the token of whoever is logged in."""
    with explained("the Hub"):
        from huggingface_hub import HfApi, get_token
    if get_token() is None:
        raise SurroundingsError(
            "no token of the Hub was found", fix="Log in (hf auth login), or set HF_TOKEN."
        )
    return HfApi()


def require_openness(repository: str, *, is_private: bool, public: bool) -> None:
    """Raise where others may read a repository than was asked for; that is never changed."""
    if is_private is not public:
        return
    if public:
        raise InvalidInput(
            f"{repository} is private, and stays so",
            fix="Leave out --public; its settings page on the Hub makes it public.",
        )
    raise InvalidInput(
        f"{repository} is public: everybody would read what the runs hold",
        fix="Name another one, or add --public.",
    )


@contextmanager
def explained(where: object) -> Iterator[None]:
    """Raise what the Hub or the way to it refuses, in a line."""
    try:
        from httpx2 import HTTPError
        from huggingface_hub.errors import HfHubHTTPError
    except ImportError as error:
        raise SurroundingsError(
            "the Hub's client is not installed", fix="pip install 'midspan[hub]'"
        ) from error
    try:
        yield
    except HfHubHTTPError as error:
        said = error.server_message or f"HTTP {error.response.status_code}"
        raise SurroundingsError(f"{where}: {said}", fix=_fix(error.response.status_code)) from error
    except HTTPError as error:
        raise SurroundingsError(
            f"{where}: {error}", fix="Is the Hub reachable from here?"
        ) from error


def _fix(status: int) -> str:
    if status in (401, 403):
        return "The token needs write access to it: https://huggingface.co/settings/tokens"
    if status in (409, 412):
        return "Somebody else changed it meanwhile: run the same command again."
    return "Run the same command again; nothing was uploaded."
