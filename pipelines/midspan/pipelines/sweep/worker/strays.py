"""Processes of a run that nobody keeps any more, known by the variables they were started with."""

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from midspan.instrumentation import environment

MARKS: Final = (environment.RUN_ID, environment.LAUNCH)
ROUNDS: Final = 20


def end_strays(variables: Mapping[str, str]) -> None:
    """Kill what carries the marks of a launch, in rounds as it may fork.

    This finds no process that has given up its variables; it is for launches whose keeper was
    killed together with the keeper's parent, which would have ended all.
    """
    marks = {f"{name}={variables[name]}".encode() for name in MARKS if name in variables}
    if len(marks) < len(MARKS):
        return
    for _ in range(ROUNDS):
        found = list(_marked(marks))
        for pid in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if not found:
            return


def _marked(marks: set[bytes]) -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if marks <= set((folder / "environ").read_bytes().split(b"\0")):
                yield int(folder.name)
