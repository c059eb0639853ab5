"""Runs git: never asks anybody, and takes nothing from a repository that it may run inside of."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from midspan.pipelines.sweep.places.causes import ending, mending
from midspan.pipelines.sweep.places.room import RoomError

_LINES: Final = 6

_ELSEWHERE: Final = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_PREFIX"),
)
"""Set while a hook of git runs, and would lead every command to that repository."""

_ALONE: Final = {
    **{"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_ATTR_NOSYSTEM": "1"},
    # A cache on a volume may belong to another user; it is ours all the same.
    **{"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"},
    "HOME": os.devnull,
}
"""Settings under which the same commit gives the same files for everybody."""


def variables(*, alone: bool) -> dict[str, str]:
    """Return the environment of a git command.

    `alone` leaves out the user's configuration: filters, hooks and line ends of one's own. Where
    git talks to a server it stays, since it says how to log in.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _ELSEWHERE and not (alone and name.startswith("GIT_"))
    }
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh"}
    return {**kept, "LC_ALL": "C.UTF-8", **quiet, **(_ALONE if alone else {})}


def git(*words: str, directory: Path, stdin: bytes = b"") -> str:
    """Return what a git command prints, run on its own settings; raise with what it complains."""
    done = _done(words, directory, stdin)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()[-_LINES:]
        how = f"git {words[0]} {ending(done.returncode)} in {directory}"
        raise RoomError("\n".join([how, *said]), fix=mending("\n".join([how, *said])))
    return done.stdout.decode(errors="surrogateescape")


def succeeds(*words: str, directory: Path) -> bool:
    """Return whether a git command ends with 0; what it prints is nobody's business."""
    return _done(words, directory).returncode == 0


def no_git() -> RoomError:
    """Return the error of a machine without git."""
    return RoomError("git is not on this machine", fix="Install git, then run it again.")


def _done(
    words: Sequence[str], directory: Path, stdin: bytes = b""
) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(
            ["git", *words],
            cwd=directory,
            env=variables(alone=True),
            input=stdin,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise no_git() from None
