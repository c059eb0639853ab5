"""Words are looked for in the steps of a run and in all runs; runs are chosen by their scores."""

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
LONG = "order 1042 is open; " * 500 + "the needle"
LOOKS = {"wide": (1440, 900, "light"), "dark": (1440, 900, "dark"), "phone": (390, 844, "light")}
FOUND = "main.run [role=treeitem].found .name"
CURRENT = "main.run mark[aria-current]"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """One run: a call fails, and works with other arguments; its result is longer than a page."""
    story = Story(trace=1, first_span=1, run_id=RUN, task="status", experiment="shop")
    with story.agent(name="shop", input="What is with order 1042?", output="It is open."):
        for number in ("1024", "1042"):
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


@pytest.fixture(scope="module")
def page(shop: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(shop, tmp_path_factory.mktemp("report") / "report.html")


def steps(opened: Read) -> list[str]:
    return [str(name) for name in opened.page.locator(FOUND).all_inner_texts()]


def said(opened: Read) -> str:
    return str(opened.page.locator(".step-search [role=status]").inner_text())


def test_a_slash_leads_to_the_field_and_words_to_their_steps(opened: Read) -> None:
    opened.go(f"run/{RUN}?step=0")
    opened.page.wait_for_selector("main.run [role=treeitem]")
    opened.page.keyboard.press("/")
    opened.page.keyboard.type("1024")
    opened.page.get_by_text("Step 1 of 2 with it.").wait_for()
    assert steps(opened) == ["Turn 0", "look"]
    assert opened.page.url.endswith("?find=1024")
    assert opened.page.locator(CURRENT).inner_text() == "1024"
    # It is said there, and asked of a tool.
    assert opened.page.locator(".step-details mark").count() == 2
    opened.page.keyboard.press("Enter")
    opened.page.keyboard.press("Enter")
    opened.page.get_by_text("Step 2 of 2 with it.").wait_for()
    assert "step=2" in opened.page.url
    opened.page.keyboard.press("Shift+Enter")
    opened.page.get_by_text("Step 1 of 2 with it.").wait_for()
    opened.page.keyboard.press("Escape")
    opened.page.wait_for_selector("main.run mark", state="detached")
    assert "find" not in opened.page.url


def test_every_mark_of_a_step_is_gone_through_before_the_next_step(opened: Read) -> None:
    opened.go(f"run/{RUN}?find=no such order")
    opened.page.wait_for_selector(CURRENT)
    marks = opened.page.locator(".step-details mark")
    count = marks.count()
    assert count > 1
    assert marks.first.get_attribute("aria-current") == "true"
    for _ in range(count - 1):
        opened.page.get_by_role("button", name="Next match").click()
    assert marks.last.get_attribute("aria-current") == "true"
    assert opened.page.url.endswith("?find=no such order".replace(" ", "%20"))


def test_the_full_text_of_what_is_cut_is_searched_and_shown(opened: Read) -> None:
    opened.go(f"run/{RUN}?find=the+needle")
    opened.page.get_by_text("Step 1 of 1 with it.").wait_for()
    assert steps(opened) == ["look"]
    assert opened.page.locator(CURRENT).inner_text() == "the needle"


def test_where_the_full_text_is_missing_it_says_so(
    browser: Any, workspace: Workspace, tmp_path: Path
) -> None:
    with read(browser, written(workspace, tmp_path / "report.html")) as opened:
        for beside in tmp_path.glob("report-files/*"):
            beside.unlink()
        opened.go(f"run/{RUN}?find=the+needle")
        opened.page.get_by_text("of 1 long text only the beginning").wait_for()
        assert said(opened).startswith("In no step;")
        opened.go(f"run/{RUN}?show=conversation")
        opened.page.get_by_text("Of 1 long text only the beginning is known").wait_for()


def test_what_is_folded_up_is_opened(opened: Read) -> None:
    opened.go(f"run/{RUN}?find=1042")
    opened.page.wait_for_selector(FOUND)
    opened.page.locator("main.run .fold.open").first.click()
    assert opened.page.locator("main.run [role=treeitem]").count() == 1
    for _ in range(4):
        opened.page.get_by_role("button", name="Next match").click()
    opened.page.locator("main.run [role=treeitem].selected.found").first.wait_for()
    assert opened.page.locator("main.run [role=treeitem]").count() == 6


def test_the_conversation_is_one_scroll_that_leads_to_its_steps(opened: Read) -> None:
    opened.go(f"run/{RUN}")
    opened.page.locator(".segments label").filter(has_text="Conversation").click()
    opened.page.wait_for_selector(".conversation")
    assert "show=conversation" in opened.page.url
    roles = opened.page.locator(".conversation .role bdi").all_inner_texts()
    assert roles == ["User", "Model", "look", "Model", "look", "Model"]
    told = opened.page.locator(".conversation").inner_text()
    assert told.count("I look for 1024.") == 1
    assert "the needle" in opened.page.locator(".conversation").text_content()
    opened.page.get_by_role("button", name="of the message of look").last.click()
    opened.page.wait_for_selector(".step-details .step-head")
    assert opened.page.url.endswith("?step=4")


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("query", ["find=1024", "find=1024&show=conversation"])
def test_everybody_can_search(
    browser: Any, workspace: Workspace, tmp_path: Path, look: str, query: str
) -> None:
    width, height, theme = LOOKS[look]
    options: dict[str, Any] = {
        "viewport": {"width": width, "height": height},
        "color_scheme": theme,
        "bypass_csp": True,
    }
    with read(browser, written(workspace, tmp_path / "report.html"), **options) as opened:
        opened.go(f"run/{RUN}?{query}")
        opened.page.wait_for_selector("main.run mark")
        assert opened.violations() == []
        assert opened.page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )


