"""The tools of the demo as a git repository: for each of their revisions a commit and a tag."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from midspan.pipelines.sweep.places.git import git

REVISIONS: Final = ("v1", "v2")
"""The oldest first."""

_FOLDER: Final = Path(__file__).with_name("revisions")
_BRANCH: Final = "main"
_WHO: Final = "midspan <demo@midspan.invalid>"
_SECONDS: Final = 1767225600
"""When the first commit was made. Commits are the same wherever they are made, and so are runs."""


def revision_folder(revision: str) -> Path:
    """Return where the files of a revision lie in this package."""
    return _FOLDER / revision


def make_repository(directory: Path) -> None:
    """Make a repository with all revisions, the newest checked out."""
    directory.mkdir(parents=True)
    words = ("--quiet", "--template=", "--object-format=sha1", f"--initial-branch={_BRANCH}")
    git("init", *words, directory=directory)
    git("fast-import", "--quiet", directory=directory, stdin=b"".join(_history()))
    git("reset", "--quiet", "--hard", directory=directory)


def was_changed(directory: Path) -> bool:
    """Return whether somebody has worked in a repository since it was made."""
    commits = int(git("rev-list", "--all", "--count", directory=directory))
    return commits > len(REVISIONS) or bool(git("status", "--short", directory=directory))


def _history() -> Iterator[bytes]:
    """Yield the commits as `git fast-import` takes them."""
    for number, revision in enumerate(REVISIONS):
        when = f"{_WHO} {_SECONDS + number * 86400} +0000"
        yield f"commit refs/heads/{_BRANCH}\nauthor {when}\ncommitter {when}\n".encode()
        yield _data(f"The tools, {revision}\n".encode())
        for file in sorted(revision_folder(revision).iterdir()):
            yield f"M 644 inline {file.name}\n".encode() + _data(file.read_bytes())
        yield f"reset refs/tags/{revision}\nfrom refs/heads/{_BRANCH}\n\n".encode()


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)
