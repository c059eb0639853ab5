"""Whether a pattern is found in a text that an agent wrote."""

import json
import os
import selectors
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from midspan.pipelines.agents.shell import end_with_children
from midspan.pipelines.checks.processes import environment
from midspan.pipelines.checks.verdict import CannotCheckError

SECONDS: Final = 10.0
"""What a search may take."""

PATIENCE: Final = 3
"""Searches that may take all of that; whoever has many texts could wait for ever otherwise."""

HURRIED: Final = 1.0
"""Seconds that each further search may take."""

ABANDONED: Final = 60
"""Seconds after which a search ends by itself, should nobody be left to end it."""

_SEARCH: Final = """
import json, re, signal, sys, warnings
warnings.simplefilter("ignore")
for line in sys.stdin.buffer:
    signal.alarm(int(sys.argv[1]))
    try:
        said = re.search(*json.loads(line)) is not None
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
    signal.alarm(0)
    print(json.dumps(said), flush=True)
"""


class Searches:
    """Searches texts with Python's `re`, in a process of its own.

    On the wrong text a pattern may search for years, and a search cannot be stopped from within:
    the process is ended, and the next search has another one.
    """

    def __init__(self) -> None:
        """Start nothing yet."""
        self._process: subprocess.Popen[bytes] | None = None
        self._late = 0

    def __enter__(self) -> Self:
        """Return the searches."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the process."""
        self._end()

    def is_found(self, pattern: str, text: str) -> bool:
        """Return whether the pattern is found; a search that came to nothing is an error."""
        seconds = SECONDS if self._late < PATIENCE else min(SECONDS, HURRIED)
        try:
            said = self._said(json.dumps([pattern, text]).encode(), seconds)
        except TimeoutError:
            self._late += 1
            why = f"took longer than {seconds:g} seconds"
        except OSError as error:
            why = f"did not work: {error.strerror or error}"
        else:
            if isinstance(said, bool):
                return said
            why = f"did not work: {said}"
        self._end()
        raise CannotCheckError(f"the search for {pattern!r} {why}")

    def _said(self, asked: bytes, seconds: float) -> bool | str:
        """Return what the process says; one that says nothing in time is a `TimeoutError`."""
        deadline = time.monotonic() + seconds
        self._process = process = self._process or _started()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(asked + b"\n")
        process.stdin.flush()
        line = b""
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while not line.endswith(b"\n"):
                if not selector.select(max(0, deadline - time.monotonic())):
                    raise TimeoutError
                data = os.read(process.stdout.fileno(), 2**16)
                if not data:
                    return f"its process ended with {process.wait()}"
                line += data
        said = json.loads(line)
        return said if isinstance(said, bool) else str(said)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        end_with_children(process)
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):  # of what it did not read to the end
                assert pipe is not None
                pipe.close()


def is_found(pattern: str, text: str) -> bool:
    """Return whether Python's `re` finds the pattern."""
    with Searches() as searches:
        return searches.is_found(pattern, text)


def _started() -> "subprocess.Popen[bytes]":
    nowhere = Path("/")  # it opens no file
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _SEARCH, str(ABANDONED)],
        cwd=nowhere,
        env=environment(nowhere),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
