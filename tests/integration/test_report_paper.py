"""A report on paper has all of what it shows."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.read_pages import read
from tests.support.report_files import sweep, written

RUNS = 144


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("report")
    return written(sweep(directory, runs=RUNS), directory / "report.html")


def test_a_long_table_is_printed_whole(browser: Any, page: Path) -> None:
    with read(browser, page) as opened:
        opened.go("runs")
        rows = opened.page.locator("main tbody tr")
        assert rows.count() == 50
        opened.page.emulate_media(media="print")
        rows.nth(RUNS - 1).wait_for()
        frame = opened.page.locator(".table-scroll")
        assert frame.evaluate("each => each.scrollHeight - each.clientHeight") <= 1
        assert not opened.page.get_by_role("button", name="Show more").is_visible()
        opened.page.emulate_media(media="screen")
        rows.nth(50).wait_for(state="detached")


def test_it_is_printed_on_white(browser: Any, page: Path) -> None:
    with read(browser, page, color_scheme="dark") as opened:
        opened.go("overview")
        opened.page.emulate_media(media="print")
        opened.page.locator("html[data-theme=light]").wait_for()
        ground = "getComputedStyle(document.body).backgroundColor"
        assert opened.page.evaluate(ground) == "rgb(255, 255, 255)"
