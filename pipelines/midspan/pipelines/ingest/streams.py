"""What comes through a pipe, kept in a file: it can be read but once, and is read twice."""

import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal

from midspan.pipelines.ingest.names import shown
from midspan.pipelines.ingest.sources.remote import RemoteFile

STANDARD_INPUT: Final = "-"


@dataclass(frozen=True, kw_only=True)
class KeptStream:
    """A file that holds what came through a pipe, called what the pipe is called."""

    shown: str
    file: Path

    @property
    def name(self) -> str:
        """Return the pipe's name, in which there is nothing to read."""
        return self.shown

    def open(self, mode: Literal["rb"] = "rb") -> BinaryIO:
        """Return the content as a stream of bytes."""
        return self.file.open(mode)

    def __str__(self) -> str:
        return self.shown


class Received(KeptStream):
    """A part of what was received over time: all parts of one name count as one file."""


@contextmanager
def kept_streams(
    paths: Iterable[Path | str | KeptStream | RemoteFile], standard_input: BinaryIO | None = None
) -> Iterator[list[Path | str | KeptStream | RemoteFile]]:
    """Give the paths with pipes among them read to their ends; `-` is standard input."""
    with tempfile.TemporaryDirectory(prefix="midspan-") as directory:
        kept: list[Path | str | KeptStream | RemoteFile] = []
        for number, path in enumerate(paths):
            if isinstance(path, KeptStream | RemoteFile):
                kept.append(path)
            elif str(path) == STANDARD_INPUT:
                content = standard_input or sys.stdin.buffer
                kept.append(_keep(content, shown(path), Path(directory, str(number))))
            elif Path(path).is_fifo():
                with Path(path).open("rb") as content:
                    kept.append(_keep(content, shown(path), Path(directory, str(number))))
            else:
                kept.append(path)
        yield kept


def _keep(content: BinaryIO, shown: str, file: Path) -> KeptStream:
    with file.open("wb") as kept:
        shutil.copyfileobj(content, kept)
    return KeptStream(shown=shown, file=file)
