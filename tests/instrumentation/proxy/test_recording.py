"""One span for each request, in golden form, with what the model wrote to the letter."""

import json
from typing import Any

import pytest

from midspan.instrumentation.capture.current import environment_sieve
from tests.instrumentation.proxy import replies
from tests.instrumentation.proxy.conftest import Start
from tests.instrumentation.proxy.replies import RAW
from tests.instrumentation.proxy.test_forwarding import Answering
from tests.instrumentation.proxy.upstream import LAST, STREAM_HEAD, chunk, whole

SCHEMA = {"type": "object", "properties": {"id": {"type": "integer"}}}
REQUESTS: dict[str, Any] = {
    "/v1/chat/completions": {
        "model": "m-1",
        "temperature": 0,
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Refund?"},
        ],
        "tools": [{"type": "function", "function": {"name": "look", "parameters": SCHEMA}}],
    },
    "/v1/responses": {
        "model": "m-1",
        "temperature": 0,
        "instructions": "Be brief.",
        "input": "Refund?",
        "tools": [{"type": "function", "name": "look", "parameters": SCHEMA}],
    },
    "/v1/messages": {
        "model": "m-1",
        "temperature": 0,
        "system": [{"type": "text", "text": "Be brief."}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Refund?"}]}],
        "tools": [{"name": "look", "input_schema": SCHEMA}],
    },
}
ASKED = [
    {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]},
    {"role": "user", "parts": [{"type": "text", "content": "Refund?"}]},
]
CALL = {"type": "tool_call", "id": "c-1", "name": "look", "arguments": {"id": 1042, "in": "EUR"}}
SAID = [{"type": "text", "content": "Let me look."}, CALL]
REPLIES = [
    ("/v1/chat/completions", replies.chat_body, [RAW], 3),
    ("/v1/chat/completions", replies.chat_stream, [RAW], 3),
    ("/v1/responses", replies.responses_body, [RAW], 3),
    ("/v1/responses", replies.responses_stream, [RAW], 3),
    ("/v1/messages", replies.messages_body, None, None),
    ("/v1/messages", replies.messages_stream, [RAW], None),
]


@pytest.mark.parametrize(("path", "answer", "raw", "reasoning"), REPLIES)
def test_every_api_streamed_or_not_is_the_same_golden_span(
    proxied: Start, path: str, answer: Any, raw: list[str] | None, reasoning: int | None
) -> None:
    proxy = proxied(Answering(answer()))
    proxy.client.post(path, json=REQUESTS[path])

    (span,) = proxy.spans()
    found = span["attributes"]
    assert (span["name"], span["kind"], span["status"]) == ("chat m-1", 3, {"code": 1})
    for name in ("gen_ai.input.messages", "gen_ai.output.messages", "output.value"):
        found[name] = json.loads(found[name])
    assert found["gen_ai.input.messages"] == ASKED
    (output,) = found["gen_ai.output.messages"]
    assert output == {
        "role": "assistant",
        "parts": [{"type": "reasoning", "content": "Hm."}, *SAID],
        "finish_reason": "tool_call",
    }
    assert found["output.value"] == [output | {"parts": SAID}]
    assert json.loads(found["gen_ai.tool.definitions"])[0]["name"] == "look"
    assert found.get("gen_ai.tool.call.arguments.raw") == raw
    assert "input.value" not in found
    assert ("gen_ai.response.time_to_first_chunk" in found) == ("stream" in answer.__name__)
    expected = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "m-1",
        "gen_ai.request.temperature": 0.0,
        "gen_ai.response.model": "m-1b",
        "gen_ai.response.id": "r-1",
        "gen_ai.response.finish_reasons": ["tool_call"],
        "gen_ai.usage.input_tokens": 90,
        "gen_ai.usage.output_tokens": 12,
        "gen_ai.usage.cache_read.input_tokens": 64,
        "gen_ai.usage.reasoning.output_tokens": reasoning,
        "http.response.status_code": 200,
        "openinference.span.kind": "LLM",
        "mlflow.spanType": "CHAT_MODEL",
    }
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("path", "body", "kind", "message"),
    [
        (
            "/v1/chat/completions",
            {"error": {"message": "slow down", "type": "rate_limit", "code": None}},
            "rate_limit",
            "slow down",
        ),
        (
            "/v1/messages",
            {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}},
            "overloaded_error",
            "busy",
        ),
        ("/v1/responses", {"detail": "no such model"}, "429", "no such model"),
        ("/v1/responses", None, "429", "HTTP status 429"),
    ],
)
def test_an_error_of_the_provider_is_the_spans(
    proxied: Start, path: str, body: Any, kind: str, message: str
) -> None:
    reply = whole(b"<html>" if body is None else replies.data(body), status="429 Too Many")
    proxy = proxied(Answering([reply]))
    headers = {"x-stainless-retry-count": "2"}
    assert proxy.client.post(path, json=REQUESTS[path], headers=headers).status_code == 429

    (span,) = proxy.spans()
    found = span["attributes"]
    assert span["status"] == {"code": 2, "message": f"{kind}: {message}"}
    assert found["error.type"] == kind
    assert found["http.response.status_code"] == 429
    assert found["http.request.resend_count"] == 2
    assert [event["name"] for event in span["events"]] == ["exception"]
    assert "gen_ai.output.messages" not in found


