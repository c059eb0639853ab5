"""Whatever a run holds, it comes back from the spans that are sent of it."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.otlp import RUN, Json, Story, call, offered
from tests.support.published_otherwise import differences, reason_for
from tests.support.republished import republished
from tests.support.workspaces import ingested

ODD_TEXTS: Final = (
    '{"is_error": true, "content": "no such order"}',
    '[{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]',
    '<tool_call>{"name": "look", "arguments": {"n": 1}}</tool_call>',
    "```json\n[1, 2]\n```",
    "Error: it failed",
    "\x00\u2028 \U0001f600 é",
    "null",
    "[]",
)
TEXTS: Final = st.sampled_from(ODD_TEXTS) | st.text(st.characters(codec="utf-8"), max_size=20)
VALUES: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
ARGUMENTS: Final = st.dictionaries(
    st.sampled_from(["n", "query", "größe"]), VALUES, max_size=3
) | st.sampled_from(["", "{", '{"n": 1', '{"n": 1, "n": 2}', "[1]", "not JSON", '"text"'])
TOOLS: Final = st.none() | st.just(
    [offered("look", {"type": "object", "properties": {"n": {"type": "integer"}}}, "Looks.")]
)


@st.composite
def runs(draw: st.DrawFn) -> list[Json]:
    """Give the spans of one run: some turns, each with some calls that run, fail or never run."""
    story = Story(run_id=draw(st.sampled_from([RUN, None])), task="refund", trial=1)
    with story.agent(input=draw(st.none() | TEXTS), output=draw(st.none() | TEXTS)):
        for _ in range(draw(st.integers(0, 3))):
            if draw(st.booleans()):
                story.llm(input="ask", error="Timeout: no answer")
            ids = draw(st.sampled_from([("a", "b"), (None, None)]))
            arguments: list[Any] = [draw(ARGUMENTS) for _ in range(draw(st.integers(0, 2)))]
            calls = [call("look", each, id=ids[n]) for n, each in enumerate(arguments)]
            story.llm(
                *calls,
                text=draw(st.none() | TEXTS),
                reasoning=draw(st.none() | TEXTS),
                tools=draw(TOOLS),
                tokens=draw(st.sampled_from([(100, 10), None])),
                content=draw(st.sampled_from([True, True, True, False])),
            )
            for n, each in enumerate(arguments):
                how = draw(st.sampled_from(["runs", "fails", "never"]))
                if how == "runs":
                    story.tool("look", each, id=ids[n], result=draw(VALUES))
                elif how == "fails":
                    story.tool("look", each, id=ids[n], error=f"ValueError: {draw(TEXTS)}")
    return story.spans


@settings(max_examples=40, deadline=None)
@given(spans=runs())
def test_any_run_says_the_same_after_it_was_sent(spans: list[Json]) -> None:
    with TemporaryDirectory() as name:
        before = ingested(Path(name), spans)
        after = republished(before, Path(name) / "sent")
        assert after.table("quarantine").collect().height == 0
        for found in differences(before, after):
            reason_for(found)
