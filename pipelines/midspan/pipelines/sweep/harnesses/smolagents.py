"""A ToolCallingAgent of smolagents, in an interpreter that has it."""

import json
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from midspan.pipelines import agents
from midspan.pipelines.records import HarnessRecord
from midspan.pipelines.sweep.harnesses.driver import Program, Said, Seat
from midspan.pipelines.sweep.harnesses.ends import end_path, said_at_the_end
from midspan.pipelines.sweep.harnesses.installed import agreed, printed
from midspan.pipelines.sweep.harnesses.surroundings import python_for, variables_of
from midspan.scorers.errors import InvalidInput, SurroundingsError
from midspan.scorers.suite import SmolagentsHarness
from midspan.scorers.suite.harness import TARGET_PYTHON

RUNNER: Final = Path(agents.__path__[0]) / "smolagents_agent.py"
INSTRUMENTATION: Final = ("midspan", "openinference-instrumentation-smolagents")

_VERSION_OF: Final = "import importlib.metadata as m; print(m.version({name!r}))"


@dataclass(frozen=True, kw_only=True)
class SmolagentsDriver:
    """Starts our small program around smolagents; the file that it leaves tells the answer."""

    name: str
    harness: SmolagentsHarness

    def identity(self) -> HarnessRecord:
        """Return the smolagents of the interpreter; the target's can be asked by nobody yet."""
        version = self.harness.version
        if self.harness.python != TARGET_PYTHON:
            python = self.harness.python or sys.executable
            there = self._installed(python, "smolagents")
            fix = _install(python, [f"smolagents[openai]=={version}"])
            version = agreed("smolagents", wanted=version, there=there, fix=fix)
            if self.harness.instrument != "proxy":
                for package in INSTRUMENTATION:
                    self._installed(python, package)
        return HarnessRecord(name=self.name, version=version)

    def program(self, seat: Seat) -> Program:
        """Return our program with its task on stdin."""
        if seat.base_url is None:
            raise InvalidInput(f"harness {self.name}: the model has no `endpoint` and no `serve`")
        task = {
            "prompt": seat.prompt,
            "model": seat.model,
            "base_url": seat.base_url,
            "api_key": seat.api_key,
            "max_turns": seat.max_turns,
            "retries": seat.retries or 0,
            "end": str(end_path(seat)),
        }
        return Program(
            argv=(python_for(self.harness.python, seat), str(RUNNER)),
            environment=variables_of(seat, self.harness),
            stdin=json.dumps(task).encode(),
        )

    def said(self, seat: Seat, stdout: Path, stderr: Path) -> Said:
        """Return what it left in its file."""
        return said_at_the_end(seat, stderr)

    def _installed(self, python: str, package: str) -> str:
        version = printed([python, "-c", _VERSION_OF.format(name=package)])
        if version is None:
            wanted = self.harness.version
            pinned = "smolagents[openai]" + (f"=={wanted}" if wanted else "")
            raise SurroundingsError(
                f"harness {self.name}: {python} has no {package}",
                fix=_install(python, [pinned if package == "smolagents" else package]),
            )
        return version


def _install(python: str, packages: list[str]) -> str:
    return "Install it: " + shlex.join([python, "-m", "pip", "install", *packages])
