"""The figures of a watch as its page names them."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "watch.md"
NAMED = re.compile(r"`(?P<name>[a-z_]+)(?:\{(?P<labels>[a-z,]+)\})?`")


def documented() -> dict[str, set[str]]:
    """Return the labels of each figure, by its name in the first column of the page's table."""
    section = PAGE.read_text().partition("| Name | What it tells |")[2].partition("\n\n")[0]
    rows = (line.split("|")[1] for line in section.splitlines() if line.startswith("| `"))
    return {
        found["name"]: set((found["labels"] or "").split(",")) - {""}
        for row in rows
        for found in NAMED.finditer(row)
    }
