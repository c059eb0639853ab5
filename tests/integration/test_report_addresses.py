"""The state of a report stands in its address: what is seen can be linked, and gone back to."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.read_pages import Read, read
from tests.support.report_files import sweep, written


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("report")
    return written(sweep(directory, runs=144), directory / "report.html")


@pytest.fixture
def opened(browser: Any, page: Path) -> Iterator[Read]:
    with read(browser, page) as found:
        yield found
        assert (found.complaints, found.asked) == ([], [])


def sides(opened: Read) -> list[str]:
    found: list[str] = (
        opened.page.locator("main .table-scroll").first.locator("tbody th").all_inner_texts()
    )
    return found


def counted(opened: Read) -> str:
    return str(opened.page.locator(".bar .count").inner_text())


def test_a_link_opens_what_was_seen(opened: Read) -> None:
    opened.go("overview?by=model&revision=v2")
    assert sides(opened) == ["large", "small"]
    assert counted(opened) == "72 of 144 runs"
    opened.turn("overview?by=revision&model=large&model=small")
    assert (sides(opened), counted(opened)) == (["v1", "v2"], "144 of 144 runs")


def test_what_is_chosen_stands_in_the_address(opened: Read) -> None:
    opened.go("overview?by=model")
    opened.page.locator(".menu summary").filter(has_text="Revision").click()
    opened.page.locator(".menu .panel label").filter(has_text="v1").click()
    opened.page.keyboard.press("Escape")
    opened.page.locator(".segments label").filter(has_text="Revision").click()
    assert opened.page.url.endswith("#/overview?by=revision&revision=v1")
    assert (sides(opened), counted(opened)) == (["v1"], "72 of 144 runs")
    opened.page.get_by_role("button", name="Clear").click()
    assert opened.page.url.endswith("#/overview?by=revision")
    assert counted(opened) == "144 runs"


def test_back_and_forth(opened: Read) -> None:
    opened.go("overview?by=model&revision=v2")
    opened.page.get_by_role("link", name="Reliability").click()
    opened.page.wait_for_selector("main.reliability")
    assert "revision=v2" in opened.page.url
    opened.page.go_back()
    opened.page.wait_for_selector("main.overview")
    assert counted(opened) == "72 of 144 runs"


def test_no_run_left_says_so(opened: Read) -> None:
    opened.go("overview?model=nobody")
    assert "No run is left" in opened.page.locator("main").inner_text()
    opened.page.get_by_role("button", name="Clear the filters").click()
    opened.page.wait_for_selector("main .section")


def test_a_wrong_address_opens_the_overview(opened: Read) -> None:
    opened.go("nowhere?by=colour")
    opened.page.wait_for_selector("main.overview .section")


def test_each_chart_is_a_table_too(opened: Read) -> None:
    opened.go("reliability?by=revision")
    for button in opened.page.get_by_role("button", name="As table").all():
        button.click()
    tables = opened.page.locator("main table")
    assert tables.count() == 2
    rows = [row.split("\t")[:2] for row in tables.first.locator("tbody tr").all_inner_texts()]
    assert rows == [["v1", "1"], ["v1", "2"], ["v2", "1"], ["v2", "2"]]


def test_it_is_used_without_a_pointer(opened: Read) -> None:
    opened.go("overview")
    opened.page.keyboard.press("Tab")
    assert opened.page.evaluate("document.activeElement.textContent") == "Skip to the figures"
    opened.page.keyboard.press("Enter")
    assert opened.page.evaluate("document.activeElement.id") == "main"
    assert opened.page.url.endswith("#/overview")
    opened.page.locator(".bar .segments input:checked").focus()
    before = opened.page.url
    opened.page.keyboard.press("ArrowRight")
    assert opened.page.url != before


def test_the_theme_is_turned(browser: Any, page: Path) -> None:
    with read(browser, page, color_scheme="light") as opened:
        opened.go("overview")
        colour = "getComputedStyle(document.body).backgroundColor"
        before = opened.page.evaluate(colour)
        opened.page.get_by_role("button", name="Use the dark theme").click()
        opened.page.get_by_role("button", name="Use the light theme").wait_for()
        assert opened.page.evaluate(colour) != before
