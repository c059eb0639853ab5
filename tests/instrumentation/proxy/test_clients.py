"""Real clients, in Python and in Node, with nothing but their base URL changed."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.instrumentation.proxy import replies
from tests.instrumentation.proxy.conftest import Proxied, Start
from tests.instrumentation.proxy.replies import RAW
from tests.instrumentation.proxy.test_joining import ASK, one_after_the_other
from tests.instrumentation.proxy.test_translation import OFFERED, TAG, events
from tests.instrumentation.proxy.upstream import streamed
from tests.support.workspaces import rows

SCHEMA: dict[str, Any] = {"type": "object", "properties": {"id": {"type": "integer"}}}
TOOLS: Any = [{"type": "function", "function": {"name": "look", "parameters": SCHEMA}}]
BASH = '{"command":"echo 39"}'
NODE = shutil.which("node")
DONE = b"".join(streamed(replies.delta({"content": "39 EUR."}, "stop"), b"[DONE]"))


def called_once(proxy: Proxied) -> None:
    """One run, in which the call and its result are known, and the arguments to the letter."""
    workspace = proxy.ingested()
    assert len(rows(workspace, "runs", "run_id")) == 1
    (call,) = rows(workspace, "calls", "name", "call_id", "arguments", "result", "executed")
    assert call == ("look", "c-1", '{"id":1042,"in":"EUR"}', "total of 1042: 39", True)
    (first, *_) = [span for span in proxy.spans() if span["name"] == "chat m-1"]
    assert first["attributes"]["gen_ai.tool.call.arguments.raw"] == [RAW]


@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_a_loop_in_node(proxied: Start) -> None:
    proxy = proxied(one_after_the_other(b"".join(replies.chat_stream()), DONE))
    script = Path(__file__).with_name("loop.mjs")
    command = [str(NODE), str(script), f"{proxy.url}/v1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("39 EUR.\n", "")
    called_once(proxy)


@pytest.mark.skipif(shutil.which("pi") is None, reason="pi, the coding agent, is not installed")
def test_pi(proxied: Start, tmp_path: Path) -> None:
    call = {"id": "c-1", "type": "function", "function": {"name": "bash", "arguments": BASH}}
    calls = replies.delta({"role": "assistant", "tool_calls": [call | {"index": 0}]}, "tool_calls")
    proxy = proxied(one_after_the_other(b"".join(streamed(calls, b"[DONE]")), DONE))
    model = {"id": "m-1", "input": ["text"], "contextWindow": 32000, "maxTokens": 1000}
    provider = {"baseUrl": f"{proxy.url}/v1", "api": "openai-completions", "apiKey": "none"}
    settings = tmp_path / ".pi" / "agent" / "models.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"providers": {"p": {**provider, "models": [model]}}}))
    command = ["pi", "--provider", "p", "--model", "m-1", "-p", "Refund?"]
    environment = {**os.environ, "HOME": str(tmp_path)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.stdout == "39 EUR.\n"
    calls_made = rows(proxy.ingested(), "calls", "name", "call_id", "raw_arguments", "result")
    assert calls_made == [("bash", "c-1", BASH, "39\n")]


@pytest.mark.parametrize("streams", [True, False])
def test_the_openai_sdk(proxied: Start, streams: bool) -> None:
    openai = pytest.importorskip("openai", reason="the OpenAI SDK is not installed")
    first = replies.chat_stream() if streams else replies.chat_body()
    proxy = proxied(one_after_the_other(b"".join(first), DONE))
    messages: list[Any] = [ASK]
    with openai.OpenAI(base_url=f"{proxy.url}/v1", api_key="none", max_retries=0) as client:
        given = {"model": "m-1", "messages": messages, "tools": TOOLS}
        if streams:
            with client.chat.completions.stream(**given) as stream:
                message = stream.get_final_completion().choices[0].message
        else:
            message = client.chat.completions.create(**given).choices[0].message
        (call,) = message.tool_calls
        assert call.function.arguments == RAW
        messages.append(message.model_dump(exclude_none=True))
        messages.append({"role": "tool", "tool_call_id": call.id, "content": "total of 1042: 39"})
        with client.chat.completions.stream(**given) as stream:
            assert stream.get_final_completion().choices[0].message.content == "39 EUR."
    called_once(proxy)


def test_the_openai_sdk_gets_translated_calls(proxied: Start) -> None:
    openai = pytest.importorskip("openai", reason="the OpenAI SDK is not installed")
    text = b"".join(streamed(*events(f"Let me see.\n{TAG}", 3)))
    proxy = proxied(one_after_the_other(text), translate_text_calls=True)
    with (
        openai.OpenAI(base_url=f"{proxy.url}/v1", api_key="none", max_retries=0) as client,
        client.chat.completions.stream(model="m-1", messages=[ASK], tools=OFFERED) as stream,
    ):
        choice = stream.get_final_completion().choices[0]
    (call,) = choice.message.tool_calls
    assert (choice.message.content.strip(), choice.finish_reason) == ("Let me see.", "tool_calls")
    assert json.loads(call.function.arguments) == {"city": "Oslo"}


def test_the_openai_sdk_with_responses(proxied: Start) -> None:
    openai = pytest.importorskip("openai", reason="the OpenAI SDK is not installed")
    proxy = proxied(one_after_the_other(b"".join(replies.responses_body())))
    with openai.OpenAI(base_url=f"{proxy.url}/v1", api_key="none", max_retries=0) as client:
        response = client.responses.create(model="m-1", input="Refund?")
    assert response.output_text == "Let me look."
    (span,) = proxy.spans()
    assert span["attributes"]["gen_ai.usage.input_tokens"] == 90


@pytest.mark.parametrize("streams", [True, False])
def test_the_anthropic_sdk(proxied: Start, streams: bool) -> None:
    anthropic = pytest.importorskip("anthropic", reason="the Anthropic SDK is not installed")
    first = replies.messages_stream() if streams else replies.messages_body()
    proxy = proxied(one_after_the_other(b"".join(first)))
    given: Any = {
        "model": "m-1",
        "max_tokens": 100,
        "messages": [{"role": "user", "content": "Refund?"}],
        "tools": [{"name": "look", "input_schema": SCHEMA}],
    }
    with anthropic.Anthropic(base_url=proxy.url, api_key="none", max_retries=0) as client:
        if streams:
            with client.messages.stream(**given) as stream:
                message = stream.get_final_message()
        else:
            message = client.messages.create(**given)
    (call,) = [block for block in message.content if block.type == "tool_use"]
    assert call.input == {"id": 1042, "in": "EUR"}
    (span,) = proxy.spans()
    assert json.loads(span["attributes"]["gen_ai.output.messages"])[0]["parts"][-1] == {
        "type": "tool_call",
        "id": "c-1",
        "name": "look",
        "arguments": {"id": 1042, "in": "EUR"},
    }


def test_an_upstream_that_is_down_is_an_error_of_the_sdk(proxied: Start) -> None:
    anthropic = pytest.importorskip("anthropic", reason="the Anthropic SDK is not installed")
    proxy = proxied(lambda asked: [b""])
    with (
        anthropic.Anthropic(base_url=proxy.url, api_key="none", max_retries=0) as client,
        pytest.raises(anthropic.InternalServerError, match="api_error"),
    ):
        client.messages.create(
            model="m-1", max_tokens=9, messages=[{"role": "user", "content": "Refund?"}]
        )
