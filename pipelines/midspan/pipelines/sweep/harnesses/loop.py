"""The tool loop that comes with midspan."""

import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from midspan.instrumentation import environment
from midspan.pipelines.agents.openai_loop.task import INSTRUCTIONS, LoopEnd, LoopTask
from midspan.pipelines.records import HarnessRecord
from midspan.pipelines.sweep.harnesses.driver import Program, Said, Seat
from midspan.pipelines.sweep.harnesses.offered import workbench_digest
from midspan.pipelines.sweep.harnesses.untrusted import end_of, last_line, tail_of
from midspan.scorers.errors import InvalidInput
from midspan.scorers.suite import OpenAILoopHarness

# Neither the run's directory nor PYTHONPATH: a file that an agent writes is not to be imported.
ARGV: Final = ("-E", "-P", "-m", "midspan.pipelines.agents.openai_loop")


@dataclass(frozen=True, kw_only=True)
class LoopDriver:
    """Starts the loop with our own interpreter; the one line that it prints says how it ended."""

    name: str
    harness: OpenAILoopHarness

    def identity(self) -> HarnessRecord:
        """Return midspan's own version, unless the suite names one."""
        return HarnessRecord(
            name=self.name,
            version=self.harness.version or version("midspan"),
            tools_digest=workbench_digest(),
        )

    def program(self, seat: Seat) -> Program:
        """Return the loop with its task on stdin."""
        if seat.base_url is None:
            raise InvalidInput(f"harness {self.name}: the model has no `endpoint` and no `serve`")
        task = LoopTask(
            prompt=seat.prompt,
            model=seat.model,
            base_url=seat.base_url,
            api_key=seat.api_key,
            instructions=self.harness.instructions or INSTRUCTIONS,
            max_turns=seat.max_turns,
            retries=seat.retries or 0,
            sampling=seat.sampling,
            spans=self.harness.instrument,
        )
        variables = dict(seat.environment)
        variables.pop(environment.SPOOL, None)
        if self.harness.instrument != "proxy":
            variables[environment.SPOOL] = str(seat.spool.absolute())
        argv = (sys.executable, *ARGV)
        return Program(
            argv=argv,
            environment=variables,
            stdin=task.written(),
            template=(*argv, "--template") if sys.platform == "linux" else (),
        )

    def said(self, seat: Seat, stdout: Path, stderr: Path) -> Said:
        """Return what its line says; without one it was ended before."""
        known: dict[str, Any] = {"retry_budget": seat.retries or 0, "max_turns": seat.max_turns}
        ended = LoopEnd.from_line(last_line(end_of(stdout)) or "")
        if ended is None:
            told = tail_of(stderr)
            return Said(answer=None, failed=f"openai-loop: {told}" if told else None, **known)
        known["budget"] = "turns" if ended.budget else None
        return Said(answer=ended.answer, failed=ended.failed, **known)
