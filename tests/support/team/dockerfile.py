"""deploy/Dockerfile as instructions, stage by stage; and its installations, done without Docker."""

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from midspan.pipelines.servers.home import Home, locked
from midspan.pipelines.servers.installing import find_uv
from tests.support.team.compose_file import DEPLOY, ROOT

COMPLETE: Final = "complete"


@dataclass(kw_only=True)
class Stage:
    """One `FROM ... AS name`, with what follows it."""

    base: str
    name: str
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def arguments(self, instruction: str) -> list[str]:
        return [text for name, text in self.instructions if name == instruction]

    def words(self, instruction: str) -> list[str]:
        """The words of an instruction in its JSON form, such as ENTRYPOINT."""
        (text,) = self.arguments(instruction)
        found: list[str] = json.loads(text)
        return found

    def copied(self) -> list[tuple[list[str], str]]:
        """What is copied from the repository, and where to."""
        found = []
        for text in self.arguments("COPY"):
            words = shlex.split(text)
            if not any(word.startswith("--from=") for word in words):
                plain = [word for word in words if not word.startswith("--")]
                found.append((plain[:-1], plain[-1]))
        return found

    def health(self) -> list[str]:
        (text,) = self.arguments("HEALTHCHECK")
        found: list[str] = json.loads(text.partition("CMD")[2])
        return found


def stages(path: Path = DEPLOY / "Dockerfile") -> dict[str, Stage]:
    """The stages by name; one without a name by its number."""
    found: dict[str, Stage] = {}
    for name, text in instructions(path):
        if name == "FROM":
            match = re.fullmatch(r"(\S+)(?: AS (\S+))?", text)
            assert match is not None, text
            stage = Stage(base=match[1], name=match[2] or str(len(found)))
            found[stage.name] = stage
        else:
            found[list(found)[-1]].instructions.append((name, text))
    return found


def instructions(path: Path) -> list[tuple[str, str]]:
    """Each instruction with what follows it on one line; comments left out."""
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    text = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    found = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, _, rest = line.partition(" ")
        found.append((name, re.sub(r" +", " ", rest)))
    return found


def installed(name: str, environments: Path) -> Path:
    """Return what the stage `NAME-installed` makes as /opt/NAME; kept for the next time.

    Its steps are run as they stand, on copies of the files that it copies, with this Python.
    """
    stage = stages()[f"{name}-installed"]
    digest = hashlib.blake2b(digest_size=6)
    digest.update(repr((stage.instructions, sys.version_info[:2])).encode())
    for sources, _ in stage.copied():
        for source in sources:
            if (ROOT / source).is_file():
                digest.update((ROOT / source).read_bytes())
    folder = environments / f"team-{name}-{digest.hexdigest()}"
    with locked(environments / f"team-{name}.lock", f"{name}: another test installs it"):
        if not (folder / COMPLETE).exists():
            shutil.rmtree(folder, ignore_errors=True)
            run_steps(stage, name, folder, folder.with_suffix(".source"))
            (folder / COMPLETE).touch()
    return folder


def run_steps(stage: Stage, name: str, folder: Path, source: Path) -> None:
    """Run COPY and RUN of a stage in the folder `source`, with `folder` for /opt/NAME."""
    uv = find_uv(Home.at(folder.parent))
    assert uv is not None, "there is no uv; `make test` installs one"
    shutil.rmtree(source, ignore_errors=True)
    (source / "bin").mkdir(parents=True)
    (source / "bin" / "uv").write_text(f'#!/bin/sh\nexec {shlex.join(uv)} "$@"\n')
    (source / "bin" / "uv").chmod(0o755)
    variables = {
        **os.environ,
        "PATH": f"{source / 'bin'}:{os.environ['PATH']}",
        "UV_PYTHON": sys.executable,
        "UV_PYTHON_DOWNLOADS": "never",
    }
    try:
        for instruction, text in stage.instructions:
            if instruction == "COPY":
                *sources, target = [word for word in shlex.split(text) if not word.startswith("-")]
                for one in sources:
                    copy(ROOT / one, source / target / ("" if len(sources) > 1 else "."), one)
            elif instruction == "RUN":
                command = text.replace(f"/opt/{name}", str(folder))
                done = subprocess.run(
                    ["/bin/sh", "-ec", command],
                    cwd=source,
                    env=variables,
                    capture_output=True,
                    text=True,
                )
                assert done.returncode == 0, f"{command}\n{done.stderr[-4000:]}"
    finally:
        shutil.rmtree(source, ignore_errors=True)


def copy(found: Path, target: Path, named: str) -> None:
    """Copy as COPY does: a file into a folder, of a folder what is in it."""
    if found.is_dir():
        shutil.copytree(
            found, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
        )
    else:
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy2(found, target / Path(named).name)
