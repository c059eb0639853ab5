"""A shell command run within bounds: time, output, environment and directory."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

from midspan.pipelines.agents.shell import end_with_children

LONGEST_OUTPUT: Final = 4000
"""Characters of each stream that are kept."""

_LIMITS: Final = 'ulimit -f 2048; ulimit -t 10; exec /bin/sh -c "$1"'
"""Files of at most 1 MB and 10 seconds of CPU, for the command and all it starts."""


@dataclass(frozen=True, kw_only=True)
class Finished:
    """How a command ended; the code of a timeout is 124, as that of `timeout(1)`."""

    exit_code: int
    stdout: str
    stderr: str


def run_command(command: str, directory: Path, *, seconds: float = 5.0) -> Finished:
    """Return what a command printed. It is bounded, not sandboxed: it runs with our own rights.

    The environment is a bare PATH, so that no key of ours can be read from it; output goes to
    files, so that a child left in the background cannot hold the call open.
    """
    environment = {"PATH": os.defpath, "HOME": str(directory), "LANG": "C.UTF-8", "LC_ALL": "C"}
    with TemporaryFile() as stdout, TemporaryFile() as stderr:
        process = subprocess.Popen(
            ["/bin/sh", "-c", _LIMITS, "sh", command],
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            code = 124
        finally:
            end_with_children(process)
        errors = _shown(stderr)
        if code == 124 and not errors:
            errors = f"timed out after {seconds:g} seconds"
        return Finished(exit_code=code, stdout=_shown(stdout), stderr=errors)


def _shown(stream: IO[bytes]) -> str:
    stream.seek(0)
    text = stream.read(4 * LONGEST_OUTPUT + 4).decode(errors="replace")
    if len(text) <= LONGEST_OUTPUT:
        return text
    return f"{text[:LONGEST_OUTPUT]}\n(output cut at {LONGEST_OUTPUT} characters)"
