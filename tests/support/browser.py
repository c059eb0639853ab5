"""A page as a browser without a window has it, once its scripts have run."""

import shutil
import subprocess
from pathlib import Path

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TRIES = 4


def page(url: str, profile: Path, *, until: str) -> str:
    """Return the page's HTML, loaded again where a busy machine did not get to some text of it."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        pytest.skip(f"needs a browser: {', '.join(BROWSERS)}")
    html = ""
    for _ in range(TRIES):
        html = subprocess.run(
            [
                *(browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--dump-dom"),
                *("--window-size=2400,1400", "--virtual-time-budget=30000", "--timeout=60000"),
                *(f"--user-data-dir={profile}", url),
            ],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        ).stdout
        if until in html:
            break
    return html
