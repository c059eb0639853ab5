"""Where each file of a sweep stands."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from midspan.instrumentation.segment import SUFFIX
from midspan.pipelines.records import PLAN_FILE, result_path

SUITE_FILE: Final = "suite.yaml"
"""Name of the suite in the stored copy, whatever it was called."""
EXPERIMENT_FILE: Final = "experiment.json"
"""What belongs to the stored copy and stands in no suite: the experiment, the commits."""

SWEEPS: Final = Path("sweeps")
"""Folder of the sweeps that are given no directory."""


@dataclass(frozen=True)
class SweepFolder:
    """A directory in which a sweep keeps all that it has and makes."""

    root: Path

    @classmethod
    def default(cls, experiment: str) -> "SweepFolder":
        """Return where a sweep stands when no directory is named."""
        return cls(SWEEPS / experiment)

    @property
    def spool(self) -> Path:
        """The plan, and spans and result record of each run: what `midspan ingest` reads."""
        return self.root / "spool"

    @property
    def plan(self) -> Path:
        """The planned runs, one a line."""
        return self.spool / PLAN_FILE

    @property
    def suite(self) -> Path:
        """The stored copy of the suite and of every file it names: all that a worker reads."""
        return self.root / "suite"

    @property
    def suite_file(self) -> Path:
        """The suite in the stored copy."""
        return self.suite / SUITE_FILE

    @property
    def experiment_file(self) -> Path:
        """Name of the experiment and commits of the revisions, beside the stored suite."""
        return self.suite / EXPERIMENT_FILE

    @property
    def sessions(self) -> Path:
        """Native session files of the agents, a folder a launch."""
        return self.root / "sessions"

    @property
    def logs(self) -> Path:
        """What the agents printed, a file a launch."""
        return self.root / "logs"

    @property
    def claims(self) -> Path:
        """Locks: a worker holds that of the run it is at."""
        return self.root / "claims"

    @property
    def rooms(self) -> Path:
        """Directories in which agents work, one a launch; removed when it ended."""
        return self.root / "rooms"

    @property
    def jobs(self) -> Path:
        """Ledger of the jobs that were submitted, appended to and never overwritten."""
        return self.root / "jobs.jsonl"

    @property
    def history(self) -> Path:
        """Under which settings runs were done, once the suite was changed."""
        return self.root / "history.json"

    @property
    def judged(self) -> Path:
        """Result records of runs whose checks were changed, with what came of the new ones."""
        return self.root / "judged"

    @property
    def workspace(self) -> Path:
        """Tables and scores of the sweep."""
        return self.root / "workspace"

    def keeps(self, path: Path) -> bool:
        """Return whether a file lies where the sweep keeps its own."""
        kept = (self.spool, self.suite, self.sessions, self.logs, self.claims, self.rooms)
        made = (self.jobs, self.history, self.judged, self.workspace)
        places = [place.resolve() for place in (*kept, *made)]
        return any(path.resolve().is_relative_to(place) for place in places)

    def spans_of(self, run_id: str, launch: int) -> Path:
        """Return the (first) spool file of a launch."""
        return self.spool / f"{run_id}-{launch}{SUFFIX}"

    def result_of(self, run_id: str, launch: int) -> Path:
        """Return the result record of a launch."""
        return result_path(self.spool, run_id, launch)

    def log_of(self, run_id: str, launch: int) -> Path:
        """Return what the agent of a launch printed."""
        return self.logs / f"{run_id}-{launch}.log"

    def sessions_of(self, run_id: str, launch: int) -> Path:
        """Return the folder of the native session files of a launch."""
        return self.sessions / f"{run_id}-{launch}"

    def claim_of(self, run_id: str) -> Path:
        """Return the lock of a run."""
        return self.claims / run_id

    def room_of(self, run_id: str, launch: int) -> Path:
        """Return the directory in which a launch works."""
        return self.rooms / f"{run_id}-{launch}"


def log_beside(workspace: Path, run_id: str, launch: int) -> Path | None:
    """Return what the agent of a launch printed; None for a workspace that is of no sweep."""
    path = SweepFolder(workspace.parent).log_of(run_id, launch)
    return path if path.is_file() else None
