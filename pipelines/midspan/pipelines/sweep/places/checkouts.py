"""The files of one commit in a room, with its history and nothing later."""

import os
from pathlib import Path
from typing import Final

from midspan.pipelines.sweep.places.git import git
from midspan.pipelines.sweep.places.mirrors import Mirror

_CONFIG: Final = """\
[core]
	repositoryformatversion = 0
	filemode = true
	bare = false
"""


def check_out(mirror: Mirror, sha: str, directory: Path) -> None:
    """Write the files of a commit into an empty directory, as a repository of its own.

    It borrows objects from the mirror and writes none there: what an agent commits, resets or
    cleans up stays in its directory. It knows the tags up to the commit and no branch, so that a
    later revision is not what an agent finds when it looks around. It cannot push anywhere.
    """
    own = directory / ".git"
    for folder in ("objects/info", "refs/tags", "refs/heads", "info"):
        (own / folder).mkdir(parents=True)
    (own / "objects/info/alternates").write_bytes(os.fsencode(mirror.directory / "objects") + b"\n")
    (own / "config").write_text(_CONFIG + _remote(mirror.repository), encoding="utf-8")
    (own / "packed-refs").write_text(_tags(mirror, sha), errors="surrogateescape")
    (own / "HEAD").write_text(f"{sha}\n")
    git("reset", "--quiet", "--hard", directory=directory)


def _tags(mirror: Mirror, sha: str) -> str:
    """Return the tags that lie in a commit's history, as git packs them."""
    # Asked once for each commit: over thousands of tags it takes a while.
    stored = mirror.directory / "midspan" / f"{sha}.tags"
    if not stored.exists():
        asked = ("for-each-ref", f"--merged={sha}", "--format=%(objectname) %(refname)")
        tags = git(*asked, "refs/tags", directory=mirror.directory)
        stored.parent.mkdir(exist_ok=True)
        part = stored.with_name(f"{stored.name}.{os.getpid()}-{id(tags)}.part")
        part.write_text(tags, errors="surrogateescape")
        part.replace(stored)
    return stored.read_text(errors="surrogateescape")


def _remote(repository: str) -> str:
    """Return where the files came from, for an agent that asks; a path here is not told."""
    if not is_remote(repository):
        return ""
    quoted = repository.replace("\\", "\\\\").replace('"', '\\"')
    return f'[remote "origin"]\n\turl = "{quoted}"\n\tpushurl = no-push\n'


def is_remote(repository: str) -> bool:
    """Return whether a repository is on a server: on this machine, plans name its whole path."""
    return not repository.startswith(("/", "file:"))
