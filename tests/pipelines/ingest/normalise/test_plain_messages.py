"""Plain messages read straight from attributes are those that the long way round gives."""

from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from midspan.pipelines.ingest.content import CallPart, Message, ResultPart
from midspan.pipelines.ingest.content.message import TextPart
from midspan.pipelines.ingest.normalise.dialects.openinference.flat_messages import (
    message_of,
    take_messages,
)
from midspan.pipelines.ingest.normalise.dialects.openinference.plain_messages import (
    places_of,
    plain_message,
)
from midspan.pipelines.ingest.normalise.indexed import take_indexed
from midspan.pipelines.ingest.normalise.source import Source
from tests.pipelines.ingest.normalise.raw_spans import raw_span

CALL: Final = "message.tool_calls.{}.tool_call.{}"
NAMES: Final = st.sampled_from(
    [f"message.{name}" for name in ("role", "content", "name", "tool_call_id")]
    + [
        CALL.format(number, name)
        for number in ("0", "1", "01", "10")
        for name in ("id", "function.name", "function.arguments")
    ]
)
TEXTS: Final = st.sampled_from(["", "a", "tool", "function", "assistant", "__REDACTED__", "{}"])


@given(st.dictionaries(NAMES, TEXTS, min_size=1))
def test_the_same_as_by_way_of_objects(texts: dict[str, str]) -> None:
    places = places_of(tuple(texts))
    assert places is not None
    [fields] = take_indexed(Source(raw_span({f"m.0.{name}": texts[name] for name in texts})), "m")
    assert plain_message(places, [*texts.values(), ""]) == message_of(fields["message"])


def test_a_message_with_calls_and_a_result() -> None:
    attributes = {
        "m.0.message.role": "assistant",
        "m.0.message.content": "Looking.",
        "m.0.message.tool_calls.0.tool_call.id": "c1",
        "m.0.message.tool_calls.0.tool_call.function.name": "search",
        "m.0.message.tool_calls.0.tool_call.function.arguments": '{"q": 1}',
        "m.1.message.role": "tool",
        "m.1.message.content": "rain",
        "m.1.message.tool_call_id": "c1",
        "other": "stays",
    }
    source = Source(raw_span(attributes))
    assert take_messages(source, "m") == [
        Message("assistant", (TextPart("Looking."), CallPart("search", '{"q": 1}', "c1"))),
        Message("tool", (ResultPart("rain", "c1"),)),
    ]
    assert source.attributes == {"other": "stays"}


def test_other_names_and_values_go_the_long_way() -> None:
    assert places_of(("message.role", "message.contents.0.message_content.text")) is None
    source = Source(raw_span({"m.0.message.role": "user", "m.0.message.content": 5}))
    assert take_messages(source, "m") == [Message("user", (TextPart("5"),))]
