"""The private environment of each server: made on first use, from pinned versions."""

import hashlib
import json
import os
import platform
import shutil
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from midspan.pipelines.servers import pins
from midspan.pipelines.servers.home import Home, Say, locked, make_folder, say_nothing
from midspan.pipelines.servers.installing import find_pip, find_uv, private_uv, run_step
from midspan.pipelines.servers.logs import tail
from midspan.pipelines.servers.recipe import Recipe
from midspan.scorers.errors import SurroundingsError

MARKER: Final = "midspan-complete.json"
"""Written last: an environment without it was interrupted, and is made again."""


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


def _install(recipe: Recipe, folder: Path, home: Home) -> None:
    make_folder(home.log(recipe.name).parent)
    log = home.log(f"{recipe.name}-install")
    log.unlink(missing_ok=True)
    what = ["-c", str(pins.constraints_file(recipe.name)), recipe.package]
    python = str(folder / "bin" / "python")
    uv = find_uv(home)
    if uv is None and find_spec("ensurepip") is None:
        # Debian splits ensurepip off: `python -m venv` then fails, a private uv does not.
        if find_pip() is None:
            raise SurroundingsError(
                f"cannot install {recipe.package}: neither uv nor pip is on this machine",
                fix="Install uv (https://docs.astral.sh/uv/), then run it again.",
            )
        uv = private_uv(home, log)
        if uv is None:
            raise _failed(recipe, log)
    if uv is not None:
        _run([*uv, "venv", "--python", sys.executable, str(folder)], recipe, log)
        install = [*uv, "pip", "install", "--compile-bytecode", "--python", python]
        _run([*install, *what], recipe, log)
    else:
        _run([sys.executable, "-m", "venv", str(folder)], recipe, log)
        install = [python, "-m", "pip", "install", "--disable-pip-version-check"]
        _run([*install, *what], recipe, log)


def _run(command: list[str], recipe: Recipe, log: Path) -> None:
    if run_step(command, log) != 0:
        raise _failed(recipe, log)


def _failed(recipe: Recipe, log: Path) -> SurroundingsError:
    return SurroundingsError(
        f"cannot install {recipe.package} {recipe.version}; {log} ends with\n{tail(log)}",
        fix=f"When the cause is mended, run it again: midspan up {recipe.name}",
    )
