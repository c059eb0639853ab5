"""The page of a run: its steps are walked through, and what followed a failure is drawn."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.workspace import Workspace
from tests.support.otlp import Story, call
from tests.support.read_pages import Read, read
from tests.support.report_files import written
from tests.support.workspaces import ingested

RUN = f"{1:032x}"
LONG = "order 1042 is open; " * 500
STEPS = "main.run [role=treeitem]"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """One run: a call fails, fails again as it was, and works with other arguments."""
    story = Story(trace=1, first_span=1, run_id=RUN, task="status", experiment="shop")
    with story.agent(name="shop", input="What is with order 1042?", output="It is open."):
        for number in ("1024", "1024", "1042"):
            story.llm(call("look", {"order": number}), text=f"I look for {number}.")
            if number == "1042":
                story.tool("look", {"order": number}, result=LONG)
            else:
                story.tool("look", {"order": number}, error="ValueError: no such order")
        story.llm(text="It is open.")
    found = ingested(tmp_path_factory.mktemp("run"), story.spans)
    found.score()
    return found


@pytest.fixture
def opened(browser: Any, workspace: Workspace, tmp_path: Path) -> Iterator[Read]:
    with read(browser, written(workspace, tmp_path / "report.html")) as found:
        yield found
        assert (found.complaints, found.asked) == ([], [])


def selected(opened: Read) -> str:
    """Return what the details of the selected step begin with."""
    return " ".join(opened.page.locator(".step-details .step-head").inner_text().split())


def test_it_opens_where_it_went_wrong(opened: Read) -> None:
    opened.go(f"run/{RUN}")
    opened.page.wait_for_selector(STEPS)
    names = opened.page.locator(f"{STEPS} .name").all_inner_texts()
    assert names == ["shop", "Turn 0", "look", "Turn 1", "look", "Turn 2", "look", "Turn 3"]
    assert selected(opened) == "Tool look"
    told = opened.page.locator(".step-details").inner_text()
    assert "Tool error" in told
    assert "no such order" in told


def test_what_followed_the_failure_is_drawn_and_told(opened: Read) -> None:
    opened.go(f"run/{RUN}")
    opened.page.wait_for_selector(".rail .episode.recovered")
    assert opened.page.locator(".rail .episode").count() == 1
    attempts = opened.page.locator(".episode-note li").all_inner_texts()
    assert attempts == ["Failed", "Same again", "Changed arguments"]
    opened.page.locator(".episode-note li button").last.click()
    assert opened.page.url.endswith("?step=6")
    assert "1042" in opened.page.locator(".step-details .json").first.inner_text()


def test_steps_are_walked_through_with_keys(opened: Read) -> None:
    opened.go(f"run/{RUN}?step=1")
    opened.page.locator("[role=tree]").focus()
    opened.page.keyboard.press("ArrowDown")
    assert (selected(opened), opened.page.url[-6:]) == ("Tool look", "step=2")
    opened.page.keyboard.press("End")
    assert opened.page.url.endswith("?step=7")
    opened.page.keyboard.press("Home")
    opened.page.keyboard.press("ArrowLeft")
    assert opened.page.locator(STEPS).count() == 1


def test_a_long_text_is_loaded_from_beside_the_page(opened: Read) -> None:
    opened.go(f"run/{RUN}?step=6")
    details = opened.page.locator(".step-details")
    details.get_by_text("2,048 of 10,000 characters").wait_for()
    details.get_by_role("button", name="Load the full text").click()
    details.get_by_text("2,048 of 10,000 characters").wait_for(state="detached")
    texts = details.locator(".agent-text").all_text_contents()
    assert LONG in texts


def test_where_files_beside_the_page_are_missing_it_says_so(
    browser: Any, workspace: Workspace, tmp_path: Path
) -> None:
    file = written(workspace, tmp_path / "report.html", in_page=0)
    with read(browser, file) as opened:
        opened.go(f"run/{RUN}")
        opened.page.wait_for_selector(STEPS)
        for beside in tmp_path.glob("report-files/*"):
            beside.unlink()
        opened.go(f"run/{RUN}")
        said = opened.page.locator("main.run [role=alert]").inner_text()
        assert "report-files/steps-0000.js is not beside this page" in said


def test_a_run_that_there_is_not_is_told(opened: Read) -> None:
    opened.go("run/nothing")
    assert "No such run" in opened.page.locator("main").inner_text()
    opened.page.get_by_role("link", name="See all results").click()
    opened.page.wait_for_selector("main.results")
