"""Every view of a report opens in a real browser, of none, one, some and many runs."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from midspan.pipelines.workspace import Workspace
from tests.support.read_pages import VIEWS, Read, read
from tests.support.report_files import sweep, written
from tests.support.workspaces import put

COUNTS = (0, 1, 144, 5_000)
LOOKS = {"wide": (1440, 900, "light"), "dark": (1440, 900, "dark"), "phone": (390, 844, "light")}
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module", params=COUNTS)
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a report of so many runs."""
    directory = tmp_path_factory.mktemp("report")
    return written(sweep(directory, runs=request.param), directory / "report.html")


def test_every_view_opens_and_asks_for_nothing(browser: Any, page: Path) -> None:
    with read(browser, page) as opened:
        for view in VIEWS:
            opened.go(view)
            opened.page.wait_for_selector(f"main.{view}")
            assert opened.page.locator("main h2, main p").count() > 0, view
            assert opened.page.locator("nav a[aria-current=page]").inner_text().lower() == view
        assert (opened.complaints, opened.asked) == ([], [])


@pytest.mark.parametrize("look", ["wide", "phone"])
def test_everybody_can_use_every_view(browser: Any, page: Path, look: str) -> None:
    _require_usable(browser, page, look)


def test_everybody_can_use_every_view_in_the_dark(
    browser: Any, shop: Workspace, tmp_path: Path
) -> None:
    _require_usable(browser, written(shop, tmp_path / "report.html"), "dark")


def _require_usable(browser: Any, page: Path, look: str) -> None:
    width, height, theme = LOOKS[look]
    viewport = {"width": width, "height": height}
    with read(browser, page, viewport=viewport, color_scheme=theme, bypass_csp=True) as opened:
        for view in VIEWS:
            opened.go(view)
            assert (view, opened.violations()) == (view, [])
            assert (view, _wider_than_its_window(opened)) == (view, False)


def test_the_page_of_a_run_opens(browser: Any, page: Path) -> None:
    with read(browser, page, bypass_csp=True) as opened:
        opened.go("overview")
        ids = opened.page.evaluate(RUN_IDS)
        for run in ids[:1] + ids[-1:]:
            opened.go(f"run/{run}")
            opened.page.wait_for_selector("main.run h2")
            assert opened.violations() == []
        assert (opened.complaints, opened.asked) == ([], [])


def test_without_runs_it_says_what_to_do(browser: Any, tmp_path: Path) -> None:
    page = written(sweep(tmp_path, runs=0), tmp_path / "report.html")
    with read(browser, page) as opened:
        opened.go("overview")
        assert "midspan ingest" in opened.page.locator("main").inner_text()


def test_a_run_of_no_task_is_shown_and_linked(browser: Any, tmp_path: Path) -> None:
    workspace = sweep(tmp_path, runs=1)
    bare = pl.lit(None, dtype=pl.String).alias("task")
    unscored = Workspace.create(tmp_path / "bare")
    for name in ("runs", "spans", "text", "calls"):
        rows = workspace.table(name).collect()
        put(unscored, name, rows.with_columns(bare) if name == "runs" else rows)
    runs = unscored.table("runs").collect()
    tokens = int((runs["input_tokens"] + runs["output_tokens"]).item())
    with read(browser, written(unscored, tmp_path / "report.html")) as opened:
        opened.go("overview")
        row = opened.page.get_by_role("region", name="Runs of no task").locator("tbody tr")
        assert f"{tokens:,}" in row.inner_text().split("\t")
        assert "Runs\t0" not in opened.page.locator("main").inner_text()
        row.locator("a.run-link").click()
        opened.page.wait_for_selector("main.run h2")
        opened.go("results")
        assert "a check could not run" not in opened.page.locator("main").inner_text()
        assert (opened.complaints, opened.asked) == ([], [])


def test_blocks_beside_the_page_are_read_from_a_disk(browser: Any, tmp_path: Path) -> None:
    page = written(sweep(tmp_path, runs=8), tmp_path / "report.html", in_page=0)
    assert sorted(each.name for each in (tmp_path / "report-files").iterdir()) == ["steps-0000.js"]
    with read(browser, page) as opened:
        opened.go("overview")
        run = opened.page.evaluate(RUN_IDS)[0]
        opened.go(f"run/{run}")
        opened.page.locator("main .step-tree", has_text="lookup").wait_for()
        assert (opened.complaints, opened.asked) == ([], [])


def _wider_than_its_window(opened: Read) -> bool:
    return bool(
        opened.page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
    )


RUN_IDS = """async () => {
  const packed = document.getElementById('document').textContent.trim();
  const bytes = Uint8Array.from(atob(packed), each => each.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return (await new Response(plain).json()).runs.id;
}"""
