"""What the demo runs: the tasks and the matrix of `suite.yaml`, and the runs that follow."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from midspan.pipelines.demo.wording import REVISIONS
from midspan.pipelines.files import load_suite
from midspan.pipelines.sweep.plan import ResolvedRevision, SweepPlan, planned_sweep
from midspan.scorers.errors import InvalidInput
from midspan.scorers.suite import Revision, Suite, Target

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


def demo_plan() -> SweepPlan:
    """Return all runs of the matrix, cell after cell."""
    return planned_sweep(SUITE, resolve=_resolve)


def require_tasks(suite: Suite, names: Sequence[str]) -> None:
    """Raise where the suite has no task of such a name."""
    for name in names:
        if suite.task(name) is None:
            known = ", ".join(task.id for task in suite.tasks)
            raise InvalidInput(f"{SUITE.name} has no task {name!r}", fix=f"Tasks: {known}")


def _resolve(_target: Target, revision: Revision) -> ResolvedRevision:
    """Return a revision of the tools: they differ in wording.py, not in git."""
    sha = REVISIONS[revision.ref].sha
    return ResolvedRevision(label=revision.label, ref=revision.ref, sha=sha)
