"""What a log ends with, for the error that names it."""

from pathlib import Path
from typing import Final

LINES: Final = 12

_LONGEST: Final = 2**16


def tail(log: Path, count: int = LINES) -> str:
    """Return the last lines of a log, marked as such."""
    said = [line for line in _end(log).decode(errors="replace").splitlines() if line.strip()]
    return "\n".join(f"  | {line}" for line in said[-count:]) or "  | (nothing)"


def _end(log: Path) -> bytes:
    """Return what may be shown of a log, which may be long: that of a model's server is."""
    if not log.is_file():
        return b""
    with log.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _LONGEST))
        return file.read(_LONGEST)
