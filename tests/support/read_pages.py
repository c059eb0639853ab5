"""Pages in a real browser, and what they do there that nobody asked them to."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import BROWSERS

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright: it drives a page")

ROOT = Path(__file__).parents[2]
AXE = ROOT / "dashboards/web/node_modules/axe-core/axe.min.js"
VIEWS = ("overview", "compare", "reliability", "coverage", "results", "failures", "runs")
PATIENCE = 60_000
"""Milliseconds that a busy machine may take for what takes an idle one a tenth of a second."""


@dataclass(kw_only=True)
class Read:
    """A page that is open, and all that it complained of or asked for."""

    page: Any
    file: Path
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def go(self, address: str) -> None:
        """Open a view by its address, in a page that is drawn anew."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.file.resolve().as_uri()}#/{address}")
        self.page.wait_for_selector("header.page-head", timeout=PATIENCE)

    def turn(self, address: str) -> None:
        """Go on to a view within the page."""
        self.page.evaluate("address => { location.hash = address }", f"#/{address}")
        view = address.split("?")[0].split("/")[0]
        self.page.wait_for_selector(f"main.{view}", timeout=PATIENCE)

    def until(self, holds: str) -> None:
        """Wait until a function returns true: Playwright's own wait is what the page forbids."""
        last = time.monotonic() + PATIENCE / 1000
        while not self.page.evaluate(holds):
            assert time.monotonic() < last, holds
            self.page.wait_for_timeout(20)

    def figures(self) -> dict[str, dict[str, tuple[float, float | None, float | None]]]:
        """Return value, low and high by score and side, as "Every score" shows them."""
        self.page.locator("details.every-score:not([open]) summary").click()
        self.page.wait_for_selector("details.every-score table", timeout=PATIENCE)
        sides, rows = self.page.evaluate(READ_TABLE)
        return {
            name: {
                side: (value, low, high)
                for side, (value, low, high) in zip(sides, cells, strict=True)
                if value is not None
            }
            for name, cells in rows
        }

    def violations(self) -> list[str]:
        """Return what keeps people from using the page as it stands; by axe."""
        if not AXE.exists():
            pytest.skip("needs axe-core: npm --prefix dashboards/web ci")
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found["violations"]]


READ_TABLE = """() => {
  const table = document.querySelector('details.every-score table');
  const sides = [...table.querySelectorAll('thead th')].slice(3).map(each =>
    each.querySelector('.sort').firstChild.textContent);
  const number = text => text === undefined ? null : Number(text);
  const rows = [...table.querySelectorAll('tbody tr')].map(row => [
    row.querySelector('th .mono').textContent,
    [...row.querySelectorAll('td')].slice(2).map(cell => {
      const data = cell.querySelector('data');
      if (data === null) return [null, null, null];
      return [Number(data.value), number(data.dataset.low), number(data.dataset.high)];
    }),
  ]);
  return [sides, rows];
}"""


@contextmanager
def chromium() -> Iterator[Any]:
    """Give the browser of this machine."""
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip(f"needs a browser: {', '.join(BROWSERS)}")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def read(browser: Any, file: Path, *, bypass_csp: bool = False, **options: Any) -> Iterator[Read]:
    """Open a page; `options` are those of a browser's context: its size, its colours.

    `bypass_csp` lets the test put scripts into it, which its policy rightly forbids.
    """
    context = browser.new_context(bypass_csp=bypass_csp, reduced_motion="reduce", **options)
    try:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        opened = Read(page=page, file=file)
        page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        page.on("console", lambda said: _noted(opened, said))
        page.on("request", lambda request: _asked(opened, request.url))
        page.on("dialog", lambda dialog: opened.complaints.append(f"dialog: {dialog.message}"))
        yield opened
    finally:
        context.close()


def _noted(opened: Read, said: Any) -> None:
    if said.type in ("error", "warning"):
        opened.complaints.append(said.text)


def _asked(opened: Read, url: str) -> None:
    beside = url.startswith(opened.file.parent.resolve().as_uri())
    if not (beside or url.startswith(("data:", "about:"))):
        opened.asked.append(url)
