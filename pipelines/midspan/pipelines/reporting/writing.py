"""Sets the files of a report down: all of it, or what stood there before."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from midspan.dashboards.report.page import GENERATOR
from midspan.pipelines.reporting.report import Report
from midspan.pipelines.storage.disk import explained
from midspan.scorers.errors import InvalidInput

_HEAD: Final = 4096
"""Bytes of a page in which it says what made it."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """What was set down, and how large it is."""

    page: Path
    bytes: int
    beside: Path | None = None
    """The folder beside the page; None: everything stands in the page."""
    files: int = 0
    beside_bytes: int = 0


def folder_of(page: Path) -> str:
    """Return the name of the folder beside a page.

    >>> folder_of(Path("shop/report.html"))
    'report-files'
    """
    return f"{page.stem}-files"


def require_free(page: Path) -> None:
    """Raise where a file stands that no report is: it is not overwritten."""
    if page.is_dir():
        raise InvalidInput(f"{page}: is a folder", fix=f"Name a file: -o {page / 'report.html'}")
    if not page.exists():
        return
    with explained(page), page.open("rb") as file:
        head = file.read(_HEAD)
    if head and f'content="{GENERATOR}"'.encode() not in head:
        raise InvalidInput(
            f"{page}: is there, and no report of midspan: it is left as it is",
            fix="Name another file with -o, or remove that one.",
        )


def write(report: Report, page: Path) -> Written:
    """Write the page, and the folder beside it; files of an earlier report there are replaced."""
    require_free(page)
    folder = page.parent / folder_of(page)
    with explained(page):
        page.parent.mkdir(parents=True, exist_ok=True)
        with _replaced(folder, is_needed=bool(report.beside)) as unfinished:
            for name, content in report.beside.items():
                (unfinished / Path(name).name).write_text(content, encoding="ascii")
        part = page.with_name(f".{page.name}.part")
        part.write_text(report.page, encoding="utf-8", newline="\n")
        part.replace(page)
    return Written(
        page=page,
        bytes=page.stat().st_size,
        beside=folder if report.beside else None,
        files=len(report.beside),
        beside_bytes=sum(len(content) for content in report.beside.values()),
    )


@contextmanager
def _replaced(folder: Path, *, is_needed: bool) -> Iterator[Path]:
    """Give a folder to fill, which then takes the place of another one that a report left."""
    _require_ours(folder)
    unfinished = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    if is_needed:
        unfinished.mkdir()
    yield unfinished
    shutil.rmtree(folder, ignore_errors=True)
    if is_needed:
        unfinished.rename(folder)


def _require_ours(folder: Path) -> None:
    if not folder.exists():
        return
    strange = [
        path.name
        for path in folder.iterdir()
        if not (path.suffix == ".js" and path.name.startswith(("steps-", "text-")))
    ]
    if strange:
        raise InvalidInput(
            f"{folder}: holds {strange[0]}, which is of no report: it is left as it is",
            fix="Name another file with -o, or move that folder away.",
        )
