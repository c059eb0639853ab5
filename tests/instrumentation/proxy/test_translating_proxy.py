"""A proxy that translates, and texts whose authors say what they are."""

import json
from typing import Any

import pytest

from midspan.instrumentation.proxy.wire import chat
from midspan.instrumentation.proxy.wire.sse import documents
from tests.instrumentation.proxy.conftest import Start
from tests.instrumentation.proxy.replies import completion, data
from tests.instrumentation.proxy.test_forwarding import Answering
from tests.instrumentation.proxy.test_joining import ASK, one_after_the_other
from tests.instrumentation.proxy.test_translation import (
    OFFERED,
    RAW,
    TAG,
    events,
    message_of,
    rewritten,
)
from tests.instrumentation.proxy.upstream import Pieces, streamed, whole
from tests.instrumentation.text_calls import test_real_traces as traces
from tests.support.workspaces import rows


@pytest.mark.skipif(not traces.TRACES.is_dir(), reason="no traces: set MIDSPAN_TRACES")
@pytest.mark.parametrize("size", [1, 7])
def test_labelled_texts_are_translated_and_left_as_their_authors_say(size: int) -> None:
    lines = (traces.TRACES / "toolcall_repair.truth.jsonl").read_text().splitlines()
    gold = {row["trace_id"]: row["gold"] for row in map(json.loads, lines)}
    right = {"tool_call": 0, "no_tool": 0}
    for trace_id, attributes in traces.spans(traces.TRACES / "toolcall_repair.jsonl"):
        if "gen_ai.tool.definitions" not in attributes:
            continue
        output = {"gen_ai.output.messages": attributes["gen_ai.output.messages"]}
        _, went, _ = rewritten("".join(traces.said(output)), size, traces.offered(attributes) or [])
        label = gold[trace_id]
        made = [(name, json.loads(arguments)) for name, arguments in message_of(went)[1]]
        wanted = [(label["name"], label["arguments"])] if label["type"] == "tool_call" else []
        right[label["type"]] += made == wanted
    assert right == {"tool_call": 6, "no_tool": 10}


def stream(text: str) -> Pieces:
    return streamed(*events(text, 4))


@pytest.mark.parametrize("streams", [True, False])
def test_the_client_gets_a_call_and_the_record_says_what_the_model_wrote(
    proxied: Start, streams: bool
) -> None:
    text = f"Let me see.\n{TAG}"
    first = b"".join(stream(text)) if streams else completion(text)
    proxy = proxied(one_after_the_other(first, completion("Rain.")), translate_text_calls=True)
    reply = proxy.chat(ASK, tools=OFFERED, stream=streams)
    got = chat.completion_of(documents(reply.content)) if streams else reply.json()
    (choice,) = got["choices"]
    (call,) = choice["message"]["tool_calls"]
    assert choice["message"]["content"].strip() == "Let me see."
    assert (call["function"], choice["finish_reason"]) == (
        {"name": "weather", "arguments": RAW},
        "tool_calls",
    )
    assert proxy.server.asked[0].header("accept-encoding") == "identity"
    told = {"role": "tool", "tool_call_id": call["id"], "content": "wet"}
    proxy.chat(ASK, choice["message"], told, tools=OFFERED)

    asked, tool, _ = spans = proxy.spans()
    assert asked["attributes"]["output.value"] == text
    assert asked["attributes"]["midspan.text_calls.form"] == "tag"
    assert asked["attributes"]["midspan.text_calls.translated"] is True
    assert tool["attributes"]["gen_ai.tool.call.id"] == call["id"]
    assert len({span["attributes"]["midspan.run.id"] for span in spans}) == 1
    columns = ("name", "raw_arguments", "result", "executed", "translated")
    assert rows(proxy.ingested(), "calls", *columns) == [("weather", RAW, "wet", True, "tag")]


def test_a_model_that_makes_no_call_though_one_was_asked_for_is_told(proxied: Start) -> None:
    proxy = proxied(Answering([completion("No.")]), translate_text_calls=True)
    reply = proxy.chat(ASK, tools=OFFERED, tool_choice="required")
    assert reply.json()["choices"][0]["message"]["content"] == "No."
    (span,) = proxy.spans()
    assert span["attributes"]["midspan.text_calls.reason"] == (
        "tool_choice asks for a call, and the text holds none"
    )
    assert "midspan.text_calls.translated" not in span["attributes"]


@pytest.mark.parametrize("tools", [[{"name": 1}], [{"function": "x"}], "x", [None], {}])
@pytest.mark.parametrize("choice", [{}, {"message": "x"}, {"message": {"content": [1]}}])
def test_what_cannot_be_read_passes_as_it_came(proxied: Start, tools: Any, choice: Any) -> None:
    body = data({"choices": [choice, 1]})
    proxy = proxied(Answering([whole(body)]), translate_text_calls=True)
    assert proxy.chat(ASK, tools=tools).content == body


@pytest.mark.parametrize(
    ("text", "chosen"),
    [(TAG, {"translate_text_calls": False}), ("Rain.", {"translate_text_calls": True})],
)
def test_a_body_without_anything_to_translate_is_the_same_to_the_byte(
    proxied: Start, text: str, chosen: dict[str, Any]
) -> None:
    body = completion(text)
    reply = proxied(Answering([body]), **chosen).chat(ASK, tools=OFFERED)
    assert body.endswith(reply.content)
    assert reply.content
