"""Where the servers live on disk: environments, data, logs and state."""

import errno
import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from midspan.instrumentation import environment
from midspan.scorers.errors import SurroundingsError

Say = Callable[[str], None]
"""Shows one line of progress to the person who waits."""


def say_nothing(_line: str) -> None:
    """Show nothing."""


@dataclass(frozen=True, kw_only=True)
class Home:
    """The folders of `midspan up`; environments may lie elsewhere, to be shared between homes."""

    root: Path
    environments: Path

    @classmethod
    def at(cls, root: Path) -> "Home":
        """Return the home with everything below one folder."""
        return cls(root=root, environments=root / "environments")

    @classmethod
    def of_user(cls, variables: Mapping[str, str] = os.environ) -> "Home":
        """Return the home that MIDSPAN_HOME names, else the platform's data directory."""
        if named := variables.get(environment.HOME):
            try:
                return cls.at(Path(named).expanduser().absolute())
            except RuntimeError as error:
                raise SurroundingsError(
                    f"{environment.HOME}={named}: there is no such user",
                    fix=f"Name a folder that you can write to: export {environment.HOME}=DIR",
                ) from error
        import platformdirs

        return cls.at(platformdirs.user_data_path("midspan", appauthor=False))

    def data(self, name: str) -> Path:
        """Return the folder of a server's database and files."""
        return self.root / name

    def log(self, name: str) -> Path:
        """Return the file that a server's output goes to."""
        return self.root / "logs" / f"{name}.log"

    def state(self, name: str) -> Path:
        """Return the file that says how a server was started."""
        return self.root / "state" / f"{name}.json"

    @property
    def uv(self) -> Path:
        """Return the folder of a private uv, for machines that have none."""
        return self.root / "uv"

    def prepare(self, name: str) -> None:
        """Make the folders of one server, or say why they cannot be made."""
        for folder in (self.data(name), self.log(name).parent, self.state(name).parent):
            make_folder(folder)
        make_folder(self.environments)

    def lock(self, say: Say = say_nothing) -> AbstractContextManager[None]:
        """Hold this home for one `up` or `down` at a time."""
        return locked(self.root / "lock", "another midspan up or down is at work; waiting", say)


def make_folder(folder: Path) -> None:
    """Make a folder that can be written to, or say how to choose another one."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _require_writable(folder)
    except OSError as error:
        raise _unwritable(folder, error) from error


def require_folder(folder: Path) -> None:
    """Raise what `make_folder` would, and make nothing."""
    places = (place for place in (folder, *folder.absolute().parents) if place.exists())
    try:
        _require_writable(next(places))
    except OSError as error:
        raise _unwritable(folder, error) from error


def _require_writable(folder: Path) -> None:
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _unwritable(path: Path, error: OSError) -> SurroundingsError:
    return SurroundingsError(
        f"cannot write to {path}: {error.strerror}",
        fix=f"Name a folder that you can write to: export {environment.HOME}=DIR",
    )


def _opened(path: Path) -> TextIO:
    try:
        return path.open("w")
    except OSError as error:
        raise _unwritable(path, error) from error


@contextmanager
def locked(path: Path, waiting: str, say: Say = say_nothing) -> Iterator[None]:
    """Hold a lock file while the block runs; other processes wait, and a dead holder frees it."""
    make_folder(path.parent)
    with _opened(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(waiting)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
