"""What holds for every kind of step: nesting, failure, and leaving the agent alone."""

import asyncio
import contextvars
import logging
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, cast

import pytest
from opentelemetry import trace

from midspan.instrumentation import (
    agent,
    llm_call,
    run,
    start_agent,
    start_tool_call,
    tool,
    tool_call,
)
from midspan.instrumentation.testing import Recorder


class Unprintable:
    def __str__(self) -> str:
        raise RuntimeError("cannot be printed")

    __repr__ = __str__


class UnprintableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("cannot be printed")


def names_and_parents(recorder: Recorder) -> list[tuple[str, str | None]]:
    names = {span["span_id"]: span["name"] for span in recorder.spans()}
    return [(s["name"], s["parent_id"] and names[s["parent_id"]]) for s in recorder.spans()]


def test_exception_goes_on_unchanged(recorder: Recorder) -> None:
    error = KeyError("order")
    with pytest.raises(KeyError) as caught, agent("shop", tracer_provider=recorder.tracer_provider):
        raise error
    assert caught.value is error
    [span] = recorder.spans()
    assert (span["status"], span["message"]) == ("ERROR", "KeyError: 'order'")
    assert span["attributes"]["output.value"] == "KeyError: 'order'"


def test_names_that_cannot_be_told_are_the_names_of_their_types(recorder: Recorder) -> None:
    provider, name = recorder.tracer_provider, cast(str, Unprintable())
    with (
        run(trial=cast(int, name)),
        agent(name, model=name, provider=name, tracer_provider=provider),
        llm_call(name, provider=name, messages=[], stop=name, top_p=1, tracer_provider=provider),
        tool_call(name, arguments={}, call_id=name, tracer_provider=provider),
    ):
        pass
    tool_span, llm_span, agent_span = recorder.spans()
    assert tool_span["name"] == "execute_tool <Unprintable>"
    assert tool_span["attributes"]["gen_ai.tool.call.id"] == "<Unprintable>"
    assert llm_span["name"] == "chat <Unprintable>"
    assert llm_span["attributes"]["gen_ai.request.top_p"] == 1.0
    assert "gen_ai.request.stop_sequences" not in llm_span["attributes"]
    assert agent_span["attributes"]["gen_ai.agent.name"] == "<Unprintable>"
    assert agent_span["attributes"]["gen_ai.provider.name"] == "<Unprintable>"


def test_very_long_messages_of_exceptions_are_cut_off(recorder: Recorder) -> None:
    error = ValueError("x" * 5_000_000)
    with (
        suppress(ValueError),
        tool_call("x", arguments=1, tracer_provider=recorder.tracer_provider),
    ):
        raise error
    [span] = recorder.spans()
    cut = "x" * 2**16 + "... (cut off, 5,000,000 characters in all)"
    assert span["message"] == f"ValueError: {cut}"
    kept = span["events"][0]["attributes"]
    assert kept["exception.message"] == cut
    assert kept["exception.stacktrace"].startswith("Traceback (most recent call last):\n")
    assert len(kept["exception.stacktrace"]) < 70_000
    assert error.args == ("x" * 5_000_000,)


def test_failure_that_the_agent_handles_itself(recorder: Recorder) -> None:
    with tool_call("look", arguments={}, tracer_provider=recorder.tracer_provider) as step:
        try:
            raise LookupError("no such order")
        except LookupError as error:
            step.record_failure(error)
    [span] = recorder.spans()
    assert (span["status"], span["attributes"]["error.type"]) == ("ERROR", "LookupError")
    assert "in test_failure_that" in span["events"][0]["attributes"]["exception.stacktrace"]


def test_failure_by_name_of_an_agent_that_gave_up(recorder: Recorder) -> None:
    with agent("shop", tracer_provider=recorder.tracer_provider) as step:
        step.record_failure("MaxStepsExceeded", "no answer after 4 steps")
    [span] = recorder.spans()
    assert span["attributes"]["error.type"] == "MaxStepsExceeded"
    assert span["attributes"]["output.value"] == "MaxStepsExceeded: no answer after 4 steps"


def test_generator_that_is_closed_early_has_not_failed(recorder: Recorder) -> None:
    def stream() -> Iterator[int]:
        with tool_call("stream", arguments={}, tracer_provider=recorder.tracer_provider):
            yield 1
            yield 2

    chunks = stream()
    assert next(chunks) == 1
    chunks.close()  # type: ignore[attr-defined]
    assert [span["status"] for span in recorder.spans()] == ["OK"]
    assert not trace.get_current_span().get_span_context().is_valid


def test_steps_that_start_and_stop_nest_like_blocks(recorder: Recorder) -> None:
    provider = recorder.tracer_provider
    whole = start_agent("shop", tracer_provider=provider)
    start_tool_call("look", arguments={}, tracer_provider=provider).stop()
    whole.stop()
    whole.stop()
    assert names_and_parents(recorder) == [
        ("execute_tool look", "invoke_agent shop"),
        ("invoke_agent shop", None),
    ]
    assert not trace.get_current_span().get_span_context().is_valid


