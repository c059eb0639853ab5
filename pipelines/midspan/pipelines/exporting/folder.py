"""An export in a folder: what is there already stays, unless it is asked to be replaced."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Final

from midspan.pipelines.storage.disk import explained
from midspan.scorers.errors import InvalidInput

REPLACE: Final = "Name another place, or add --replace."
_NAMED: Final = 3


@contextmanager
def staged(beside: Path | None = None) -> Iterator[Path]:
    """Give an empty folder for an export that is not finished yet; it is gone afterwards."""
    if beside is None:
        with TemporaryDirectory(prefix="midspan-export-") as made:
            yield Path(made)
        return
    with explained(beside):
        beside.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f".{beside.name}.", dir=beside.parent) as made:
            yield Path(made)


def put_in_place(
    staging: Path, folder: Path, files: Sequence[PurePosixPath], *, replace: bool
) -> None:
    """Move finished files into a folder; where one is there, nothing is moved but on request."""
    if not replace:
        refuse_taken(str(folder), (place for place in files if (folder / place).exists()))
    with explained(folder):
        for place in files:
            target = folder / place
            target.parent.mkdir(parents=True, exist_ok=True)
            (staging / place).replace(target)


def refuse_taken(where: str, taken: Iterable[PurePosixPath]) -> None:
    """Raise what stands in the way of files, if anything does."""
    there = sorted(map(str, taken))
    if there:
        more = f" and {len(there) - _NAMED:,} more" if len(there) > _NAMED else ""
        raise InvalidInput(f"{where} has {', '.join(there[:_NAMED])}{more} already", fix=REPLACE)
