"""Whatever an agent writes: it stands in a report as data, and never as a part of the page."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from midspan.pipelines.workspace import Workspace
from tests.support.otlp import Story, call
from tests.support.reported import opened
from tests.support.workspaces import ingested

HOSTILE = {
    "script": "<script>window.pwned = 1</script>",
    "end of script": "</script><script>window.pwned = 1</script>",
    "comment": "<!--<script>",
    "event handler": "<img src=x onerror=\"window.pwned = 1\"> ' onmouseover='window.pwned = 1",
    "terminal": "\x1b]0;pwned\x07\x1b[2J\x1b[31mred",
    "right to left": "safe \u202etxt.exe\u2066",
    "nothing": "\x00\x01\ufffd\ufeff",
    "template": "${window.pwned = 1} {{constructor}}",
    "url": "javascript:window.pwned=1",
}
LONG = "x" * 1_000_000
TURNS_OR_DRIVES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


class Elements(HTMLParser):
    """The elements that a browser finds in a page, with the names of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(" ".join([tag, *(name for name, _ in attrs)]))

    def handle_comment(self, data: str) -> None:
        self.found.append("comment")


def elements(page: str) -> list[str]:
    reader = Elements()
    reader.feed(page)
    reader.close()
    return reader.found


def hostile(directory: Path, text: str) -> Workspace:
    """Return a scored workspace of one run that holds a text wherever an agent can put it."""
    story = Story(task=text[:300], model=text[:300], experiment=text[:300], revision=text[:300])
    with story.agent(name=text[:300], input=text, output=text):
        story.llm(call(text[:300], {"x": text}), text=text, reasoning=text)
        story.tool(text[:300], {"x": text}, result=text)
        story.llm(call("look", text), text=text)
        story.tool("look", text, error=f"ValueError: {text}")
    workspace = ingested(directory, story.spans)
    workspace.score()
    return workspace


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_is_data(tmp_path: Path, kind: str) -> None:
    text = HOSTILE[kind]
    page = opened(hostile(tmp_path, text))
    plain = opened(hostile(tmp_path / "plain", "plain"))
    assert elements(page.report.page) == elements(plain.report.page)
    assert TURNS_OR_DRIVES.search(page.report.page) is None
    assert page.document["runs"]["answer"][0].strip() == text.strip()


def test_a_line_of_a_megabyte_is_cut(tmp_path: Path) -> None:
    page = opened(hostile(tmp_path, LONG))
    assert len(page.report.page) < 100_000
    texts = [name for name in page.report.beside if "/text-" in name]
    assert len(texts) == 1
    assert LONG[:3000] not in page.report.page + page.report.beside[texts[0]]


def test_what_lies_beside_the_page_is_one_call_of_plain_letters(tmp_path: Path) -> None:
    beside = opened(hostile(tmp_path, HOSTILE["end of script"] * 200), in_page=0).report.beside
    assert sorted(beside) == ["report-files/steps-0000.js", "report-files/text-0000.js"]
    for content in beside.values():
        assert re.fullmatch(r'midspan\.(block|texts)\(0,"[A-Za-z0-9+/=]+"\)\n', content)
