"""A Python function as an agent, in a process of its own each time."""

import ast
import json
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from midspan.pipelines import agents
from midspan.pipelines.records import HarnessRecord
from midspan.pipelines.sweep.harnesses.driver import Program, Said, Seat
from midspan.pipelines.sweep.harnesses.ends import end_path, said_at_the_end
from midspan.pipelines.sweep.harnesses.surroundings import python_for, variables_for
from midspan.scorers.errors import InvalidInput, SurroundingsError
from midspan.scorers.file_format.problems import suggestion
from midspan.scorers.suite import PythonHarness

RUNNER: Final = Path(agents.__path__[0]) / "function_process.py"


@dataclass(frozen=True, kw_only=True)
class PythonDriver:
    """Calls a function that stands beside the suite; what it returns is the answer."""

    name: str
    harness: PythonHarness
    folder: Path

    def identity(self) -> HarnessRecord:
        """Return the version that the suite names; a function that is not there is an error."""
        file, problem = self._problem()
        if problem is not None:
            told, mend = f"harness {self.name}: {problem}", f"harnesses.{self.name}.function"
            if file is not None:
                raise InvalidInput(told, fix=f"Mend it, or {mend}")
            beside = f"beside the suite, in {self.folder.absolute()}"
            raise SurroundingsError(told, fix=f"Put it {beside}, or mend {mend}")
        return HarnessRecord(name=self.name, version=self.harness.version)

    def program(self, seat: Seat) -> Program:
        """Return the process that calls the function, with the run on stdin."""
        python = python_for(self.harness.python, seat)
        argv = (python, str(RUNNER), self.harness.function, str(self.folder.absolute()))
        request = {
            "prompt": seat.prompt,
            "model": seat.model,
            "base_url": seat.base_url,
            "api_key": seat.api_key,
            "sampling": dict(seat.sampling),
            "max_turns": seat.max_turns,
            "retries": seat.retries,
            "arguments": seat.room.arguments,
            "end": str(end_path(seat)),
        }
        mode = "--template" if self.harness.instrument == "proxy" else "--template=auto"
        warm = self.harness.warm and sys.platform == "linux"
        return Program(
            argv=argv,
            environment=variables_for(seat, self.harness),
            stdin=json.dumps(request).encode(),
            template=(*argv, mode) if warm else (),
        )

    def said(self, seat: Seat, stdout: Path, stderr: Path) -> Said:
        """Return what the function returned, or how it failed."""
        return said_at_the_end(seat, stderr)

    def _problem(self) -> tuple[Path | None, str | None]:
        """Return the file and what is wrong, as far as it is seen without running its code."""
        module, _, function = self.harness.function.partition(":")
        path = self.folder.joinpath(*module.split("."))
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file():
                return file, _missing(function, file)
        if self.harness.python is None and find_spec(module.partition(".")[0]) is None:
            return None, f"there is no module {module}"
        return None, None


def _missing(function: str, file: Path) -> str | None:
    try:
        module = ast.parse(file.read_bytes(), str(file))
    except (SyntaxError, ValueError) as error:
        return f"{file} cannot be read: {error}"
    bound = {name for statement in ast.walk(module) for name in _bound(statement)}
    if bound & {function, "*"}:
        return None
    return f"{file} has no {function}.{suggestion(function, sorted(bound))}"


def _bound(node: ast.AST) -> list[str]:
    """Return the names that a piece of code gives to something."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.Name(ctx=ast.Store()):
            return [node.id]
        case ast.alias():
            return [node.asname or node.name]
        case _:
            return []
