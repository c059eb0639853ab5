"""What is looked for, and how a list is put in order, goes along: to other runs, and back."""

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
MANY = 400
NUMBER = ".step-search [role=status]"


@pytest.fixture(scope="module")
def page(shop: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(shop, tmp_path_factory.mktemp("report") / "report.html")


@pytest.fixture(scope="module")
def long_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 801 steps: each call but the last looks for the same order."""
    story = Story(trace=1, first_span=1, run_id=RUN, task="status")
    with story.agent(name="shop", input="Look.", output="It is open."):
        for number in range(MANY):
            order = {"i": number, "order": "needle" if number == MANY - 1 else "1042"}
            story.llm(call("look", order))
            story.tool("look", order, result="open")
    found = ingested(tmp_path_factory.mktemp("long"), story.spans)
    found.score()
    return written(found, tmp_path_factory.mktemp("report") / "report.html")


@pytest.fixture
def opened(browser: Any, page: Path) -> Iterator[Read]:
    with read(browser, page, bypass_csp=True) as found:
        yield found
        assert (found.complaints, found.asked) == ([], [])


def first_run(opened: Read) -> str:
    opened.go("runs")
    link = opened.page.locator("main.runs tbody .run-link").first
    return str(link.get_attribute("href")).removeprefix("#/run/")


def test_a_slash_leads_to_the_field_from_a_button_of_several(opened: Read) -> None:
    opened.go(f"run/{first_run(opened)}")
    opened.page.locator(".segments label").filter(has_text="Conversation").click()
    opened.page.wait_for_selector(".conversation")
    assert opened.page.evaluate("document.activeElement.type") == "radio"
    opened.page.keyboard.press("/")
    assert opened.page.evaluate("document.activeElement.type") == "search"
    opened.page.keyboard.type("a/b")
    assert opened.page.locator(".step-search input").input_value() == "a/b"


def test_words_that_are_asked_after_a_pause_leave_the_rest_as_it_is(opened: Read) -> None:
    opened.go(f"run/{first_run(opened)}")
    opened.page.wait_for_selector(".step-search input")
    opened.page.evaluate(
        """() => {
          const field = document.querySelector('.step-search input');
          field.value = 'order';
          field.dispatchEvent(new Event('input', {bubbles: true}));
          document.querySelector('.segments input[value=conversation]').click();
        }"""
    )
    opened.page.wait_for_url("**find=order*")
    assert "show=conversation" in opened.page.url


def test_in_a_conversation_its_own_marks_are_counted(opened: Read) -> None:
    run = first_run(opened)
    opened.go(f"run/{run}?show=conversation&find=order")
    opened.page.wait_for_selector(".conversation mark[aria-current]")
    marks = opened.page.locator(".conversation mark").count()
    assert opened.page.locator(NUMBER).inner_text() == f"Match 1 of {marks}."
    opened.page.get_by_role("button", name="Next match").click()
    assert opened.page.locator(NUMBER).inner_text() == f"Match 2 of {marks}."
    opened.turn(f"run/{run}?show=conversation&find=call ok")
    opened.page.locator(NUMBER).get_by_text("Nowhere in the conversation; in").wait_for()
    assert opened.page.get_by_role("button", name="Next match").is_disabled()
    opened.page.locator(".segments label").filter(has_text="Steps").click()
    opened.page.locator(".step-details mark[aria-current]").wait_for()


def test_the_next_run_is_searched_for_the_same(opened: Read) -> None:
    opened.go("runs?find=check does")
    opened.page.locator("main.runs tbody .run-link").first.click()
    opened.page.wait_for_selector("main.run .step-search")
    assert opened.page.url.endswith("?find=check+does")
    opened.page.locator(".segments label").filter(has_text="Conversation").click()
    before = opened.page.url
    opened.page.get_by_role("link", name="Next run").click()
    opened.page.wait_for_url(lambda url: url != before)
    assert opened.page.url.endswith("?find=check+does&show=conversation")


def test_a_row_that_an_address_leads_to_is_in_sight(browser: Any, long_run: Path) -> None:
    with read(browser, long_run, viewport={"width": 1440, "height": 900}) as opened:
        for query in ("find=needle", f"find=needle&step={2 * MANY}", f"step={2 * MANY}"):
            opened.go(f"run/{RUN}?{query}")
            row = opened.page.locator("main.run [role=treeitem].selected")
            row.wait_for()
            opened.until(IN_SIGHT)
            assert opened.page.locator("main.run [role=treeitem]").count() > 10
        assert (opened.complaints, opened.asked) == ([], [])


IN_SIGHT = """() => {
  const {top, bottom} =
    document.querySelector('main.run [role=treeitem].selected').getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}"""


def test_the_order_of_the_runs_is_kept_on_the_way_back(opened: Read) -> None:
    opened.go("runs")
    opened.page.get_by_role("button", name="Tokens").click()
    opened.page.get_by_role("columnheader", name="Tokens").and_(
        opened.page.locator("[aria-sort=descending]")
    ).wait_for()
    assert opened.page.url.endswith("?sort=-tokens")
    shown = opened.page.locator("main.runs tbody .run-link").all_inner_texts()
    opened.page.locator("main.runs tbody .run-link").first.click()
    opened.page.wait_for_selector("main.run")
    opened.page.go_back()
    opened.page.wait_for_selector("main.runs tbody")
    assert opened.page.locator("main.runs tbody .run-link").all_inner_texts() == shown
    assert opened.page.locator("th[aria-sort=descending]").count() == 1


def test_who_takes_a_condition_away_goes_on_from_there(opened: Read) -> None:
    opened.go("runs?where=tokens>=1 and success>=0 and turns>=1")
    focused = "document.activeElement.innerText || document.activeElement.type"
    opened.page.get_by_role("button", name="Tokens ≥ 1").press("Enter")
    opened.page.get_by_role("button", name="Tokens ≥ 1").wait_for(state="detached")
    assert str(opened.page.evaluate(focused)).startswith("Success")
    opened.page.get_by_role("button", name="Turns ≥ 1").press("Enter")
    opened.page.get_by_role("button", name="Turns ≥ 1").wait_for(state="detached")
    assert str(opened.page.evaluate(focused)).startswith("Success")
    opened.page.keyboard.press("Enter")
    opened.page.wait_for_selector(".conditions", state="detached")
    assert opened.page.evaluate(focused) == "search"


def test_what_was_looked_for_stands_on_paper_and_beside_the_run(opened: Read) -> None:
    for address in ("runs?find=check does", f"run/{first_run(opened)}?find=check does"):
        opened.go(address)
        told = opened.page.locator(".paper-only")
        told.wait_for(state="attached")
        assert not told.is_visible()
        opened.page.emulate_media(media="print")
        assert told.inner_text() == "Looked for: “check does”."
        opened.page.emulate_media(media="screen")
    opened.go("runs?find=check does")
    heads = opened.page.locator("main.runs thead th").all_inner_texts()
    assert [head.strip() for head in heads][:2] == ["Run", "Found in"]


@pytest.mark.parametrize("width", [320, 260])
def test_what_is_compared_can_be_chosen_on_a_narrow_screen(
    browser: Any, page: Path, width: int
) -> None:
    with read(browser, page, viewport={"width": width, "height": 700}) as opened:
        opened.go("compare")
        opened.page.wait_for_selector(".pickers")
        right = opened.page.locator(".pickers label > span, .pickers select").evaluate_all(
            "all => Math.max(...all.map(each => each.getBoundingClientRect().right))"
        )
        assert right <= width