def test_step_that_stops_before_one_inside_it_leaves_that_one_current(recorder: Recorder) -> None:
    provider = recorder.tracer_provider

    def work() -> None:
        whole = start_agent("shop", tracer_provider=provider)
        inner = start_tool_call("slow", arguments={}, tracer_provider=provider)
        whole.stop()
        start_tool_call("inside", arguments={}, tracer_provider=provider).stop()
        inner.stop()
        start_tool_call("after", arguments={}, tracer_provider=provider).stop()

    contextvars.copy_context().run(work)
    assert names_and_parents(recorder) == [
        ("invoke_agent shop", None),
        ("execute_tool inside", "execute_tool slow"),
        ("execute_tool slow", "invoke_agent shop"),
        ("execute_tool after", None),
    ]


def test_step_may_stop_in_another_thread(
    recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    provider = recorder.tracer_provider

    def work() -> None:
        step = start_tool_call("slow", arguments={}, tracer_provider=provider)
        thread = threading.Thread(target=step.stop)
        thread.start()
        thread.join()
        start_tool_call("next", arguments={}, tracer_provider=provider).stop()

    contextvars.copy_context().run(work)
    assert names_and_parents(recorder) == [("execute_tool slow", None), ("execute_tool next", None)]
    assert caplog.records == []


def test_parallel_async_tools_are_children_of_the_agent(recorder: Recorder) -> None:
    provider = recorder.tracer_provider

    @tool(tracer_provider=provider)
    async def convert(to: str) -> str:
        await asyncio.sleep(0)
        return f"in {to}"

    async def answer() -> list[str]:
        with run(run_id="a" * 32), agent("shop", tracer_provider=provider):
            return list(await asyncio.gather(convert("EUR"), convert("GBP")))

    assert asyncio.run(answer()) == ["in EUR", "in GBP"]
    assert names_and_parents(recorder) == [
        ("execute_tool convert", "invoke_agent shop"),
        ("execute_tool convert", "invoke_agent shop"),
        ("invoke_agent shop", None),
    ]
    assert {span["attributes"]["midspan.run.id"] for span in recorder.spans()} == {"a" * 32}
    assert recorder.spans()[0]["attributes"]["gen_ai.tool.call.arguments"] == '{"to":"EUR"}'


def test_thread_with_a_copied_context_belongs_to_the_run(recorder: Recorder) -> None:
    provider = recorder.tracer_provider

    def work() -> None:
        with tool_call("look", arguments={}, tracer_provider=provider):
            pass

    with run(run_id="b" * 32), agent("shop", tracer_provider=provider):
        thread = threading.Thread(target=contextvars.copy_context().run, args=(work,))
        thread.start()
        thread.join()
    assert names_and_parents(recorder)[0] == ("execute_tool look", "invoke_agent shop")
    assert recorder.spans()[0]["attributes"]["midspan.run.id"] == "b" * 32


def test_what_cannot_be_recorded_is_logged_once_and_the_step_goes_on(
    recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        with tool_call(
            "look", arguments=Unprintable(), tracer_provider=recorder.tracer_provider
        ) as step:
            step.record_result("fine")
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "midspan could not record a step" in caplog.text
    assert [
        (s["status"], s["attributes"].get("gen_ai.tool.call.result")) for s in recorder.spans()
    ] == [("OK", "fine"), ("OK", "fine")]


def test_exception_without_a_text_is_a_failure_all_the_same(recorder: Recorder) -> None:
    with (
        pytest.raises(UnprintableError),
        agent("shop", tracer_provider=recorder.tracer_provider),
    ):
        raise UnprintableError
    [span] = recorder.spans()
    assert (span["status"], span["message"]) == ("ERROR", "UnprintableError")


@pytest.mark.parametrize("switch", ["false", "NO_CONTENT", "EVENT_ONLY"])
def test_content_stays_off_spans_when_the_environment_says_so(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, switch: str
) -> None:
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", switch)
    provider: Any = recorder.tracer_provider
    with agent("shop", input="secret", tracer_provider=provider) as whole:
        with tool_call("look", arguments={"a": "secret"}, tracer_provider=provider) as step:
            step.record_result("secret")
        whole.record_answer("secret")
    assert "secret" not in str(recorder.spans())
    assert [span["attributes"]["mlflow.spanType"] for span in recorder.spans()] == ["TOOL", "AGENT"]


def test_status_stays_unset_when_the_environment_says_so(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIDSPAN_STATUS_OK", "false")
    with agent("shop", tracer_provider=recorder.tracer_provider):
        pass
    assert [span["status"] for span in recorder.spans()] == ["UNSET"]


def test_steps_without_any_setup_cost_the_agent_nothing() -> None:
    with agent("shop", input="How much?") as step:
        step.record_answer("35.88")
    assert not trace.get_current_span().get_span_context().is_valid
