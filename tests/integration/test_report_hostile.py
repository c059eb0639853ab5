"""Whatever an agent wrote: a browser shows it, and runs none of it."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.otlp import Story, call
from tests.support.read_pages import VIEWS, read
from tests.support.report_files import written
from tests.support.workspaces import ingested

SCRIPT = "</script><script>window.ran = 1</script><img src=x onerror='window.ran = 1'>"
ODD = "\x1b[31mred \u202etxt.exe\u2066 javascript:window.ran=1 ${window.ran = 1} "
LONG = "y" * 1_000_000


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of two runs that hold hostile text wherever an agent can put it."""
    directory = tmp_path_factory.mktemp("hostile")
    spans = []
    for number in (1, 2):
        story = Story(
            trace=number,
            first_span=10 * number,
            run_id=f"{number:032x}",
            task=SCRIPT,
            experiment=f"{SCRIPT}\u202e",
            model=f"{SCRIPT}{number}",
            revision=f"{ODD}{number}",
        )
        with story.agent(name=SCRIPT, input=SCRIPT + ODD, output=SCRIPT + ODD + LONG):
            story.llm(call(SCRIPT, {SCRIPT: ODD}), text=SCRIPT, reasoning=ODD)
            story.tool(SCRIPT, {SCRIPT: ODD}, result=SCRIPT + LONG)
            story.llm(call("look", SCRIPT), text=SCRIPT)
            story.tool("look", SCRIPT, error=f"ValueError: {SCRIPT}")
        spans += story.spans
    workspace = ingested(directory, spans)
    workspace.score()
    return written(workspace, directory / "report.html")


# Once as the page guards itself, once without: neither may lean on the other.
@pytest.mark.parametrize("guarded", [True, False])
def test_nothing_of_it_runs(browser: Any, page: Path, guarded: bool) -> None:
    with read(browser, page, bypass_csp=not guarded) as opened:
        for view in (*VIEWS, f"run/{1:032x}", f"run/{1:032x}?step=2"):
            opened.go(view)
            opened.page.wait_for_timeout(300)
            for button in opened.page.get_by_role("button", name="As table").all():
                button.click()
            assert opened.page.evaluate("window.ran") is None, view
            assert opened.page.locator("main img, main script, main iframe").count() == 0
        assert (opened.complaints, opened.asked) == ([], [])


def test_it_is_shown_as_it_stands(browser: Any, page: Path) -> None:
    with read(browser, page) as opened:
        opened.go("overview?by=model")
        assert SCRIPT in opened.page.locator("main").first.inner_text()
        assert opened.page.title() == SCRIPT
        # What turns the writing around is told, and does not.
        assert opened.page.locator("h1").inner_text() == f"{SCRIPT}⟨U+202E⟩"
        opened.go("overview?by=revision")
        side = opened.page.locator("main tbody th").first.inner_text()
        assert side.startswith("⟨ESC⟩[31mred ⟨U+202E⟩txt.exe⟨U+2066⟩")
        opened.page.locator(".menu summary").filter(has_text="Revision").click()
        assert side in opened.page.locator(".menu .panel").inner_text()


def test_an_address_runs_nothing(browser: Any, page: Path) -> None:
    with read(browser, page) as opened:
        opened.go("overview?model=%3Cimg%20src=x%20onerror=window.ran=1%3E&measure=__proto__")
        opened.go("run/%3Cimg%20src=x%20onerror=window.ran=1%3E")
        assert opened.page.evaluate("window.ran") is None
        assert (opened.complaints, opened.asked) == ([], [])
