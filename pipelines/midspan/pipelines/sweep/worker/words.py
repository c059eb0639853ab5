"""What an agent said, in a form that a record can hold."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from midspan.instrumentation.encoding import clean
from midspan.pipelines.sweep.harnesses import Driver, Said, Seat
from midspan.pipelines.sweep.harnesses.untrusted import end_of, last_line

REPLACED: Final = "its answer holds halves of characters, which no file can hold: ? for each"


def words_of(
    driver: Driver, seat: Seat, stdout: Path, stderr: Path, *, note: Callable[[str], None]
) -> Said:
    """Return what the agent said; what cannot be written is replaced, and that is noted."""
    try:
        said = driver.said(seat, stdout, stderr)
    except Exception as error:
        # What an agent printed is anything at all.
        return Said(answer=None, failed=clean(f"its words cannot be read: {error}"))
    answer, failed = (text and clean(text) for text in (said.answer, said.failed))
    if answer != said.answer:
        note(REPLACED)
    if failed is not None:
        note(f"the agent failed: {failed}")
    # White space is no answer, whatever its checks would make of it.
    return replace(said, answer=answer if answer and answer.strip() else None, failed=failed)


def last_words(exit_code: int | None, stdout: Path, stderr: Path) -> str | None:
    """Return the last line that a program printed which did not end well."""
    return (last_line(end_of(stderr)) or last_line(end_of(stdout))) if exit_code else None
