"""What a report shows is what `midspan compare --json` gives, filtered and shared or not."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl
import pytest

from midspan.dashboards.terminal.cells import percent
from midspan.pipelines.workspace import Workspace
from tests.support.compared import workspace_of
from tests.support.read_pages import read
from tests.support.report_figures import CURVE, Shown, assert_alike, compared, only, result
from tests.support.report_files import written


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Three models; one left tasks out, one has a task alone, and one lost runs."""
    trials = {
        "a": dict.fromkeys("abcdefghij", "110"),
        "b": dict.fromkeys("cdefghij", "100") | {"z": "111"},
        "c": dict.fromkeys("abcdefgh", "1i"),
    }
    return workspace_of(tmp_path_factory.mktemp("uneven") / "ws", trials)


@pytest.mark.parametrize("axis", ["model", "revision"])
def test_all_runs(browser: Any, shop: Workspace, tmp_path: Path, axis: str) -> None:
    page = written(shop, tmp_path / "report.html")
    with read(browser, page) as opened:
        opened.go(f"overview?by={axis}")
        assert_alike(opened.figures(), compared(shop, axis))


@pytest.mark.parametrize(
    ("name", "values"),
    [("model", ["large"]), ("task", ["price-00", "refund-03", "refund-07"])],
)
def test_filtered_runs(
    browser: Any, shop: Workspace, tmp_path: Path, name: str, values: list[str]
) -> None:
    alone = only(shop, tmp_path / "alone", pl.col(name).is_in(values))
    page = written(shop, tmp_path / "report.html")
    query = "".join(f"&{name}={quote(each)}" for each in values)
    with read(browser, page) as opened:
        opened.go(f"overview?by=revision{query}")
        assert_alike(opened.figures(), compared(alone, "revision"), filtered=True)


def test_shared_tasks_alone(browser: Any, uneven: Workspace, tmp_path: Path) -> None:
    page = written(uneven, tmp_path / "report.html")
    plain, shared = compared(uneven, "model"), compared(uneven, "model", "--only-shared-tasks")
    assert plain["success"]["a"] != shared["success"]["a"]
    with read(browser, page) as opened:
        opened.go("overview?by=model")
        assert_alike(opened.figures(), plain)
        opened.page.get_by_text("Shared tasks only").click()
        assert "shared=1" in opened.page.url
        opened.go("overview?by=model&shared=1")
        assert_alike(opened.figures(), shared)


def test_shared_tasks_are_what_tiles_and_the_counter_are_of(
    browser: Any, uneven: Workspace, tmp_path: Path
) -> None:
    page = written(uneven, tmp_path / "report.html")
    with read(browser, page) as opened:
        tile, count = opened.page.locator("dl.headline > div").first, opened.page.locator(".count")
        opened.go("overview?by=model")
        assert "of 11 tasks" in tile.inner_text()
        opened.go("overview?by=model&shared=1")
        # c to h: of each two of three runs of a, one of three of b, and the one of c not lost.
        assert "67\u202f%" in tile.inner_text()
        assert "42 runs of 6 tasks" in tile.inner_text()
        assert count.inner_text() == "48 of 73 runs, of shared tasks"


def test_shared_tasks_of_filtered_runs(browser: Any, uneven: Workspace, tmp_path: Path) -> None:
    alone = only(uneven, tmp_path / "alone", pl.col("model").is_in(["a", "b"]))
    page = written(uneven, tmp_path / "report.html")
    with read(browser, page) as opened:
        opened.go("overview?by=model&model=a&model=b&shared=1")
        expected = compared(alone, "model", "--only-shared-tasks")
        assert_alike(opened.figures(), expected, filtered=True)


def test_curves_of_filtered_runs(browser: Any, uneven: Workspace, tmp_path: Path) -> None:
    alone = only(uneven, tmp_path / "alone", pl.col("task").is_in(["a", "b", "c"]))
    page = written(uneven, tmp_path / "report.html")
    with read(browser, page) as opened:
        opened.go("reliability?by=model&task=a&task=b&task=c")
        shown, expected = curves(opened.page), rounded(compared(alone, "model"))
        assert expected.keys() >= {"pass_at_2", "pass_hat_2"}
        assert {name: shown[name] for name in expected} == expected


def test_verdicts(browser: Any, uneven: Workspace, tmp_path: Path) -> None:
    page = written(uneven, tmp_path / "report.html")
    told = {score["name"]: score for score in result(uneven, "model")["scores"]}
    [difference] = [each for each in told["success"]["differences"] if each["side"] == "b"]
    with read(browser, page) as opened:
        opened.go("compare?along=model&baseline=a&side=b")
        row = opened.page.locator("main tbody tr").filter(has_text="Success").first
        assert difference["verdict"] == "worse"
        assert "worse" in row.inner_text()
        assert f"\N{MINUS SIGN}{round(-100 * difference['value'])} points" in row.inner_text()
        assert f"{difference['tasks']}" in row.inner_text().split("\t")


def test_hints_do_not_look_like_verdicts(browser: Any, uneven: Workspace, tmp_path: Path) -> None:
    page = written(uneven, tmp_path / "report.html")
    told = {score["name"]: score for score in result(uneven, "model")["scores"]}
    primaries = [name for name, score in told.items() if score["primary"]]
    with read(browser, page) as opened:
        opened.go("compare?along=model&baseline=a&side=b")
        decided = opened.page.get_by_role("region", name="Scores to decide by")
        assert decided.locator("tbody tr").count() == len(primaries)
        assert decided.locator("tbody .chip").count() == len(primaries)
        hints = opened.page.get_by_role("region", name="Hints: not corrected for being many")
        opened.page.locator("fieldset.segments").get_by_text(re.compile("^All [0-9]")).click()
        rows = hints.locator("tbody tr")
        assert rows.count() > 0
        assert hints.locator(".chip").count() == 0
        pointing = rows.filter(has_text="points to worse")
        assert pointing.count() == sum(
            each["verdict"] == "worse"
            for score in told.values()
            for each in score["differences"]
            if not score["primary"] and (each["baseline"], each["side"]) == ("a", "b")
        )


def test_the_bar_is_of_the_runs_that_the_rate_is_of(
    browser: Any, uneven: Workspace, tmp_path: Path
) -> None:
    with read(browser, written(uneven, tmp_path / "report.html")) as opened:
        opened.go("overview?by=model")
        row = opened.page.get_by_role("region", name="How runs ended").locator("tbody tr").last
        cells = row.locator("td").all_inner_texts()
        assert [cells[0], cells[1], cells[2]] == ["100\u202f%", "8", cells[2]]
        assert cells[2].startswith("100\u202f%")
        assert cells[-1] == "8 lost"


def curves(page: Any) -> dict[str, dict[str, str]]:
    """Return the points of both curves by name and side, as their tables show them."""
    for button in page.get_by_role("button", name="As table").all():
        button.click()
    found: dict[str, dict[str, str]] = {}
    for kind, table in zip(("pass_at", "pass_hat"), page.locator("main table").all(), strict=True):
        for row in table.locator("tbody tr").all_inner_texts():
            side, k, chance, *_ = row.split("\t")
            found.setdefault(f"{kind}_{k}", {})[side] = chance.replace("\u202f", " ")
    return found


def rounded(expected: Shown) -> dict[str, dict[str, str]]:
    return {
        name: {side: percent(value) for side, (value, _, _) in of_sides.items()}
        for name, of_sides in expected.items()
        if CURVE.match(name) and of_sides
    }