def test_an_error_in_the_midst_of_a_stream_is_the_spans(proxied: Start) -> None:
    events = [replies.delta({"content": "Let"}), replies.data({"error": {"message": "boom"}})]
    body = b"".join(b"data: " + event + b"\n\n" for event in events)
    proxy = proxied(Answering([STREAM_HEAD, chunk(body), LAST]))
    proxy.chat()

    (span,) = proxy.spans()
    assert span["status"] == {"code": 2, "message": "error: boom"}
    assert json.loads(span["attributes"]["gen_ai.output.messages"])[0]["parts"] == [
        {"type": "text", "content": "Let"}
    ]


def test_keys_are_nowhere_in_the_record(proxied: Start) -> None:
    key = "sk-proj-" + "planted0KEY1" * 4
    said = replies.completion(f"It is {key}.", ("c-1", "look", f'{{"key":  "{key}"}}'))
    proxy = proxied(Answering([said]), upstream_key="sk-planted-upstream")
    headers = {"authorization": "Bearer sk-planted", "x-api-key": "sk-planted"}
    path = "/v1/chat/completions"
    asked = {"model": "m-1", "messages": [{"role": "user", "content": f"Use {key}."}]}
    proxy.client.post(f"{path}?key=sk-planted", json=asked, headers=headers)
    proxy.stop()
    (file,) = proxy.spool.iterdir()
    assert "planted" not in file.read_text()


@pytest.mark.parametrize("content", ["none", "metadata"])
def test_without_content_no_word_is_kept(
    proxied: Start, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    monkeypatch.setenv("MIDSPAN_CONTENT", content)
    environment_sieve.cache_clear()
    proxy = proxied(Answering(replies.chat_stream()))
    proxy.chat({"role": "user", "content": "Refund?"})
    (span,) = proxy.spans()
    assert span["attributes"]["gen_ai.usage.output_tokens"] == 12
    text = json.dumps(span)
    assert [word for word in ("Refund", "Let me", "1042", "Hm.") if word in text] == []


def test_what_is_too_long_passes_and_is_left_out_of_the_record(proxied: Start) -> None:
    proxy = proxied(Answering(replies.chat_stream()), body_bytes=4000)
    long = {"role": "user", "content": "x" * 5000}
    assert proxy.chat(long).status_code == 200
    assert len(proxy.server.asked[0].body) > 5000

    (span,) = proxy.spans()
    found = span["attributes"]
    assert (
        found["midspan.proxy.not_recorded"] == "request: its body of 5,057 bytes could not be kept"
    )
    assert found["gen_ai.usage.output_tokens"] == 12
