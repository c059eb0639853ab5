"""What the demo runs: the tasks and the matrix of `suite.yaml`, and the runs that follow."""

import shutil
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from midspan.pipelines.demo.wording import REVISIONS
from midspan.pipelines.files import load_suite
from midspan.pipelines.records import PlannedRun, planned_run_id
from midspan.scorers.errors import InvalidInput
from midspan.scorers.suite import Suite, Task

SUITE: Final = Path(__file__).with_name("suite.yaml")
"""The one place where tasks, checks and matrix stand."""

SUITE_FILES: Final = ("suite.yaml", "profile.yaml", "files")
"""What stands beside each other there."""


def demo_suite() -> Suite:
    """Return the suite of the demo."""
    return load_suite(SUITE)


def copy_suite(directory: Path) -> None:
    """Put the suite, its profile and its files into a directory: for `--suite` and `--profile`."""
    for name in SUITE_FILES:
        source = SUITE.with_name(name)
        if source.is_dir():
            shutil.copytree(source, directory / name)
        else:
            shutil.copyfile(source, directory / name)


def task_files(task: Task) -> list[tuple[str, bytes]]:
    """Return the files that a run of the task starts with, by their path in its directory."""
    return [(file.destination, (SUITE.parent / file.from_).read_bytes()) for file in task.files]


def plan_runs(suite: Suite, *, only: Sequence[str] | None = None) -> list[PlannedRun]:
    """Return all runs of the matrix, cell after cell, of all tasks or of only some."""
    for name in only or ():
        if suite.task(name) is None:
            known = ", ".join(task.id for task in suite.tasks)
            raise InvalidInput(f"{SUITE.name} has no task {name!r}", fix=f"Tasks: {known}")
    tasks = {task.id: task for task in suite.tasks if only is None or task.id in only}
    files = {task.id: task_files(task) for task in tasks.values()}
    trials = range(suite.matrix.trials if suite.matrix else 0)
    runs = []
    for cell in suite.cells:
        if cell.task not in tasks:
            continue
        task, variant = tasks[cell.task], cell.variant
        harness = f"{variant.harness}@{version('midspan')}"
        revision_sha = REVISIONS[variant.revision].sha
        for trial in trials:
            run_id = planned_run_id(
                experiment=suite.suite,
                task=task.id,
                prompt=task.prompt,
                files=files[task.id],
                model=variant.model,
                revision_sha=revision_sha,
                tier=variant.tier,
                harness=harness,
                trial=trial,
            )
            runs.append(
                PlannedRun(
                    run_id=run_id,
                    experiment=suite.suite,
                    suite=suite.suite,
                    task=task.id,
                    set=task.set,
                    model=variant.model,
                    revision=variant.revision,
                    revision_sha=revision_sha,
                    tier=variant.tier,
                    harness=harness,
                    trial=trial,
                )
            )
    return runs
