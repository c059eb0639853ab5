"""What is looked for first stands first: verdicts before words, faults before their causes."""

from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.workspace import Workspace
from tests.support.compared import workspace_of
from tests.support.otlp import Story, call
from tests.support.read_pages import read
from tests.support.report_files import written
from tests.support.workspaces import ingested

LOOK = "look_up_the_order_by_its_number"
FAILED = (LOOK, LOOK, LOOK, "pay")
ERRORS = ("no such order", "the database is locked", "no such order", "card refused")


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Four runs that end with an error, after a call of one tool or another failed."""
    spans = []
    for place, (tool, error) in enumerate(zip(FAILED, ERRORS, strict=True)):
        run = f"{place + 1:032x}"
        story = Story(trace=place + 1, first_span=100 * place + 1, run_id=run, task="status")
        with story.agent(error="RuntimeError: gave up"):
            story.llm(call(tool, {"order": "1042"}))
            story.tool(tool, {"order": "1042"}, error=f"ValueError: {error}")
        spans += story.spans
    found = ingested(tmp_path_factory.mktemp("failing"), spans)
    found.score()
    return found


def test_a_comparison_begins_with_its_verdict(browser: Any, tmp_path: Path) -> None:
    trials = {"a": dict.fromkeys("abcdefghij", "000"), "b": dict.fromkeys("abcdefghij", "111")}
    page = written(workspace_of(tmp_path / "ws", trials), tmp_path / "report.html")
    with read(browser, page) as opened:
        opened.go("compare?along=model&baseline=a&side=b")
        told = opened.page.locator("main.compare .section").first.inner_text().split("\n")
        assert [line for line in told if line][:5] == [
            *("b against a", "better", "Success"),
            *("0\u202f% → 100\u202f%", "+100 points"),
        ]
        words = opened.page.get_by_text("A test decides the verdict")
        assert not words.is_visible()
        opened.page.get_by_text("How they were compared").click()
        assert words.is_visible()
        opened.page.get_by_text("How they were compared").click()
        opened.page.emulate_media(media="print")
        words.wait_for()
        assert (opened.complaints, opened.asked) == ([], [])


def test_causes_of_one_fault_in_one_tool_are_folded_up(
    browser: Any, failing: Workspace, tmp_path: Path
) -> None:
    with read(browser, written(failing, tmp_path / "report.html"), bypass_csp=True) as opened:
        opened.go("failures")
        rows = opened.page.get_by_role("region", name="Causes of failed runs").locator("tbody tr")
        rows.first.wait_for()
        assert [row.locator("a.behind").inner_text() for row in rows.all()] == ["3", "1"]
        group = opened.page.locator("button.cause-group")
        assert (group.get_attribute("aria-expanded"), group.locator("bdi").inner_text()) == (
            "false",
            LOOK,
        )
        group.focus()
        opened.page.keyboard.press("Enter")
        assert [row.locator("a.behind").inner_text() for row in rows.all()] == ["3", "2", "1", "1"]
        assert opened.violations() == []
        opened.page.emulate_media(media="print")
        group.press("Enter")
        assert rows.count() == 4
        opened.page.emulate_media(media="screen")
        opened.page.get_by_role("link", name="3", exact=True).click()
        opened.page.locator("main.runs .says").get_by_text("3 runs of 1 task").wait_for()
        opened.page.get_by_role("button", name=f"in {LOOK}").click()
        opened.page.locator("main.runs .says").get_by_text("4 runs of 1 task").wait_for()
        opened.page.go_back()
        group.wait_for()
        assert (group.get_attribute("aria-expanded"), rows.count()) == ("false", 2)
        group.click()
        opened.page.get_by_role("link", name="3", exact=True).click()
        opened.page.wait_for_selector("main.runs")
        opened.page.go_back()
        group.wait_for()
        assert (group.get_attribute("aria-expanded"), rows.count()) == ("true", 4)
        assert (opened.complaints, opened.asked) == ([], [])


def test_the_words_of_a_step_stand_whole(browser: Any, failing: Workspace, tmp_path: Path) -> None:
    page = written(failing, tmp_path / "report.html")
    for width in (1440, 390):
        with read(browser, page, viewport={"width": width, "height": 900}) as opened:
            opened.go(f"run/{1:032x}")
            marks = opened.page.locator("main.run .step-mark")
            marks.first.wait_for()
            cut = "each => each.filter(mark => mark.scrollWidth > mark.clientWidth).length"
            assert (width, marks.evaluate_all(cut)) == (width, 0)
