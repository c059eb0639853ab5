"""A planted key is nowhere in what is written or sent, whoever made the span."""

import json
import os
from contextlib import suppress
from pathlib import Path

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Status, StatusCode
from opentelemetry.trace import TracerProvider as AnyProvider

from midspan.instrumentation import Capture, agent, llm_call, run, setup, tool_call
from midspan.instrumentation.testing import Recorder
from tests.instrumentation.conftest import Bodies

KEY = "sk-proj-plantedplanted1234"
RUN = "a" * 32


def leaky_run(provider: AnyProvider) -> None:
    """An agent with the key in everything it says, and instrumentation of others beside it."""
    foreign = provider.get_tracer("somebody.else")
    messages = [{"role": "user", "content": f"my key is {KEY}"}]
    with (
        suppress(PermissionError),
        run(run_id=RUN, task="refund"),
        agent("shop", input=f"use {KEY}", tracer_provider=provider) as step,
    ):
        with llm_call("m", provider="p", messages=messages, tracer_provider=provider) as call:
            made = {"id": "1", "name": "look", "arguments": json.dumps({"api_key": KEY})}
            call.record_response(f"so: {KEY}", reasoning=KEY, tool_calls=[made])
        with tool_call("look", arguments=f'{{"key": "{KEY}"', tracer_provider=provider) as tool:
            tool.record_result({"headers": {"authorization": f"Bearer {KEY}"}})
        with foreign.start_as_current_span(f"GET /?key={KEY}") as span:
            span.set_attributes({"llm.input_messages.0.message.content": KEY, "list": [KEY, "x"]})
            span.add_event("said", {"gen_ai.prompt": KEY})
            span.set_status(Status(StatusCode.ERROR, f"refused {KEY}"))
            span.record_exception(ValueError(KEY))
            span.add_link(span.get_span_context(), {"because": KEY})
        step.record_answer(KEY)
        raise PermissionError(f"403 for {KEY}")


def provider_with_key() -> TracerProvider:
    resource = Resource({"service.name": "shop", "process.command_args": ["--api-key", KEY]})
    return TracerProvider(resource=resource, shutdown_on_exit=False)


def test_neither_the_spool_nor_the_server_is_told_a_key(tmp_path: Path, server: Bodies) -> None:
    provider = provider_with_key()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    telemetry = setup(tracer_provider=provider, spool=tmp_path, endpoint=endpoint)
    leaky_run(provider)
    telemetry.shutdown()
    [path] = tmp_path.iterdir()
    spooled, sent = path.read_bytes(), b"".join(server.received)
    assert (spooled.count(b"spanId"), len(spooled.splitlines())) == (5, 4)
    assert KEY.encode() not in spooled
    assert KEY.encode() not in sent
    # One word stands for it everywhere: in messages, arguments, results, failures, by whomever.
    word = b"REDACTED_key_c38873"
    assert (spooled.count(word), sent.count(word)) == (22, 22)
    assert spooled.count(b"REDACTED_key_") == 22 + 4


def test_names_of_attributes_tell_secrets(tmp_path: Path) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    telemetry = setup(tracer_provider=provider, spool=tmp_path)
    with provider.get_tracer("somebody.else").start_as_current_span("GET") as span:
        span.set_attribute("password", "planted1")
        span.set_attribute("http.request.header.authorization", ["Bearer planted2"])
        span.set_attribute("db.password", ["planted3", "planted4"])
        span.add_event("said", {"token": "planted5"})
        with llm_call(
            "m", provider="p", messages=[], tracer_provider=provider, password="planted6"
        ):
            pass
    telemetry.shutdown()
    [path] = tmp_path.iterdir()
    text = path.read_text()
    assert "planted" not in text
    assert text.count("REDACTED_secret_") == 6


def test_the_run_context_is_looked_through(tmp_path: Path) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    telemetry = setup(tracer_provider=provider, spool=tmp_path)
    with run(run_id=RUN, task=f"task {KEY}", model=f"m-{KEY}", harness=f"shop@{KEY}", trial=2):
        provider.get_tracer("somebody.else").start_span("GET").end()
        tool_call("look", arguments={}, tracer_provider=provider).start().stop()
    telemetry.shutdown()
    [path] = tmp_path.iterdir()
    text = path.read_text()
    assert path.name == f"{RUN}-0.otlp.jsonl"
    assert KEY not in text
    assert text.count('"midspan.model","value":{"stringValue":"m-REDACTED_key_c38873"}') == 2
    assert text.count(f'"midspan.run.id","value":{{"stringValue":"{RUN}"}}') == 2


def test_the_key_is_there_where_redaction_is_off(tmp_path: Path) -> None:
    provider = provider_with_key()
    capture = Capture(redact=False)
    telemetry = setup(tracer_provider=provider, spool=tmp_path, capture=capture)
    leaky_run(provider)
    telemetry.shutdown()
    [path] = tmp_path.iterdir()
    assert path.read_bytes().count(KEY.encode()) == 26


def test_other_processors_see_our_steps_without_it(recorder: Recorder) -> None:
    leaky_run(recorder.tracer_provider)
    own = [span for span in recorder.spans() if not span["name"].startswith("GET")]
    assert len(own) == 3
    assert KEY not in json.dumps(own)
    assert own[-1]["message"] == "PermissionError: 403 for REDACTED_key_c38873"


def test_fields_may_be_left_as_they_are_or_left_out(recorder: Recorder) -> None:
    provider = recorder.tracer_provider
    capture = Capture(untouched=("gen_ai.tool.*",), leave_out=("output.value", "exception.stack*"))
    telemetry = setup(tracer_provider=provider, capture=capture)
    with suppress(OSError), tool_call("x", arguments=KEY, tracer_provider=provider):
        raise OSError(KEY)
    [span] = recorder.spans()
    assert span["attributes"]["gen_ai.tool.call.arguments"] == KEY
    assert span["attributes"]["input.value"].startswith("REDACTED_key_")
    assert "output.value" not in span["attributes"]
    assert [list(event["attributes"]) for event in span["events"]] == [
        ["exception.type", "exception.message"]
    ]
    telemetry.shutdown()


def test_a_child_process_keeps_what_its_parent_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Capture(
        content="metadata",
        emails=True,
        patterns={"order": "ORD-[0-9]+", "pin": "a=b,c"},
        untouched=("a.*", "b"),
        leave_out=("c",),
        longest=1000,
    )
    assert Capture.from_environment(asked.environment()) == asked
    assert Capture.from_environment(Capture(redact=False).environment()) == Capture(redact=False)
    assert Capture.from_environment({}) == Capture()
    assert os.environ.get("MIDSPAN_CONTENT") is None
