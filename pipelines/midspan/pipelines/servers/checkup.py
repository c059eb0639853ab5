"""What `midspan doctor` finds about the servers of this machine."""

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from midspan.instrumentation import environment
from midspan.pipelines.servers import condition, environments, installing, pins
from midspan.pipelines.servers.finding import Finding, broken, note, ok
from midspan.pipelines.servers.home import Home
from midspan.pipelines.servers.recipe import Recipe
from midspan.scorers.errors import SurroundingsError

NEEDED_BYTES: Final = 1_000_000_000
"""What one server's environment takes, roughly."""


def check_servers(recipes: list[Recipe], home: Home) -> Iterator[Finding]:
    """Yield what can be said of the home, the installer and each server."""
    yield check_home(home)
    yield check_installer(home)
    for recipe in recipes:
        yield check_pins(recipe)
        yield check_server(recipe, home)


def check_home(home: Home) -> Finding:
    """Return whether servers and their data can be written where they belong."""
    folder = nearest(home.root)
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        return broken(
            "home",
            f"cannot write to {home.root}",
            f"Name a folder that you can write to: export {environment.HOME}=DIR",
        )
    free = shutil.disk_usage(folder).free
    if free < NEEDED_BYTES:
        return note(
            "home",
            f"{home.root}: {free / 1e9:.1f} GB free; an environment takes about 1 GB",
            f"Make room, or name another folder: export {environment.HOME}=DIR",
        )
    return ok("home", f"{home.root}, {free / 1e9:.0f} GB free")


def check_installer(home: Home) -> Finding:
    """Return what would install the servers."""
    if uv := installing.find_uv(home):
        return ok("installer", "uv", more=" ".join(uv))
    if find_spec("ensurepip") is not None:
        return note("installer", "python -m venv and pip; uv is faster", "pip install uv")
    if installing.find_pip() is not None:
        return note("installer", "pip, which fetches a private uv first", "pip install uv")
    return broken(
        "installer", "neither uv, ensurepip nor pip", "Install uv (https://docs.astral.sh/uv/)"
    )


def check_pins(recipe: Recipe) -> Finding:
    """Return which version of a server would be installed."""
    try:
        file = pins.constraints_file(recipe.name)
        return ok(f"{recipe.name} pins", f"{recipe.package} {recipe.version}", more=str(file))
    except SurroundingsError as error:
        return broken(f"{recipe.name} pins", error.args[0], error.fix or "")


def check_server(recipe: Recipe, home: Home) -> Finding:
    """Return whether a server runs and answers."""
    try:
        now = condition.status(recipe, home)
    except SurroundingsError as error:
        return broken(recipe.name, error.args[0], error.fix or "")
    if now.state == "running":
        return ok(recipe.name, f"{now.version} runs at {now.url}")
    if now.state == "unhealthy":
        return broken(
            recipe.name,
            f"runs (pid {now.pid}) and does not answer at {now.url}; log: {now.log}",
            f"midspan down {recipe.name} && midspan up {recipe.name}",
        )
    return note(recipe.name, f"stopped, {_installed(recipe, home)}", f"midspan up {recipe.name}")


def nearest(folder: Path) -> Path:
    """Return the folder itself, or the nearest one above it that can be seen."""
    while not os.path.exists(folder) and folder != folder.parent:
        folder = folder.parent
    return folder


def _installed(recipe: Recipe, home: Home) -> str:
    try:
        done = environments.interpreter(recipe, home) is not None
    except SurroundingsError:
        done = False
    return "installed" if done else "not installed yet"
