"""One check, judged as a run's record would hold it, and what became of a process."""

import time
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from midspan.pipelines.checks import run_checks
from midspan.scorers.suite import Check

CHECK: Final[TypeAdapter[Check]] = TypeAdapter(Check)
NOWHERE: Final = Path("/nonexistent")


def judged(
    answer: str | None = None, *, directory: Path = NOWHERE, **fields: Any
) -> tuple[bool | None, str | None]:
    """Return whether a check passed, and the detail."""
    (result,) = run_checks(
        [CHECK.validate_python({"id": "it", **fields})], answer=answer, directory=directory
    )
    assert (result.id, result.kind) == ("it", fields["kind"])
    return result.passed, result.detail


def is_gone(pid: int) -> bool:
    """Return whether a process is no more, or waits for nothing but its parent's attention."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False