def test_on_a_phone_a_match_opens_its_step(
    browser: Any, workspace: Workspace, tmp_path: Path
) -> None:
    viewport = {"width": 390, "height": 844}
    page = written(workspace, tmp_path / "report.html")
    with read(browser, page, viewport=viewport) as opened:
        opened.go(f"run/{RUN}?find=1024")
        opened.page.wait_for_selector(FOUND)
        assert not opened.page.locator(".step-details").is_visible()
        opened.page.get_by_role("button", name="Next match").click()
        opened.page.locator(CURRENT).wait_for()
        assert opened.page.locator(".step-details").is_visible()


def test_runs_are_searched(browser: Any, page: Path) -> None:
    with read(browser, page) as opened:
        opened.go("runs")
        first = opened.page.locator("main.runs tbody .run-link").first
        run = str(first.get_attribute("href")).removeprefix("#/run/")
        opened.page.keyboard.press("/")
        opened.page.keyboard.type(run)
        opened.page.locator("main.runs .says").get_by_text("1 run of 1 task").wait_for()
        assert opened.page.locator("main.runs tbody mark").inner_text() == run
        opened.turn("runs?find=PRICE-00")
        assert _listed(opened) == 8
        opened.turn("runs?find=nothing of the kind")
        opened.page.get_by_text("No run is so.").wait_for()
        assert (opened.complaints, opened.asked) == ([], [])


def test_what_was_found_is_shown_with_what_stands_around_it(browser: Any, page: Path) -> None:
    with read(browser, page) as opened:
        opened.go("runs?find=check does")
        assert _listed(opened) == 36
        told = opened.page.locator("main.runs tbody .run-found li").all_inner_texts()
        assert {line.split()[0] for line in told} == {"Why"}
        marks = opened.page.locator("main.runs tbody mark").all_inner_texts()
        assert marks == ["check does"] * 36


def test_runs_are_chosen_by_the_value_of_a_score(browser: Any, page: Path) -> None:
    with read(browser, page, bypass_csp=True) as opened:
        opened.go("runs")
        opened.page.locator(".run-tools .menu summary").click()
        opened.page.locator(".score-condition select").select_option("recovery_rate")
        opened.page.locator(".score-limit label").filter(has_text="at least").click()
        opened.page.locator(".score-limit input[type=number]").fill("50")
        assert opened.violations() == []
        opened.page.get_by_role("button", name="Show these runs").click()
        opened.page.get_by_role("button", name="Recovered ≥ 50\u202f%").wait_for()
        assert opened.page.url.endswith("where=recovery_rate%3E%3D0.5")
        values = _column(opened, "Recovered")
        assert values
        assert "0\u202f%" not in values
        for condition, runs in (("tokens>=220", 144), ("tokens<=220", 144), ("tokens<=219", 0)):
            opened.turn(f"runs?where={condition}")
            assert (condition, _listed(opened)) == (condition, runs)
        assert (opened.complaints, opened.asked) == ([], [])


def test_runs_without_a_value_are_counted_and_are_no_zero(browser: Any, page: Path) -> None:
    with read(browser, page) as opened:
        for way in (">=0", "<=1"):
            opened.go(f"runs?where=recovery_rate{way}")
            button = opened.page.locator(".conditions button")
            assert "; 72 have none" in button.inner_text()
            assert _listed(opened) == 72
        button.click()
        assert _listed(opened) == 144
        opened.turn("runs?where=recovery_rate>=0 and success>=1")
        assert opened.page.locator(".conditions button").count() == 2
        opened.page.get_by_role("button", name="Success: yes").click()
        assert opened.page.url.endswith("where=recovery_rate%3E%3D0")


def _listed(opened: Read) -> int:
    count = int(opened.page.locator("main.runs .says").inner_text().split()[0])
    assert opened.page.locator("main.runs tbody tr").count() == min(count, 50)
    return count


def _column(opened: Read, title: str) -> set[str]:
    heads = opened.page.locator("main.runs thead th").all_inner_texts()
    place = next(at for at, head in enumerate(heads) if head.strip().startswith(title))
    cells = opened.page.locator(f"main.runs tbody tr > :nth-child({place + 1})").all_inner_texts()
    return {cell.strip() for cell in cells}
