"""The private environment of each server: made on first use, from pinned versions."""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from midspan.pipelines.servers import pins
from midspan.pipelines.servers.home import Home, Say, locked, make_folder, say_nothing
from midspan.pipelines.servers.logs import tail
from midspan.pipelines.servers.recipe import Recipe
from midspan.scorers.errors import SurroundingsError

MARKER: Final = "midspan-complete.json"
"""Written last: an environment without it was interrupted, and is made again."""

UV: Final = "uv>=0.9.25"
GUARD: Final = Path(__file__).with_name("guarded.py")


def directory(recipe: Recipe, home: Home) -> Path:
    """Return where a server's environment belongs; other pins or another Python, another folder."""
    version = ".".join(platform.python_version_tuple()[:2])
    made_of = (recipe.package, pins.constraints_file(recipe.name).read_text(), version)
    digest = hashlib.blake2b("\0".join(made_of).encode(), digest_size=6).hexdigest()
    return home.environments / f"{recipe.name}-{digest}"


def interpreter(recipe: Recipe, home: Home) -> Path | None:
    """Return the interpreter of a finished environment, None where there is none."""
    folder = directory(recipe, home)
    python = folder / "bin" / "python"
    # os.path: a folder that may not be looked into holds no environment for us.
    return python if os.path.isfile(folder / MARKER) and os.path.exists(python) else None


def ensure(recipe: Recipe, home: Home, say: Say = say_nothing) -> Path:
    """Return the interpreter of the server's environment, made now when it is not there yet."""
    waiting = f"{recipe.name}: another process installs it; waiting"
    with locked(home.environments / f"{recipe.name}.lock", waiting, say):
        if ready := interpreter(recipe, home):
            return ready
        folder = directory(recipe, home)
        if folder.exists():
            shutil.rmtree(folder)
        say(f"{recipe.name}: installing {recipe.version}, once; it takes about a minute")
        begun = time.monotonic()
        _install(recipe, folder, home)
        say(f"{recipe.name}: installed in {time.monotonic() - begun:.0f} s")
        (folder / MARKER).write_text(json.dumps({"package": recipe.package}) + "\n")
    return folder / "bin" / "python"


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


def _install(recipe: Recipe, folder: Path, home: Home) -> None:
    make_folder(home.log(recipe.name).parent)
    log = home.log(f"{recipe.name}-install")
    log.unlink(missing_ok=True)
    what = ["-c", str(pins.constraints_file(recipe.name)), recipe.package]
    python = str(folder / "bin" / "python")
    uv = find_uv(home)
    if uv is None and find_spec("ensurepip") is None:
        # Debian splits ensurepip off: `python -m venv` then fails, a private uv does not.
        pip = find_pip()
        if pip is None:
            raise SurroundingsError(
                f"cannot install {recipe.package}: neither uv nor pip is on this machine",
                fix="Install uv (https://docs.astral.sh/uv/), then run it again.",
            )
        _run([*pip, "install", "--target", str(home.uv), UV], recipe, log)
        uv = [str(home.uv / "bin" / "uv")]
    if uv is not None:
        _run([*uv, "venv", "--python", sys.executable, str(folder)], recipe, log)
        install = [*uv, "pip", "install", "--compile-bytecode", "--python", python]
        _run([*install, *what], recipe, log)
    else:
        _run([sys.executable, "-m", "venv", str(folder)], recipe, log)
        install = [python, "-m", "pip", "install", "--disable-pip-version-check"]
        _run([*install, *what], recipe, log)


def _run(command: list[str], recipe: Recipe, log: Path) -> None:
    """Run one step of an installation; all that it says goes to the log."""
    with log.open("a") as file:
        file.write(f"$ {' '.join(command)}\n")
        file.flush()
        # Guarded: an installer left behind would write into what the next `up` makes anew.
        with subprocess.Popen(
            [sys.executable, "-I", str(GUARD), *command],
            stdin=subprocess.PIPE,
            stdout=file,
            stderr=subprocess.STDOUT,
        ) as guard:
            try:
                code = guard.wait()
            finally:
                assert guard.stdin is not None
                guard.stdin.close()
    if code != 0:
        raise SurroundingsError(
            f"cannot install {recipe.package} {recipe.version}; {log} ends with\n{tail(log)}",
            fix=f"When the cause is mended, run it again: midspan up {recipe.name}",
        )
