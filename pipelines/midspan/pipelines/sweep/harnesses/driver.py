"""How a harness is started for one run, and how what it left behind is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from midspan.pipelines.records import BudgetKind, HarnessRecord
from midspan.pipelines.sweep.plan import SweepRun

if TYPE_CHECKING:
    from midspan.pipelines.sweep.places import Room


@dataclass(frozen=True, kw_only=True)
class Seat:
    """All that a harness is given for one launch of a run."""

    run: SweepRun
    room: "Room"
    base_url: str | None
    """Of an OpenAI-compatible server, with `/v1`; None for an agent that knows its own way."""
    api_key: str
    """Worth nothing outside this machine."""
    environment: Mapping[str, str]
    """The room's variables, and those that say which run it is."""
    sessions: Path
    """An empty folder, kept after the run."""
    spool: Path
    """Where instrumentation inside the agent writes."""
    max_turns: int | None = None
    retries: int | None = None
    """How often a request to the model may be tried again."""
    sampling: Mapping[str, Any] = field(default_factory=dict)

    @property
    def model(self) -> str:
        """The model by the name that its server knows."""
        return self.run.model.name

    @property
    def prompt(self) -> str:
        """What the agent is asked."""
        return self.run.task.prompt


@dataclass(frozen=True, kw_only=True)
class Program:
    """A process to be started in the run's directory."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    """All of its variables."""
    stdin: bytes = b""
    template: tuple[str, ...] = ()
    """Starts a process that can fork this program in no time; it does the same as `argv`."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a harness says of its run."""

    answer: str | None
    budget: BudgetKind | None = None
    """The limit of its own that it came to."""
    failed: str | None = None
    """Why it failed, whatever its exit code says."""
    retry_budget: int | None = None
    max_turns: int | None = None


class Driver(Protocol):
    """Starts a harness, and reads what it says."""

    def identity(self) -> HarnessRecord:
        """Return which program it is; one that is not there is an error that says how to get it."""
        ...

    def program(self, seat: Seat) -> Program:
        """Return what to start; configuration is written into the home of the room."""
        ...

    def said(self, seat: Seat, stdout: Path, stderr: Path) -> Said:
        """Return what it said, by what it printed and left in the room and its sessions."""
        ...
