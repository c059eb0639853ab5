"""What installs Python packages here: uv or pip, each step with its output in a log."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from midspan.pipelines.servers import pins
from midspan.pipelines.servers.home import Home

UV: Final = "uv>=0.9.25"
GUARD: Final = Path(__file__).with_name("guarded.py")


def find_uv(home: Home) -> list[str] | None:
    """Return the command of the uv at hand, None when there is none."""
    if on_path := shutil.which("uv"):
        return [on_path]
    if find_spec("uv") is not None:
        return [sys.executable, "-m", "uv"]
    for private in (pins.CHECKOUT / ".uv", home.uv):
        if os.path.isfile(command := private / "bin" / "uv"):
            return [str(command)]
    return None


def find_pip() -> list[str] | None:
    """Return the command of the pip at hand: ours, or that of the Python ours was made from."""
    for python in dict.fromkeys([sys.executable, getattr(sys, "_base_executable", sys.executable)]):
        command = [python, "-m", "pip", "--disable-pip-version-check"]
        if (
            subprocess.run([*command, "--version"], capture_output=True, check=False).returncode
            == 0
        ):
            return command
    return None


def private_uv(home: Home, log: Path) -> list[str] | None:
    """Return the command of a uv that pip puts into the home now; None where that fails."""
    pip = find_pip()
    if pip is None or run_step([*pip, "install", "--target", str(home.uv), UV], log) != 0:
        return None
    return [str(home.uv / "bin" / "uv")]


def run_step(
    command: Sequence[str],
    log: Path,
    *,
    directory: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> int:
    """Return the exit code of one step of an installation; all that it says goes to the log."""
    with log.open("a") as file:
        file.write(f"$ {' '.join(command)}\n")
        file.flush()
        # Guarded: an installer left behind would write into what is then made anew.
        with subprocess.Popen(
            [sys.executable, "-I", str(GUARD), *command],
            stdin=subprocess.PIPE,
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=directory,
            env=variables,
        ) as guard:
            try:
                return guard.wait()
            finally:
                assert guard.stdin is not None
                guard.stdin.close()
