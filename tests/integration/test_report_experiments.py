"""A task that several experiments ran is one task, and experiments can be held apart."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from midspan.pipelines.workspace import Workspace
from tests.support.read_pages import read
from tests.support.report_figures import TABLES, assert_alike, compared, only
from tests.support.report_files import sweep, written
from tests.support.workspaces import put


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A sweep whose trials are of two experiments; the second left out a model at some tasks."""
    directory = tmp_path_factory.mktemp("several")
    plain = sweep(directory, runs=144)
    second = pl.col("trial") > 0
    left_out = second & (pl.col("model") == "small") & pl.col("task").str.ends_with("3")
    runs = plain.table("runs").collect().filter(~left_out)
    named = pl.when(second).then(pl.lit("second")).otherwise(pl.lit("first"))
    found = Workspace.create(directory / "several")
    for name in TABLES:
        rows = plain.table(name).collect()
        kept = rows.filter(pl.col("run_id").is_in(runs["run_id"].implode()))
        put(found, name, kept.with_columns(experiment=named) if name == "runs" else kept)
    return found


@pytest.fixture(scope="module")
def page(several: Workspace) -> Path:
    return written(several, several.path.parent / "report.html")


@pytest.mark.parametrize("axis", ["model", "revision", "experiment"])
@pytest.mark.parametrize("shared", [False, True])
def test_figures_are_those_of_compare(
    browser: Any, several: Workspace, page: Path, axis: str, shared: bool
) -> None:
    options = ["--only-shared-tasks"] if shared else []
    with read(browser, page) as opened:
        opened.go(f"overview?by={axis}{'&shared=1' if shared else ''}")
        assert_alike(opened.figures(), compared(several, axis, *options))


@pytest.mark.parametrize("axis", ["model", "experiment"])
def test_filtered_figures_are_those_of_the_filtered_runs(
    browser: Any, several: Workspace, page: Path, tmp_path: Path, axis: str
) -> None:
    alone = only(several, tmp_path / "alone", pl.col("revision") == "v1")
    with read(browser, page) as opened:
        opened.go(f"overview?by={axis}&revision=v1")
        assert_alike(opened.figures(), compared(alone, axis), filtered=True)
        opened.go(f"overview?by={axis}&revision=v1&shared=1")
        expected = compared(alone, axis, "--only-shared-tasks")
        assert_alike(opened.figures(), expected, filtered=True)


def test_one_experiment_can_be_looked_at_alone(
    browser: Any, several: Workspace, page: Path, tmp_path: Path
) -> None:
    alone = only(several, tmp_path / "alone", pl.col("experiment") == "second")
    with read(browser, page) as opened:
        opened.go("overview?by=model&experiment=second")
        assert_alike(opened.figures(), compared(alone, "model"), filtered=True)


def test_a_task_of_both_is_one_row(browser: Any, several: Workspace, page: Path) -> None:
    tasks = several.table("runs").collect()["task"].n_unique()
    with read(browser, page) as opened:
        opened.go("coverage?by=model")
        names = opened.page.locator(".cover tbody tr:not(.total) th").all_inner_texts()
        assert (len(names), len(set(names))) == (tasks, tasks)
        assert not any("/" in name for name in names)
        opened.go("results")
        assert opened.page.locator(".task-list li").count() == tasks
        assert f"of {tasks} tasks, 2 experiments" in opened.page.locator(".about").inner_text()
        assert (opened.complaints, opened.asked) == ([], [])
