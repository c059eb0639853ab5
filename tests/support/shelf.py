"""Stands for servers that batches are published to, and fails when it is told to."""

import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.manifest import Manifest, Unit
from midspan.pipelines.publish.progress import Progress, untold
from midspan.pipelines.publish.report import Account, Published
from midspan.pipelines.publish.target import Target
from midspan.pipelines.watch.publisher import PublisherSettings
from midspan.pipelines.watch.publisher.backlog import Marks
from midspan.pipelines.watch.publisher.server import Waits
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import SurroundingsError
from tests.support.shop_runs import run_spans

QUICK = Waits(first=0.01, longest=0.02, poll=0.01)
PHOENIX, MLFLOW = "http://127.0.0.1:1/phoenix", "http://127.0.0.1:1/mlflow"


class Shelf:
    """Stands for servers: keeps which runs each was sent, batch by batch, and fails when told."""

    def __init__(self) -> None:
        self.sent: dict[str, list[list[str]]] = {"phoenix": [], "mlflow": []}
        self.rule: Callable[[str, int], str | None] = lambda _server, _time: None
        self.asked: Counter[str] = Counter()
        self.turn = threading.Condition()

    def __call__(self, server: str) -> Any:
        def publish(
            workspace: Workspace,
            target: Target,
            asked: Asked,
            *,
            manifest: Manifest,
            tell: Progress = untold,
        ) -> Published:
            with self.turn:
                self.asked[server] += 1
                time, why = self.asked[server], None
                self.turn.notify_all()
            why = self.rule(server, time)
            if why == "away":
                raise SurroundingsError(f"{server} does not answer")
            account = Account(server=server, url=target.url, tell=tell)
            runs = workspace.table("runs").select("run_id", "task").sort("run_id").collect()
            account.asked("spans", runs.height)
            if why is not None:
                account.left("spans", runs.height, why, ["here"])
                return account.published()
            account.stored("spans", runs.height)
            self.sent[server].append([f"{one[-2:]} {task}" for one, task in runs.rows()])
            for number in runs["run_id"]:
                manifest.add(
                    Unit(
                        server=server,
                        url=target.url,
                        place="1",
                        what="spans",
                        key=number,
                        digest="d",
                        rows=1,
                    )
                )
            return account.published()

        return publish


def spans(run: int, task: str = "price") -> Any:
    """Return the spans of a run."""
    return run_spans(run, experiment="watched", revision="v1", task=task, trial=0)


def settings(state: Path, *, mlflow: bool = True, finish: bool = True) -> PublisherSettings:
    """Return how what waits below a state is published."""
    return PublisherSettings(
        workspace=state.parent / "ws",
        state=state,
        phoenix=PHOENIX,
        mlflow=MLFLOW if mlflow else None,
        finish=finish,
    )


def done(state: Path, server: str) -> int:
    """Return the last batch that a server has."""
    url = PHOENIX if server == "phoenix" else MLFLOW
    return Marks(state, Target(server=server, url=url)).done  # type: ignore[arg-type]
