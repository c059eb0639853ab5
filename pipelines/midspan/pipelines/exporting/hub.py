"""A data set on the Hub: what is there already, and the upload of an export as one commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from midspan.pipelines.exporting.card import CARD
from midspan.pipelines.exporting.destination import HubFolder
from midspan.pipelines.hub import client, explained, require_openness

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
    with explained(target):
        from huggingface_hub.errors import RepositoryNotFoundError

        api = client()
        try:
            found = api.dataset_info(target.repository)
        except RepositoryNotFoundError as error:
            if error.response.status_code == _NO_SUCH_USER:
                raise
            return Standing(exists=False, private=not public)
        files = frozenset(each.rfilename for each in found.siblings or ())
        require_openness(target.repository, is_private=bool(found.private), public=public)
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
    with explained(target):
        from huggingface_hub import CommitOperationAdd

        api = client()
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
