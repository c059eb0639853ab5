"""Comparisons and causes of the runs that filters let through are those of these runs alone."""

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from midspan.pipelines.cli import failures
from midspan.pipelines.workspace import Workspace
from tests.support.compared import workspace_of
from tests.support.read_pages import Read, read
from tests.support.report_figures import only, result
from tests.support.report_files import written

MINUS = "\N{MINUS SIGN}"


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two models, of which each is better at some tasks."""
    trials = {
        "a": dict.fromkeys("abcdef", "110") | dict.fromkeys("ghij", "100"),
        "b": dict.fromkeys("abcdef", "010") | dict.fromkeys("ghij", "111"),
    }
    return workspace_of(tmp_path_factory.mktemp("uneven") / "ws", trials)


@pytest.mark.parametrize("revision", ["v1", "v2"])
def test_causes(browser: Any, shop: Workspace, tmp_path: Path, revision: str) -> None:
    alone = only(shop, tmp_path / "alone", pl.col("revision") == revision)
    told = json.loads(CliRunner().invoke(failures.command, [str(alone.path), "--json"]).stdout)
    with read(browser, written(shop, tmp_path / "report.html")) as opened:
        opened.go(f"failures?revision={revision}")
        said = opened.page.locator("main").inner_text()
        if not told["failed"]:
            assert f"All judged runs, {told['judged']} of them, succeeded" in said
            return
        assert f"{told['failed']} of {told['judged']} judged runs failed" in said
        counts = opened.page.locator(".rule-count").all_inner_texts()
        assert [int(count.split()[0]) for count in counts] == [
            rule["runs"] for rule in told["rules"]
        ]
        causes = opened.page.get_by_role("region", name="Causes of failed runs").locator("tbody tr")
        # Fault by fault and tool by tool the runs are all that failed.
        groups = [row.locator("a.behind") for row in causes.all()]
        counts = [int(each.inner_text()) for each in groups]
        assert (sum(counts), counts) == (told["failed"], sorted(counts, reverse=True))
        if opened.page.get_by_role("button", name="Unfold all").count():
            opened.page.get_by_role("button", name="Unfold all").click()
        alone = causes.filter(has_not=opened.page.locator(".cause-group"))
        runs = [row.locator("a.behind") for row in alone.all()]
        assert sorted(int(each.inner_text()) for each in runs) == sorted(
            cause["runs"] for cause in told["causes"]
        )
        count = groups[0].inner_text()
        groups[0].click()
        opened.page.get_by_text(f"{count} run").first.wait_for()
        assert opened.page.locator("main.runs tbody tr").count() == int(count)
        assert f"revision={revision}" in opened.page.url


def test_differences_and_flips(browser: Any, uneven: Workspace, tmp_path: Path) -> None:
    few = list("abgh")
    alone = only(uneven, tmp_path / "alone", pl.col("task").is_in(few))
    told = {score["name"]: score for score in result(alone, "model")["scores"]}
    query = "".join(f"&task={task}" for task in few)
    with read(browser, written(uneven, tmp_path / "report.html")) as opened:
        opened.go(f"compare?along=model&baseline=a&side=b{query}")
        for title, name in (("Success", "success"), ("Tokens", "tokens")):
            [difference] = told[name]["differences"]
            cells = _row(opened, "Differences of the filtered runs", title)
            change = difference["value"] / (1 if name == "success" else difference["before"])
            unit = " points" if name == "success" else "\u202f%"
            assert cells[3] == f"{_signed(100 * change)}{unit}"
            assert cells[-1] == str(difference["tasks"])
        # What was tested, was tested on all runs.
        assert "Verdict" not in opened.page.locator("main thead").first.inner_text()
        flips = told["success"]["differences"][0]["flips"]
        assert [flip["task"] for flip in flips] == ["a", "b", "g", "h"]
        for flip in flips:
            cells = _row(opened, "Tasks that flipped", flip["task"])
            assert cells[1] == ("now passes" if flip["passes"] else "now fails")
            for told_runs, cell in zip((flip["before"], flip["after"]), cells[2:], strict=True):
                assert cell.startswith(f"{told_runs[0]} of {told_runs[1]}")
        row = opened.page.get_by_role("region", name="Tasks that flipped").locator("tbody tr").first
        assert row.locator("a.run-link").count() == 6
        assert (opened.complaints, opened.asked) == ([], [])


def _signed(change: float) -> str:
    size = abs(change)
    digits = f"{size:.0f}" if size >= 10 else f"{float(f'{size:.2g}'):g}"
    return f"{'+' if change > 0 else MINUS}{digits}"


def _row(opened: Read, caption: str, name: str) -> list[str]:
    rows = opened.page.get_by_role("region", name=caption).locator("tbody tr")
    texts = [row.inner_text().split("\t") for row in rows.all()]
    [found] = [cells for cells in texts if re.match(rf"{name} ?([↑↓?]|$)", cells[0])]
    return [cell.split(", 95")[0].strip() for cell in found]
