"""A folder at an address: what bucket stores offer, and errors that name the file."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from midspan.scorers.errors import InvalidInput, MidspanError, SurroundingsError


@dataclass(frozen=True, kw_only=True)
class Store:
    """The files below an address, by their paths within it; a task can be given one."""

    url: str

    def address(self, name: str) -> str:
        """Return the whole address of a file."""
        return f"{self.url.rstrip('/')}/{name}"

    def read(self, name: str) -> bytes | None:
        """Return what is in a file, None if there is none."""
        with self._named(name) as (files, path):
            try:
                content: bytes = files.cat_file(path)
            except FileNotFoundError:
                return None
            return content

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole."""
        with self._named(name) as (files, path):
            self._with_folder(files, path)
            files.pipe_file(path, content)

    def create(self, name: str, content: bytes) -> bool:
        """Write a file that must not be there; false if it is. Not every store decides that."""
        with self._named(name) as (files, path):
            self._with_folder(files, path)
            try:
                files.pipe_file(path, content, mode="create")
            except FileExistsError:
                return False
            return True

    def fetch(self, name: str, to: Path) -> None:
        """Copy a file to this machine."""
        to.parent.mkdir(parents=True, exist_ok=True)
        with self._named(name) as (files, path):
            files.get_file(path, str(to))

    def put(self, file: Path, name: str) -> None:
        """Copy a file from this machine."""
        with self._named(name) as (files, path):
            self._with_folder(files, path)
            files.put_file(str(file), path)

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        with self._named(name) as (files, path), suppress(FileNotFoundError):
            files.rm_file(path)

    @contextmanager
    def _named(self, name: str) -> Iterator[tuple[Any, str]]:
        from fsspec.core import url_to_fs

        where = self.address(name)
        try:
            files, path = url_to_fs(where)
            files.invalidate_cache()  # others write here as well
            yield files, path
        except MidspanError:
            raise
        except FileNotFoundError as error:
            raise InvalidInput(f"{where}: there is no such file") from error
        except Exception as error:
            said = " ".join(str(error).split())[:300]
            raise SurroundingsError(f"{where}: {type(error).__name__}: {said}") from error

    def _with_folder(self, files: Any, path: str) -> None:
        with suppress(NotImplementedError):  # a bucket has no folders to be made
            files.makedirs(files._parent(path), exist_ok=True)
