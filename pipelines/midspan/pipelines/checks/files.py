"""The check that looks for a file in the directory of the run."""

import os
from pathlib import Path
from typing import Final

from midspan.pipelines.checks.inside import inside, require_file
from midspan.pipelines.checks.patterns import is_found
from midspan.pipelines.checks.verdict import (
    HOLDS,
    CannotCheckError,
    Verdict,
    fails,
    quoted,
)
from midspan.scorers.file_format.matchers import TextMatch
from midspan.scorers.suite.checks import FileCheck

LARGEST_FILE: Final = 64 * 2**20
"""Bytes; of a larger file it is not said what is in it."""


def judge_file(check: FileCheck, directory: Path) -> Verdict:
    """Return whether the file is there, with this content, or is not there."""
    if not directory.is_dir():
        raise CannotCheckError(f"there is no directory {directory}")
    if not check.exists:
        return fails(f"{check.path} is there") if os.path.lexists(directory / check.path) else HOLDS
    place = inside(directory, check.path)
    require_file(place, check.path)
    if check.content is None:
        return HOLDS
    try:
        with place.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise CannotCheckError(f"{check.path} cannot be read: {error.strerror}") from None
    if len(data) > LARGEST_FILE:
        raise CannotCheckError(f"{check.path} has more than {LARGEST_FILE:,} bytes")
    text = data.decode(errors="replace")
    return HOLDS if _fits(text, check.content) else fails(f"{check.path} holds {quoted(text)}")


def _fits(text: str, wanted: TextMatch) -> bool:
    if wanted.regex is not None:
        return is_found(wanted.regex, text)
    return (wanted.contains or "") in text
