"""The page of a report: one HTML file that asks no server for anything.

What agents wrote stands in it in two forms alone: packed in base64, where no text can break out,
and escaped in the table for readers without scripts.
"""

import base64
import hashlib
import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from midspan.dashboards.report.overview import LEGEND, Overview
from midspan.dashboards.terminal.cells import printable

GENERATOR: Final = "midspan report"
"""Says in every page that midspan made it, so that it may be made anew."""

DATA: Final = 'type="application/octet-stream"'

_POLICY: Final = (
    "default-src 'none'",
    "script-src 'self' {script}",
    "style-src 'unsafe-inline'",  # charts are drawn with attributes of style
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
)


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """The program and the looks of the page, as they were built."""

    script: str
    style: str


@dataclass(frozen=True, kw_only=True)
class Packed:
    """What a page holds, packed; a block of None lies in a file beside it."""

    document: str
    blocks: Sequence[str | None]


def page(overview: Overview, packed: Packed, bundle: Bundle) -> str:
    """Return the page."""
    script, style = _no_end(bundle.script, "script"), _no_end(bundle.style, "style")
    policy = "; ".join(_POLICY).format(script=_source(script))
    lines = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f'<meta name="generator" content="{GENERATOR}">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{shown(overview.title)}</title>",
        '<link rel="icon" href="data:,">',
        f"<style>{style}</style>",
        "</head>",
        "<body>",
        f'<div id="app">{"".join(_plain(overview))}</div>',
        f'<script {DATA} id="document">{packed.document}</script>',
        *(
            f'<script {DATA} data-block="{number}">{block}</script>'
            for number, block in enumerate(packed.blocks)
            if block is not None
        ),
        f"<script>{script}</script>",
        "</body>",
        "</html>",
    ]
    return "\n".join([*lines, ""])


def beside(function: str, number: int, content: str) -> str:
    """Return the script of a file beside the page, which gives its content to the page.

    >>> beside("block", 3, "H4sI")
    'midspan.block(3,"H4sI")\\n'
    """
    return f'midspan.{function}({number},"{content}")\n'


def shown(text: str) -> str:
    """Return a text that HTML shows as it is, on one line, without what turns writing around.

    >>> shown("<script>\\u202ealert(1)")
    '&lt;script&gt;alert(1)'
    """
    return html.escape(printable(text))


def _plain(overview: Overview) -> Iterator[str]:
    """Yield what is shown until the page has drawn itself, or where it cannot."""
    yield f'<main class="plain"><h1>{shown(overview.title)}</h1><p>{shown(overview.about)}</p>'
    if overview.rows:
        yield from _table(overview)
    yield f"<p>{shown(overview.outcomes)}</p>"
    yield from (f"<p>{shown(note)}</p>" for note in overview.notes)
    yield from (f"<p><small>{shown(line)}</small></p>" for line in LEGEND)
    yield "<noscript><p>All else in this report is drawn by its script: allow it to run.</p>"
    yield "</noscript></main>"


def _table(overview: Overview) -> Iterator[str]:
    yield "<table><caption>Overview</caption><thead><tr>"
    yield from (f'<th scope="col">{shown(head)}</th>' for head in overview.heads)
    yield "</tr></thead><tbody>"
    for side, *cells in overview.rows:
        yield f'<tr><th scope="row">{shown(side)}</th>'
        yield from (f"<td>{shown(cell)}</td>" for cell in cells)
        yield "</tr>"
    yield "</tbody></table>"


def _source(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    return f"'sha256-{digest}'"


def _no_end(text: str, tag: str) -> str:
    r"""Return a program that does not end its own element, wherever it says so in a string.

    >>> _no_end("'</script>'", "script")
    "'<\\/script>'"
    """
    return text.replace(f"</{tag}", f"<\\/{tag}").replace("<!--", "<\\!--")
