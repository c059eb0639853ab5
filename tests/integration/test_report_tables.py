"""Coverage and failures as a page shows them are those that the command line gives."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from midspan.pipelines.cli import compare, failures
from midspan.pipelines.workspace import Workspace
from tests.support.compared import workspace_of
from tests.support.read_pages import read
from tests.support.report_files import sweep, written


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two models: one left a task out, the other lost a run of each to its platform."""
    trials = {"a": dict.fromkeys("abcde", "110"), "b": dict.fromkeys("bcde", "1i")}
    return workspace_of(tmp_path_factory.mktemp("uneven") / "ws", trials)


def said(command: Any, *arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(command, [*arguments, "--json"])
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def test_coverage_is_that_of_compare(browser: Any, uneven: Workspace, tmp_path: Path) -> None:
    told = said(compare.command, str(uneven.path), "--by", "model")
    expected = {
        row["task"]: ["not planned" if planned == 0 else f"{done} of {planned}"]
        for row in told["matrix"]
        for done, planned in [row["done"][1]]
    }
    assert expected["a"] == ["not planned"]
    with read(browser, written(uneven, tmp_path / "report.html")) as opened:
        opened.go("coverage?by=model")
        rows = opened.page.evaluate(SECOND_SIDE)
        assert {task: [words] for task, words in rows} == expected
        opened.page.get_by_text("Shared tasks only").click()
        shared = [task for task, _ in opened.page.evaluate(SECOND_SIDE)]
        assert shared == ["b", "c", "d", "e"]
        opened.page.locator("button.cover-field").first.click()
        opened.page.get_by_role("heading", name="Missing: b").wait_for()
        assert opened.page.url.endswith("#/coverage?by=model&shared=1&of=b&side=b")
        assert "Lost to the platform" in opened.page.locator("main").inner_text()
        heads = opened.page.locator(".cover thead th")
        assert heads.all_inner_texts() == ["Task", "a", "b"]
        assert opened.page.locator(".count").inner_text() == "20 of 23 runs, of shared tasks"
        opened.go("coverage?by=model&model=b")
        assert heads.all_inner_texts() == ["Task", "b"]
        assert (opened.complaints, opened.asked) == ([], [])


SECOND_SIDE = r"""() => [...document.querySelectorAll('.cover tbody tr:not(.total)')].map(row => {
  const field = row.querySelectorAll('td')[1].textContent;
  const [, done, planned] = field.match(/^(\d+) of \/(\d+)/) ?? [];
  return [row.querySelector('th').textContent, done ? `${done} of ${planned}` : field.slice(1)];
})"""


def test_causes_are_those_of_failures(browser: Any, tmp_path: Path) -> None:
    workspace = sweep(tmp_path, runs=144)
    told = said(failures.command, str(workspace.path))
    with read(browser, written(workspace, tmp_path / "report.html")) as opened:
        opened.go("failures")
        assert f"{told['failed']} of {told['judged']} judged runs failed" in (
            opened.page.locator("main .says").first.inner_text()
        )
        counts = opened.page.locator(".rule-count").all_inner_texts()
        assert [int(count.split()[0]) for count in counts] == [
            rule["runs"] for rule in told["rules"]
        ]
        rows = opened.page.locator("main table tbody tr")
        assert rows.count() == len(told["causes"])
        example = rows.first.locator("a.run-link")
        assert told["causes"][0]["example"] in str(example.get_attribute("href"))
        example.click()
        opened.page.wait_for_selector("main.run [role=treeitem]")
        assert (opened.complaints, opened.asked) == ([], [])
