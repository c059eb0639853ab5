"""The record of how a run ended, beside its spans."""

import functools
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from midspan.instrumentation.segment import PART, SUFFIX

CONTRACT: Final = 1


def written_spans(spool: Path, run_id: str, launch: int) -> int:
    """Return how many spans of a launch stand in its files, also in those of killed processes."""
    stem = f"{run_id}-{launch}"
    paths = [*spool.glob(f"{stem}*{SUFFIX}"), *spool.glob(f"{stem}*{SUFFIX}{PART}")]
    return sum(_lines(path) for path in paths if path.name.startswith(f"{stem}."))


def write_result(spool: Path, record: Mapping[str, Any]) -> Path:
    """Return the path of the record, which appears whole or not at all."""
    path = spool / f"{record['run_id']}-{record['launch']}.result.json"
    part = path.with_name(f"{path.name}.{os.getpid()}{PART}")
    try:
        with open(part, "w", opener=functools.partial(os.open, mode=0o600)) as file:
            file.write(json.dumps({"contract": CONTRACT, **record}))
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink()
        raise
    return path


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(2**20), b""))
