"""Tasks that go wrong in the ways in which tasks do."""

import os
import signal
from pathlib import Path

import polars

from midspan.scorers.errors import InvalidInput


def square(number: int) -> int:
    if number < 0:
        raise InvalidInput(f"{number} is negative", fix="Use another.")
    return number * number


def fails_until(folder: str, number: int, times: int) -> int:
    """Raise so many times, counted by files."""
    if _tried(folder, number) < times:
        raise RuntimeError(f"task {number} is not ready")
    return number


def dies_until(folder: str, number: int, times: int) -> int:
    """End the process so many times."""
    if _tried(folder, number) < times:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def waits(folder: str) -> None:
    """Say that it began, and never end."""
    Path(folder, str(os.getpid())).touch()
    signal.pause()


def process(number: int) -> int:
    return os.getpid()


def threads(number: int) -> int:
    return polars.thread_pool_size()


def _tried(folder: str, number: int) -> int:
    before = sum(1 for file in Path(folder).iterdir() if file.name.startswith(f"{number}-"))
    Path(folder, f"{number}-{before}").touch()
    return before


def tries(folder: Path, number: int) -> int:
    return len(list(folder.glob(f"{number}-*")))
