"""Runs the matrix of the demo: real HTTP, real tools, spans and results into a spool."""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Final

import httpx

from midspan.pipelines.checks import run_checks
from midspan.pipelines.demo.agent import NAME, Agent, Ended
from midspan.pipelines.demo.behaviours import Chance
from midspan.pipelines.demo.definitions import definitions_digest
from midspan.pipelines.demo.model_server import ModelServer
from midspan.pipelines.demo.models import Models
from midspan.pipelines.demo.recording import Recorder
from midspan.pipelines.demo.shop import Shop
from midspan.pipelines.demo.tasks import demo_suite, plan_runs, task_files
from midspan.pipelines.demo.tools import Toolset
from midspan.pipelines.demo.wording import REVISIONS
from midspan.pipelines.records import (
    PLAN_FILE,
    HarnessRecord,
    PlannedRun,
    ResultRecord,
    write_plan,
    write_result,
)
from midspan.scorers.errors import InvalidInput
from midspan.scorers.suite import Suite, Task

WORKERS: Final = 4
OVERLOADED: Final = 0.01
"""The share of requests that the model server refuses at first: there are provider faults too."""

Progress = Callable[[PlannedRun, ResultRecord], None]


@dataclass(frozen=True, kw_only=True)
class DemoResult:
    """What the demo left behind."""

    spool: Path
    """One file of spans and one result record per run, and the plan."""
    planned: Sequence[PlannedRun]
    results: Mapping[str, ResultRecord]
    """By run id."""


def run_demo(
    directory: Path,
    *,
    seed: int = 0,
    tasks: Sequence[str] | None = None,
    workers: int = WORKERS,
    models: Models | None = None,
    progress: Progress | None = None,
    clock: Callable[[], int] = time.time_ns,
) -> DemoResult:
    """Return where the spans and results of all runs stand; the same seed makes the same runs.

    Args:
        directory: `spool` and one folder per run are made in it; neither may be there yet.
        seed: Moves every choice of the models.
        tasks: Ids of the only tasks to run.
        workers: Runs at a time.
        models: The models behind the server, in place of the scripted ones.
        progress: Called in the calling thread after each run.
        clock: Nanoseconds since the epoch, for the result records.
    """
    suite = demo_suite()
    planned = plan_runs(suite, only=tasks)
    spool = directory / "spool"
    if any((directory / name).exists() for name in ("spool", "runs")):
        raise InvalidInput(
            f"{directory} is not empty: it holds an earlier demo",
            fix=f"Remove it, or name another: rm -r {directory}",
        )
    spool.mkdir(parents=True)
    write_plan(spool / PLAN_FILE, planned)
    models = models or Models(overloaded=OVERLOADED)
    results = {}
    with (
        Recorder.opened(spool, suite.suite, NAME) as recorder,
        ModelServer(models) as server,
        httpx.Client(base_url=server.url, timeout=30, trust_env=False) as client,
    ):
        floor = _Floor(
            suite=suite,
            directory=directory,
            spool=spool,
            seed=seed,
            client=client,
            recorder=recorder,
            clock=clock,
        )
        with closing(floor.results(planned, workers)) as ended:
            for run, result in ended:
                results[run.run_id] = result
                if progress is not None:
                    progress(run, result)
    return DemoResult(spool=spool, planned=planned, results=results)


@dataclass(frozen=True, kw_only=True)
class _Floor:
    """What the runs of one demo share."""

    suite: Suite
    directory: Path
    spool: Path
    seed: int
    client: httpx.Client
    recorder: Recorder
    clock: Callable[[], int]
    tools_digest: str = field(default_factory=definitions_digest)

    def results(
        self, planned: Sequence[PlannedRun], workers: int
    ) -> Generator[tuple[PlannedRun, ResultRecord], None, None]:
        """Yield each run with its result as it ends; closed early, it begins no further run."""
        pool = ThreadPoolExecutor(workers, thread_name_prefix="demo")
        try:
            futures = {pool.submit(self.run, run): run for run in planned}
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            pool.shutdown(cancel_futures=True)

    def run(self, planned: PlannedRun) -> ResultRecord:
        """Return the result record of a run, after its spans and the record are in the spool."""
        task = self.suite.task(planned.task)
        if task is None:
            raise InvalidInput(f"the suite has no task {planned.task!r}")
        directory = self.directory / "runs" / planned.run_id
        seed = self._seed(planned)
        agent = Agent(
            client=self.client,
            model=planned.model or "",
            tools=_tools(task, directory, planned.revision or ""),
            max_turns=task.budget.turns or 0,
            recorder=self.recorder,
            seed=seed,
        )
        started = self.clock()
        ended = Ended(answer=None, ended_by="exit")
        exit_code = 0
        with self.recorder.run(planned):
            try:
                ended = agent.run(task.prompt)
            except Exception:
                # As a process would end; the error itself stands on the span of the agent.
                exit_code = 1
        ended_ns = self.clock()
        report = self.recorder.report(planned.run_id)
        record = ResultRecord(
            run_id=planned.run_id,
            ended_by=ended.ended_by,
            budget=ended.budget,
            exit_code=exit_code,
            answer=ended.answer,
            checks=run_checks(task.checks, answer=ended.answer, directory=directory),
            started_ns=started,
            ended_ns=ended_ns,
            harness=HarnessRecord(
                name="midspan-demo",
                version=version("midspan"),
                tools_digest=self.tools_digest,
                retry_budget=task.budget.retries,
                max_turns=task.budget.turns,
            ),
            sampling={"seed": seed},
            spans_written=report.written,
            spans_lost=report.lost,
        )
        write_result(self.spool, record)
        return record

    def _seed(self, run: PlannedRun) -> int:
        """Return the seed of a run's requests: runs differ, and a changed prompt moves no other."""
        labels = (run.task, run.model, run.revision, run.trial)
        return int(Chance(seed=str(self.seed)).share(*labels) * 2**31)


def _tools(task: Task, directory: Path, revision: str) -> Toolset:
    """Return the tools of a run, in a directory with the files of its task."""
    for path, data in task_files(task):
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return Toolset(directory=directory, shop=Shop.open(directory), wording=REVISIONS[revision])
