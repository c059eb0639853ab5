"""Each figure of a report leads to the runs that it stands on: to as many as it says."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.compared import workspace_of
from tests.support.read_pages import Read, read
from tests.support.report_files import sweep, written


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("report")
    return written(sweep(directory, runs=144), directory / "report.html")


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three models; one left tasks out, and one lost runs."""
    trials = {
        "a": dict.fromkeys("abcdefghij", "110"),
        "b": dict.fromkeys("cdefghij", "100"),
        "c": dict.fromkeys("abcdefgh", "1i"),
    }
    directory = tmp_path_factory.mktemp("uneven")
    return written(workspace_of(directory / "ws", trials), directory / "report.html")


@pytest.mark.parametrize("query", ["by=model", "by=variant", "by=model&revision=v1&shared=1"])
def test_figures_lead_to_as_many_runs_as_they_say(browser: Any, page: Path, query: str) -> None:
    with read(browser, page) as opened:
        opened.go(f"overview?{query}")
        opened.page.wait_for_selector("details.every-score")
        opened.page.locator("details.every-score summary").click()
        opened.page.wait_for_selector("details.every-score table")
        figures = opened.page.evaluate(FIGURES)
        assert len(figures) > 100
        # Each kind of figure once, on the last side that has it.
        by_score = {re.search("score=[^&]*", href)[0]: (href, runs) for href, runs in figures}  # type: ignore[index]
        assert len(by_score) > 40
        for href, runs in by_score.values():
            assert (href, _listed(opened, href)) == (href, runs)
        assert (opened.complaints, opened.asked) == ([], [])


FIGURES = r"""() => [...document.querySelectorAll('main a.behind')].flatMap(link => {
  const data = link.querySelector('data');
  const [, runs] = data?.textContent.match(/([\d,]+) runs? of/) ?? [];
  return runs ? [[link.getAttribute('href').slice(2), Number(runs.replace(',', ''))]] : [];
})"""


def test_a_part_of_a_bar_leads_to_its_runs_of_its_side(browser: Any, uneven: Path) -> None:
    with read(browser, uneven) as opened:
        opened.go("overview?by=model")
        bars = opened.page.locator("main .stack a.part")
        parts = [
            (str(each.get_attribute("href"))[2:], str(each.get_attribute("aria-label")))
            for each in bars.all()
        ]
        told = [re.fullmatch(r"(\w+): .* ([\d,]+) of \d+ runs", label) for _, label in parts]
        assert [(match[1], match[2]) for match in told if match] == [
            *(("Success", "20"), ("Wrong", "10")),
            *(("Success", "8"), ("Wrong", "16")),
            ("Success", "8"),
        ]
        for (href, _), match, model in zip(parts, told, "aabbc", strict=True):
            assert match is not None
            assert _listed(opened, href) == int(match[2])
            assert _column(opened, "Outcome") == {match[1]}
            assert _column(opened, "Variant") == {model}
        apart = "runs?by=model&side=c&ended=infra&rated=no"
        assert (_listed(opened, apart), _column(opened, "Outcome")) == (8, {"Lost"})


def test_of_shared_tasks_only_runs_of_those_are_listed(browser: Any, uneven: Path) -> None:
    with read(browser, uneven) as opened:
        opened.go("overview?by=model&shared=1")
        tile = opened.page.locator("dl.headline a.behind").first
        href = str(tile.get_attribute("href"))[2:]
        # c to h: three runs of a and of b each, and one of c that was not lost.
        assert _listed(opened, href) == 42
        opened.page.get_by_role("button", name="of shared tasks").click()
        opened.page.get_by_text("62 runs of 10 tasks").wait_for()


def test_a_comparison_leads_to_the_runs_that_have_a_counterpart(browser: Any, uneven: Path) -> None:
    with read(browser, uneven) as opened:
        opened.go("compare?along=model&baseline=a&side=b")
        row = opened.page.locator("main tbody tr").filter(has_text="Success").first
        before, after = (
            str(each.get_attribute("href"))[2:] for each in row.locator("a.behind").all()
        )
        assert (_listed(opened, before), _column(opened, "Variant")) == (24, {"a"})
        assert (_listed(opened, after), _column(opened, "Variant")) == (24, {"b"})


def test_every_run_of_a_chart_of_points_is_in_a_list(browser: Any, page: Path) -> None:
    with read(browser, page) as opened:
        opened.go("overview?by=model")
        link = opened.page.get_by_role("link", name="All 144 runs as a list")
        link.focus()
        opened.page.keyboard.press("Enter")
        opened.page.wait_for_selector("main.runs tbody tr")
        opened.page.locator("main.runs tbody a.run-link").first.focus()
        opened.page.keyboard.press("Enter")
        opened.page.wait_for_selector("main.run [role=treeitem]")
        assert (opened.complaints, opened.asked) == ([], [])


def test_a_condition_can_be_taken_away(browser: Any, uneven: Path) -> None:
    with read(browser, uneven) as opened:
        opened.go("overview")
        assert _listed(opened, "runs?by=model&side=a&ended=wrong") == 10
        opened.page.get_by_role("button", name=re.compile("^a")).click()
        opened.page.get_by_text("26 runs of 10 tasks").wait_for()
        assert opened.page.url.endswith("#/runs?by=model&ended=wrong")


def test_a_list_of_no_run_says_so(browser: Any, uneven: Path) -> None:
    with read(browser, uneven) as opened:
        for odd in ("score=__proto__", "side=__proto__", "cause=x", "rule=x", "of=x"):
            opened.go(f"runs?{odd}")
            opened.page.wait_for_selector("main.runs h2")
        assert "No run is so." in opened.page.locator("main").inner_text()
        assert (opened.complaints, opened.asked) == ([], [])


def _listed(opened: Read, address: str) -> int:
    """Return how many runs the list of an address tells of, and has."""
    opened.turn(address)
    said = opened.page.locator("main.runs .says").inner_text()
    found = re.match(r"([\d,]+) runs?", said)
    assert found is not None, said
    count = int(found[1].replace(",", ""))
    assert opened.page.locator("main.runs tbody tr").count() == min(count, 50)
    return count


def _column(opened: Read, title: str) -> set[str]:
    heads = opened.page.locator("main.runs thead th").all_inner_texts()
    place = [head.strip() for head in heads].index(title)
    cells = opened.page.locator(f"main.runs tbody tr > :nth-child({place + 1})").all_inner_texts()
    return {cell.strip() for cell in cells}
