"""The spool files of one launch: named, and closed where their writer was killed."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

from midspan.instrumentation.segment import PART, SUFFIX


def names(stem: str) -> Iterator[str]:
    """Yield what the files of a launch are called, one after the other, without an end.

    >>> from itertools import islice
    >>> list(islice(names("a-0"), 2))
    ['a-0.otlp.jsonl', 'a-0.001.otlp.jsonl']
    """
    for number in count():
        yield f"{stem}.{number:03}{SUFFIX}" if number else f"{stem}{SUFFIX}"


def segments(spool: Path, run_id: str, launch: int) -> Iterator[Path]:
    """Yield the files of a launch that are closed."""
    for name in names(f"{run_id}-{launch}"):
        if not (spool / name).is_file():
            return
        yield spool / name


def close_segments(spool: Path, run_id: str, launch: int) -> None:
    """Give open files their final name: whoever wrote them has gone."""
    for name in names(f"{run_id}-{launch}"):
        part, whole = spool / f"{name}{PART}", spool / name
        if part.exists() and not whole.exists():
            part.rename(whole)
        elif not whole.exists():
            return
