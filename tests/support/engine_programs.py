"""Programs named like engines, on a PATH of their own."""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STAND_IN = Path(__file__).with_name("engine_stand_in.py")


@dataclass(frozen=True)
class Programs:
    """A folder for PATH, and what was asked of the programs in it."""

    folder: Path

    @property
    def variables(self) -> dict[str, str]:
        """Our environment, with only these engines in it."""
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return {**kept, "PATH": f"{self.folder}{os.pathsep}/usr/bin{os.pathsep}/bin"}

    def add(self, name: str, *, model: str = "org/model", **how: Any) -> None:
        """Put a program there that serves `model`; see the stand-in for what it can do wrong."""
        self.folder.mkdir(exist_ok=True)
        file = self.folder / f"{name}.json"
        file.write_text(json.dumps({"model": model, **how}))
        # Without the packages of our environment it starts in no time.
        python = f"{sys.executable}{'' if 'scripted' in how else ' -I -S'}"
        self.write(name, f'exec {python} {STAND_IN} {file} "$@"')

    def write(self, name: str, lines: str) -> None:
        """Put a shell script there."""
        self.folder.mkdir(exist_ok=True)
        program = self.folder / name
        program.write_text(f"#!/bin/sh\n{lines}\n")
        program.chmod(0o755)

    def calls(self, name: str) -> list[dict[str, Any]]:
        """Return argv, pid, cwd and variables of each start."""
        file = self.folder / f"{name}.calls"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
