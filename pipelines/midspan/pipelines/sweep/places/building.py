"""The steps that build the environment of one revision, with uv."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from midspan.pipelines.servers.home import Home
from midspan.pipelines.servers.installing import find_uv, private_uv, run_step
from midspan.pipelines.servers.logs import tail
from midspan.pipelines.sweep.places.causes import mending
from midspan.pipelines.sweep.places.checkouts import check_out
from midspan.pipelines.sweep.places.mirrors import Mirror
from midspan.pipelines.sweep.places.removal import remove_folder
from midspan.pipelines.sweep.places.room import RoomError
from midspan.pipelines.sweep.variables import may_hold_password, names_secret
from midspan.scorers.suite import Target

_INSTALLERS: Final = ("UV_", "PIP_", "GIT_CONFIG_")
"""Their own stay, whatever they are called: an index or a repository may ask for a password."""
_PROXY: Final = "_proxy"
"""End of the variables that say how to reach the outside, maybe with a password."""
_OF_ANOTHER: Final = (
    *("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "PYTHONHOME"),
    *("UV_PROJECT", "UV_PROJECT_ENVIRONMENT", "UV_PYTHON"),
)
"""Set for the environment that midspan itself runs in."""

_BUNDLED_PIP: Final = (
    "import ensurepip, pathlib\n"
    "wheels = pathlib.Path(ensurepip.__file__).parent.glob('_bundled/pip-*.whl')\n"
    "print(next(wheels, ''), end='')"
)


@dataclass(frozen=True, kw_only=True)
class Building:
    """One building of an environment, in a folder of its own."""

    target: Target
    folder: Path
    """Gets `venv`; the checkout that it is installed from is removed at the end."""
    log: Path
    home: Home

    def run(self, mirror: Mirror, sha: str, label: str) -> None:
        """Make the virtual environment, and install the target and what it is to have beside it."""
        uv = find_uv(self.home) or private_uv(self.home, self.log)
        if uv is None:
            raise RoomError(
                f"{label}: uv, which builds environments, is not here and cannot be installed",
                fix="Install uv (https://docs.astral.sh/uv/), then run it again.",
            )
        venv, source = self.folder / "venv", self.folder / "source"
        source.mkdir()
        check_out(mirror, sha, source)
        made_with = self.target.python or sys.executable
        # Relocatable: it is moved when it is whole, and rooms copy its commands.
        make = ["venv", "--no-project", "--relocatable", "--python", made_with, str(venv)]
        self._step([*uv, *make], label)
        python = str(venv / "bin" / "python")
        install = [*uv, "pip", "install", "--compile-bytecode", "--python", python]
        if "UV_LINK_MODE" not in os.environ:
            # Linked files would be one with those of uv's cache: to write here were to write there.
            install += ["--link-mode", "copy"]
        if what := [*self._itself(), *self.target.requirements]:
            self._step([*install, *what], label)
        # So that `pip` in a room is this one, and what it installs stays in the room.
        has_pip = any(venv.glob("lib/python*/site-packages/pip"))
        if not has_pip and (pip := _bundled_pip(python)):
            self._step([*install, "--no-index", "--no-deps", pip], label)
        self._step([*uv, "pip", "list", "--format=freeze", "--python", python], label)
        remove_folder(source)

    def _itself(self) -> list[str]:
        """Return the target, as an installer that runs in the checkout names it."""
        install = self.target.install
        if install is None:
            return []
        return [install if install.startswith(".") else f"./{install}"]

    def _step(self, command: Sequence[str], label: str) -> None:
        code = run_step(
            command,
            self.log,
            directory=self.folder / "source",
            variables=installer_variables(os.environ),
        )
        if code != 0:
            said = tail(self.log)
            raise RoomError(
                f"{label} cannot be installed: {Path(command[0]).name} ended with {code}\n"
                f"{said}\nthe whole log: {self.log}",
                fix=mending(said, "When the cause is mended, run the same command again."),
            )


def installer_variables(ours: Mapping[str, str]) -> dict[str, str]:
    """Return the variables for an installer: ours, without the keys; a revision may run code."""
    kept = {
        name: value
        for name, value in ours.items()
        if name not in _OF_ANOTHER and (_is_needed(name) or not _is_secret(name, value))
    }
    return {**kept, "NO_COLOR": "1", "UV_NO_PROGRESS": "1"}


def _is_needed(name: str) -> bool:
    return name.startswith(_INSTALLERS) or name.casefold().endswith(_PROXY)


def _is_secret(name: str, value: str) -> bool:
    return names_secret(name) or may_hold_password(value)


def _bundled_pip(python: str) -> str:
    """Return the wheel of pip that a Python brings along, "" where there is none."""
    found = subprocess.run(
        [python, "-I", "-c", _BUNDLED_PIP], capture_output=True, text=True, check=False
    )
    return found.stdout
