"""A spool that is watched, and what its files give when all of them are read at once."""

import json
import shutil
from pathlib import Path
from typing import Any

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.watch.figures import Figures
from midspan.pipelines.watch.tails import TailSettings
from midspan.pipelines.watch.tails.scoring import Scoring
from midspan.pipelines.watch.tails.spool import SpoolTail
from midspan.pipelines.workspace import Workspace
from tests.support.otlp import Json
from tests.support.shop_runs import run_spans
from tests.support.workspaces import rows

ALL = ("runs", "spans", "text", "calls", "tools", "scores", "quarantine")


def run_id(number: int) -> str:
    """Return a run id."""
    return f"{number:032x}"


def spans(number: int, *, revision: str = "v1") -> list[Json]:
    """Return the spans of a run."""
    return run_spans(number, experiment="spooled", revision=revision, task="price", trial=number)


def result(spool: Path, number: int, launch: int = 0, **record: Any) -> Path:
    """Write how a launch ended."""
    path = spool / f"{run_id(number)}-{launch}.result.json"
    path.write_text(
        json.dumps(
            {"run_id": run_id(number), "launch": launch, "ended_by": "exit", "exit_code": 0}
            | record
        )
    )
    return path


def plan(spool: Path, *numbers: int) -> None:
    """Write which runs are planned."""
    lines = [
        {"run_id": run_id(number), "experiment": "spooled", "task": "price", "trial": number}
        for number in numbers
    ]
    (spool / "plan.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def settings(folder: Path, source: str | None = None, **changes: Any) -> TailSettings:
    """Return how a spool below a folder is watched."""
    values: dict[str, Any] = {
        "source": source or str(folder / "spool"),
        "workspace": folder / "ws",
        "state": folder / "ws-state",
        "quiet": 1.0,
        "timeout": 60.0,
    }
    return TailSettings(**values | changes)


class Clock:
    """Time that goes on when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def tail(asked: TailSettings, clock: Clock, *, score: Any = None) -> SpoolTail:
    """Return the tail of a spool."""
    figures = Figures(asked.state / "figures" / "scorer.json")
    asked.state.mkdir(exist_ok=True, parents=True)
    return SpoolTail(asked, score=score or Scoring(asked, figures), figures=figures, clock=clock)


def step(watching: SpoolTail) -> int:
    """Return how many launches were read after a look."""
    watching.look()
    total = 0
    while done := watching.step():
        total += done
    return total


def offline(folder: Path, spool: Path) -> dict[str, Any]:
    """What a workspace holds of a spool that is read at once; paths as they are."""
    path = folder / "offline"
    shutil.rmtree(path, ignore_errors=True)
    ingest([spool], path)
    workspace = Workspace(path)
    workspace.score()
    return contents(workspace)


def contents(workspace: Workspace) -> dict[str, Any]:
    """Return all rows of a workspace."""
    return {name: sorted(rows(workspace, name), key=repr) for name in ALL}
