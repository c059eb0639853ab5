"""Runs of tasks that a suite does not have are said: how many, and of which tasks."""

from pathlib import Path

import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.scoring.unknown_tasks import unknown_tasks
from midspan.pipelines.workspace import Workspace
from tests.support.otlp import write
from tests.support.watched import story

SUITE = Path("suite.yaml")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("tasks")
    for trace, task in enumerate(["price", "prize", "prize", "late", "lost", "more"], start=1):
        spans = story(trace=trace, run_id=f"{trace}" * 32, task=task).spans
        write(folder / "spool" / f"{trace}.jsonl", spans)
    ingest([folder / "spool"], folder / "ws")
    return Workspace(folder / "ws")


@pytest.mark.parametrize(
    ("tasks", "said"),
    [
        (["price", "prize", "late", "lost", "more", "never"], []),
        (
            ["price"],
            [
                "suite.yaml: 5 runs are of 4 tasks that it does not have: "
                "prize, late, lost and 1 more"
            ],
        ),
        (
            ["price", "late", "lost", "more"],
            [
                "suite.yaml: 2 runs are of a task that it does not have: prize. "
                "Did you mean 'price'?"
            ],
        ),
        (
            ["price", "prize", "lost", "more"],
            ["suite.yaml: 1 run is of a task that it does not have: late"],
        ),
        (["other"], ["suite.yaml: no run is of any of its tasks, so none is compared"]),
    ],
)
def test_what_is_said_of_tasks(workspace: Workspace, tasks: list[str], said: list[str]) -> None:
    assert list(unknown_tasks(workspace, tasks, SUITE)) == said


def test_a_file_that_is_meant_for_some_tasks(workspace: Workspace) -> None:
    assert list(unknown_tasks(workspace, ["price"], SUITE, some=True)) == []
    assert len(list(unknown_tasks(workspace, ["other"], SUITE, some=True))) == 1
