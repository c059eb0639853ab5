"""The tasks of a suite, each a test for each variant; what has not run yet is run first."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from midspan.pipelines.pytest_plugin.items import Failed, Item, node_id
from midspan.pipelines.pytest_plugin.options import INTO, MARK, PASS_RATE, SUITE

if TYPE_CHECKING:
    from midspan.pipelines.pytest_plugin.sweeping import Sweep, Swept
    from midspan.pipelines.sweep.plan import SweepRun

_AXES: Final = ("model", "revision", "tier", "harness")
_SWEEP: "Final[pytest.StashKey[Sweep]]" = pytest.StashKey()


class TaskItem(Item):
    """One task of one variant, with its trials."""

    def __init__(self, *, runs: "Sequence[SweepRun]", **rest: Any) -> None:
        """Keep which runs are its trials."""
        super().__init__(**rest)
        self.runs = runs
        self.user_properties += [("run_id", run.run_id) for run in runs]

    def runtest(self) -> None:
        """Fail where too few trials succeeded, or it is not known whether enough did."""
        if not self.runs[0].task.checks:
            pytest.skip("the task has no checks: nobody knows whether it succeeded")
        from midspan.pipelines.pytest_plugin.trials import Trial, summed

        done = swept(self.session)
        trials = [
            Trial(
                number=run.planned.trial,
                verdict=done.verdicts.get(run.run_id),
                problem=done.problems.get(run.run_id),
                log=done.log_of(run.run_id),
            )
            for run in self.runs
        ]
        found = summed(trials, pass_rate=self.config.getoption(PASS_RATE))
        if not found.passed:
            raise Failed(found.message)
        self.add_report_section("call", MARK, found.message)


class TasksCollector(pytest.Collector):
    """The tasks of one suite."""

    def __init__(self, *, runs: "Sequence[SweepRun]", **rest: Any) -> None:
        """Keep what is planned."""
        super().__init__(**rest)
        self.runs = runs

    def collect(self) -> Iterator[TaskItem]:
        """Yield an item for each task of each variant, task by task."""
        tasks = list(dict.fromkeys(run.task.id for run in self.runs))
        ordered = sorted(self.runs, key=lambda run: tasks.index(run.task.id))
        axes = [
            axis for axis in _AXES if len({getattr(run.planned, axis) for run in self.runs}) > 1
        ]
        for (task, variant), runs in groupby(ordered, key=lambda run: _cell(run, axes)):
            name = f"{task}[{' · '.join(variant)}]" if variant else task
            nodeid = f"{self.nodeid}::{name}"
            item = TaskItem.from_parent(self, name=name, nodeid=nodeid, runs=tuple(runs))
            item.add_marker(MARK)
            yield item


def tasks_collector(session: pytest.Session) -> TasksCollector:
    """Return the collector of the suite that is asked for; its runs are planned, and not begun."""
    from midspan.pipelines.pytest_plugin.sweeping import Sweep
    from midspan.scorers.errors import MidspanError

    config = session.config
    path = config.getoption(SUITE)
    try:
        sweep = Sweep.planned(Path(path), into=config.getoption(INTO))
    except MidspanError as error:
        raise pytest.UsageError(f"{SUITE} {path}: {error}") from error
    config.stash[_SWEEP] = sweep
    where = Path(path).absolute()
    collector: TasksCollector = TasksCollector.from_parent(
        session, name=path, path=where, nodeid=node_id(config, where), runs=sweep.plan.runs
    )
    return collector


def swept(session: pytest.Session) -> "Swept":
    """Return the sweep of the tasks that were chosen, once each of their runs has been done."""
    from midspan.scorers.errors import MidspanError

    sweep = session.config.stash[_SWEEP]
    chosen = [item for item in session.items if isinstance(item, TaskItem)]
    runs = [run for item in chosen for run in item.runs] or sweep.plan.runs
    try:
        return sweep.swept([run.run_id for run in runs], say=_saying(session.config))
    except MidspanError as error:
        pytest.exit(f"{SUITE}: {error}", returncode=pytest.ExitCode.USAGE_ERROR)


def _saying(config: pytest.Config) -> Any:
    """Return what prints a line while a test runs, past the capturing of what tests print."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    capture = config.pluginmanager.get_plugin("capturemanager")

    def say(line: str) -> None:
        if reporter is None:
            return
        if capture is None:
            reporter.write_line(line)
            return
        with capture.global_and_fixture_disabled():
            reporter.write_line(line)

    return say


def _cell(run: "SweepRun", axes: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    values = (getattr(run.planned, axis) for axis in axes)
    return run.task.id, tuple(str(value) for value in values if value is not None)
