"""One watch at a time works on a state folder, for one workspace: a lock, and a name."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from midspan.pipelines.storage.disk import explained
from midspan.scorers.errors import InvalidInput, SurroundingsError

OWNER: Final = "workspace"
"""The file that names the workspace of a state: from within it as seen from there, else whole."""


def require_state_of(state: Path, workspace: Path) -> None:
    """Raise where a state is that of another workspace: its backlog would be scored into this."""
    path = state / OWNER
    try:
        with explained(path):
            named = path.read_text().rstrip("\n")
    except (FileNotFoundError, NotADirectoryError):
        return
    owner = (state / named).resolve()
    if owner != workspace.resolve():
        raise InvalidInput(
            f"{state}: holds what a watch into {owner} has under way, and this is {workspace}",
            fix=f"Go on there: --into {owner}\nOr name another folder: --state DIRECTORY\n"
            f"If the workspace was moved, remove {path}.",
        )


@contextmanager
def only_watch(state: Path, workspace: Path) -> Iterator[None]:
    """Hold a workspace's state folder; a second watch is refused at once, and told by whom."""
    path = state / "lock"
    with explained(path):
        state.mkdir(parents=True, exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(lock, 100, 0).decode(errors="replace").strip() or "another process"
            raise SurroundingsError(
                f"{state}: {holder} watches here already",
                fix="End it first, or name another folder for this one: --state DIRECTORY",
            ) from None
        with explained(path):
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"process {os.getpid()}\n".encode(), 0)
        require_state_of(state, workspace)
        _name_owner(state, workspace)
        yield
    finally:
        os.close(lock)


def _name_owner(state: Path, workspace: Path) -> None:
    """Write whose state this is; one inside its workspace may be moved with it."""
    inner, owner = state.resolve(), workspace.resolve()
    named = os.path.relpath(owner, inner) if inner.is_relative_to(owner) else str(owner)
    part = state / f"{OWNER}.part"
    with explained(state / OWNER):
        part.write_text(f"{named}\n")
        part.replace(state / OWNER)
