"""What `midspan trace` says: what it found, what is missing, and what came of the run."""

import sys
from collections.abc import Iterator
from pathlib import Path

from midspan.instrumentation.auto.found import Installed


def said_of(installed: Installed) -> Iterator[str]:
    """Yield a line for each library that is recorded, or could be."""
    for one in installed.used:
        yield f"records {', '.join(one.libraries)} with {one.package} {one.version}"
    for one in installed.doubled:
        yield f"leaves {one.package} off, as {one.instead} records {', '.join(one.libraries)}"
    for library in installed.native:
        yield f"records {library.distribution}, which emits spans itself"
    for library in installed.bare:
        yield f"cannot record {library.distribution}: pip install {library.package}"
    if not (installed.used or installed.native or installed.bare):
        yield f"knows none of the libraries that are installed for {sys.executable}"


def said_of_run(spool: Path, run_id: str, launch: int, written: int, lost: int) -> Iterator[str]:
    """Yield what came of a run; on a terminal where it stands, elsewhere only what went wrong."""
    if not written and not lost:
        yield "no span was recorded; `midspan trace --list` says what could be"
    if lost:
        yield f"{lost:,} spans were lost and {written:,} written to {spool}"
    elif written and sys.stderr.isatty():
        yield f"{written:,} spans in {spool}/{run_id}-{launch}.otlp.jsonl"
        yield f"midspan score {spool}"
