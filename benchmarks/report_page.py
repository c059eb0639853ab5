"""How soon the page of a report is seen, and answers a filter, in a browser without a window."""

import shutil
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LOADS: Final = 5
FILTERS: Final = 12
VIEWS: Final = (
    "overview?by=variant",
    "overview?by=task",
    "reliability?by=variant",
    "compare?along=model",
    "coverage?by=variant",
    "results?by=variant",
    "failures",
    "runs",
)
CHOICES: Final = ("revision=v1", "revision=v2", "model=large", "model=small&revision=v1")

# Until the browser has painted, and what a view draws after that has been painted as well.
_PAINTED: Final = """const painted = () => new Promise(done => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = done;
  channel.port2.postMessage(null);
}));
const rested = () => new Promise(done => setTimeout(done));"""

SEEN: Final = f"async () => {{ {_PAINTED} await painted(); return performance.now(); }}"

ANSWERED: Final = f"""async address => {{
  {_PAINTED}
  const begun = performance.now();
  location.hash = address;
  await new Promise(done => addEventListener('hashchange', done, {{once: true}}));
  await painted();
  const seen = performance.now() - begun;
  for (const _ of [1, 2, 3]) await rested();
  await painted();
  return [seen, performance.now() - begun];
}}"""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How soon a view answers a filter, in milliseconds."""

    view: str
    seen: float
    """The median until what is in sight has changed."""
    worst: float
    """The slowest of them."""
    whole: float
    """The median until all of the view has."""


def browser() -> str | None:
    """Return the program that is there to measure with."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def first_view(file: Path) -> float:
    """Return how many milliseconds pass until the overview is seen: the median."""
    with _chromium() as found:
        taken: list[float] = []
        for _ in range(LOADS):
            page = found.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{file.resolve().as_uri()}#/overview", wait_until="commit")
            page.wait_for_selector(".headline")
            taken.append(page.evaluate(SEEN))
            page.close()
    return statistics.median(taken)


def answers(file: Path) -> Iterator[Answer]:
    """Yield how soon each view answers a filter."""
    with _chromium() as found:
        page = found.new_page(viewport={"width": 1440, "height": 900})
        for view in VIEWS:
            page.goto("about:blank")
            page.goto(f"{file.resolve().as_uri()}#/{view}")
            page.wait_for_selector("main h2")
            page.wait_for_timeout(500)
            taken = []
            for number in range(FILTERS):
                choice = CHOICES[number % len(CHOICES)]
                address = f"#/{view}{'&' if '?' in view else '?'}{choice}"
                taken.append(page.evaluate(ANSWERED, address))
                page.wait_for_timeout(100)
            seen, whole = zip(*taken, strict=True)
            yield Answer(
                view=view,
                seen=statistics.median(seen),
                worst=max(seen),
                whole=statistics.median(whole),
            )


@contextmanager
def _chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=browser(), args=["--no-sandbox"])
        try:
            yield found
        finally:
            found.close()
