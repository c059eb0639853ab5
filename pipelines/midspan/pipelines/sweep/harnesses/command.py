"""Any command: a program that takes its prompt as an argument."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from midspan.pipelines.records import HarnessRecord
from midspan.pipelines.sweep.harnesses.driver import Program, Said, Seat
from midspan.pipelines.sweep.harnesses.installed import found, version_of
from midspan.pipelines.sweep.harnesses.surroundings import variables_for
from midspan.pipelines.sweep.harnesses.untrusted import end_of, last_line, text_inside
from midspan.scorers.errors import InvalidInput, SurroundingsError
from midspan.scorers.suite import CommandHarness
from midspan.scorers.suite.harness import PLACEHOLDERS

RUNS_OTHERS: Final = re.compile(
    r"(python|pypy|node|ruby|perl|java|bash|sh|zsh|env|uv|uvx|npx|deno|bun)[\d.]*"
)
"""Programs whose version is not that of the agent which they run."""

_PLACEHOLDER: Final = re.compile(r"\{(" + "|".join(PLACEHOLDERS) + r")\}")


@dataclass(frozen=True, kw_only=True)
class CommandDriver:
    """Starts a command of the suite; what it prints or writes is the answer."""

    name: str
    harness: CommandHarness
    folder: Path

    def identity(self) -> HarnessRecord:
        """Return the version that the suite names, else the one that the program prints."""
        version = self.harness.version
        program = self._outside_the_run()
        if program is not None:
            path = found(program)
            if path is None:
                raise SurroundingsError(
                    f"harness {self.name}: {program} is not on PATH",
                    fix=f"Install it, name its path in harnesses.{self.name}.argv,"
                    " or say `from_target: true` where the target brings it",
                )
            if version is None and not RUNS_OTHERS.fullmatch(Path(path).name):
                version = version_of(path)
        return HarnessRecord(name=self.name, version=version)

    def program(self, seat: Seat) -> Program:
        """Return the command with its placeholders filled in, and the tier's words at its end."""
        values = {
            "prompt": seat.prompt,
            "model": seat.model,
            "directory": str(seat.room.directory),
            "sessions": str(seat.sessions),
            "suite": str(self.folder.absolute()),
        }
        if seat.base_url is not None:
            values |= {"base_url": seat.base_url, "api_key": seat.api_key}
        words = [self._filled(word, values) for word in self.harness.argv]
        return Program(
            argv=(*words, *seat.room.arguments), environment=variables_for(seat, self.harness)
        )

    def said(self, seat: Seat, stdout: Path, stderr: Path) -> Said:
        """Return the answer from where the suite says that it stands."""
        where = self.harness.answer
        if where == "last_line":
            return Said(answer=last_line(end_of(stdout)))
        if where == "stdout":
            return Said(answer=(end_of(stdout) or "").strip() or None)
        answer = text_inside(seat.room.directory, where.file)
        return Said(answer=(answer or "").strip() or None)

    def _outside_the_run(self) -> str | None:
        """Return the program, unless it lies in the run's directory or in that of the target."""
        program = self.harness.argv[0].replace("{suite}", str(self.folder.absolute()))
        if self.harness.from_target or "{" in program:
            return None
        return None if "/" in program and not program.startswith("/") else program

    def _filled(self, word: str, values: Mapping[str, str]) -> str:
        # In one pass: a prompt may hold what looks like a placeholder.
        def value(match: re.Match[str]) -> str:
            if match[1] not in values:
                raise InvalidInput(
                    f"harness {self.name}: {match[0]} has no value: the model has no `endpoint`"
                    " and no `serve`"
                )
            return values[match[1]]

        return _PLACEHOLDER.sub(value, word)
