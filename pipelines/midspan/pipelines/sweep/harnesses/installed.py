"""Which programs are there, and what they say of their version."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from midspan.pipelines.checks.processes import run_process
from midspan.scorers.errors import SurroundingsError

SECONDS: Final = 20.0
"""How long a program may take to say its version."""

_VERSION: Final = re.compile(r"(?<![\w.])v?(\d+(?:\.\d+)+(?:[-+.]?[A-Za-z0-9]+)*)")


def found(program: str) -> str | None:
    """Return the path of a program, or None where it is not on PATH."""
    path = shutil.which(program)
    return None if path is None else str(Path(path).absolute())


def version_of(program: str, *arguments: str) -> str | None:
    """Return the version that a program prints, or None where it prints none."""
    ended = printed([program, *(arguments or ("--version",))])
    version = None if ended is None else _VERSION.search(ended)
    return version[1] if version else None


def printed(argv: Sequence[str]) -> str | None:
    """Return what a program prints, or None where it fails; it finds an empty directory."""
    with TemporaryDirectory(prefix="midspan-") as directory:
        try:
            ended = run_process(argv, directory=Path(directory), seconds=SECONDS)
        except (OSError, subprocess.SubprocessError):
            return None
    if ended.exit_code != 0:
        return None
    return (ended.stdout or ended.stderr).decode(errors="replace").strip()


def agreed(program: str, *, wanted: str | None, there: str | None, fix: str) -> str | None:
    """Return the version of a program; another one than the suite names is an error."""
    if wanted is not None and there is not None and wanted != there:
        raise SurroundingsError(f"{program} is {there} here; the suite names {wanted}", fix=fix)
    return wanted or there
