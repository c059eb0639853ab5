"""A data set on the Hub: what is there already, and the upload of an export as one commit."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from midspan.pipelines.exporting.card import CARD
from midspan.pipelines.exporting.destination import HubFolder
from midspan.scorers.errors import InvalidInput, SurroundingsError

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_KIND: Final = "dataset"
_NO_SUCH_USER: Final = 401
"""The client takes it for a data set that is not there."""
_MESSAGE: Final = "Add sessions of agents"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A data set as it is before an upload."""

    exists: bool
    private: bool
    files: frozenset[str] = frozenset()
    commit: str | None = None
    card: str | None = None


def standing_of(target: HubFolder, *, public: bool) -> Standing:
    """Return what is there; a data set of another openness than what is asked for is an error."""
    from huggingface_hub.errors import RepositoryNotFoundError

    with _explained(target):
        api = _api()
        try:
            found = api.dataset_info(target.repository)
        except RepositoryNotFoundError as error:
            if error.response.status_code == _NO_SUCH_USER:
                raise
            return Standing(exists=False, private=not public)
        files = frozenset(each.rfilename for each in found.siblings or ())
        if bool(found.private) is public:
            raise _other_openness(target, public=public)
        card = None
        if CARD in files:
            path = api.hf_hub_download(
                target.repository, CARD, repo_type=_KIND, force_download=True
            )
            card = Path(path).read_text(encoding="utf-8")
        return Standing(exists=True, private=not public, files=files, commit=found.sha, card=card)


def taken(
    target: HubFolder, there: Standing, files: Sequence[PurePosixPath]
) -> list[PurePosixPath]:
    """Return which files of an export would replace others."""
    return [place for place in files if str(target.path / place) in there.files]


def upload(target: HubFolder, there: Standing, folder: Path, *, card: str | None) -> str:
    """Return the address of the data set, once all files of a folder are in it, or none.

    Args:
        target: Where to.
        there: What was there when it was looked at: where that has changed since, nothing is done.
        folder: What is uploaded.
        card: The card of the data set; None: the one that is there stays.
    """
    with _explained(target):
        from huggingface_hub import CommitOperationAdd

        api = _api()
        if not there.exists:
            api.create_repo(target.repository, repo_type=_KIND, private=there.private)
        below = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
        operations = [
            CommitOperationAdd(path_in_repo=str(target.path / name), path_or_fileobj=path)
            for name, path in sorted(below.items())
        ]
        if card is not None:
            operations.append(CommitOperationAdd(path_in_repo=CARD, path_or_fileobj=card.encode()))
        api.create_commit(
            target.repository,
            operations,
            commit_message=_MESSAGE,
            repo_type=_KIND,
            parent_commit=there.commit,
        )
        return f"{api.endpoint}/datasets/{target.repository}"


def _api() -> "HfApi":
    from huggingface_hub import HfApi, get_token

    if get_token() is None:
        raise SurroundingsError(
            "no token of the Hub was found", fix="Log in (hf auth login), or set HF_TOKEN."
        )
    return HfApi()


def _other_openness(target: HubFolder, *, public: bool) -> InvalidInput:
    if public:
        return InvalidInput(
            f"{target.repository} is private, and stays so",
            fix="Leave out --public; its settings page on the Hub makes it public.",
        )
    return InvalidInput(
        f"{target.repository} is public: everybody would read what the runs hold",
        fix="Name another data set, or add --public.",
    )


@contextmanager
def _explained(target: HubFolder) -> Iterator[None]:
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
        raise SurroundingsError(
            f"{target}: {said}", fix=_fix(error.response.status_code)
        ) from error
    except HTTPError as error:
        raise SurroundingsError(
            f"{target}: {error}", fix="Is the Hub reachable from here?"
        ) from error


def _fix(status: int) -> str:
    if status in (401, 403):
        return "The token needs write access to it: https://huggingface.co/settings/tokens"
    if status in (409, 412):
        return "Somebody else changed it meanwhile: run the same command again."
    return "Run the same command again; nothing was uploaded."
