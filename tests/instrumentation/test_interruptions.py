"""An error that a signal handler of the agent raises while a step is recorded is the agent's."""

import contextvars
import functools
import gc
import json
import random
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan

from midspan.instrumentation import agent, run, tool, tool_call
from midspan.instrumentation.interruptions import completed, is_of_a_handler
from midspan.instrumentation.otlp_json import encode_line
from midspan.instrumentation.spool import SpoolProcessor
from midspan.instrumentation.testing import Recorder

RUN = "a" * 32


class Ringing:
    """Whoever prints it is interrupted by the alarm."""

    def __str__(self) -> str:
        signal.raise_signal(signal.SIGALRM)
        return "printed"


def times_out(number: int, frame: FrameType | None) -> None:
    raise TimeoutError("the step took too long")


def times_out_for(what: str, number: int, frame: FrameType | None) -> None:
    raise TimeoutError("the step took too long")


def times_out_with(*told: object) -> None:
    raise ValueError("the step took too long")


class Bounds:
    def __call__(self, number: int, frame: FrameType | None) -> None:
        raise TimeoutError("the step took too long")

    def times_out(self, number: int, frame: FrameType | None) -> None:
        raise TimeoutError("the step took too long")


@pytest.fixture
def alarm() -> Iterator[Callable[[Callable[..., None]], None]]:
    before = signal.getsignal(signal.SIGALRM)
    # Python itself drops what a handler raises while garbage is collected.
    gc.collect()
    gc.disable()

    def set_handler(handler: Callable[..., None]) -> None:
        signal.signal(signal.SIGALRM, handler)

    yield set_handler
    gc.enable()
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def spooled(path: Path) -> list[str]:
    requests = [json.loads(line) for line in path.read_text().splitlines()]
    return [r["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["name"] for r in requests]


@pytest.mark.parametrize(
    "handler",
    [
        times_out,
        times_out_with,
        Bounds(),
        Bounds().times_out,
        functools.partial(times_out_for, "what"),
    ],
)
def test_timeout_of_the_agent_is_not_swallowed_while_a_step_is_recorded(
    recorder: Recorder,
    alarm: Callable[[Callable[..., None]], None],
    caplog: pytest.LogCaptureFixture,
    handler: Callable[..., None],
) -> None:
    alarm(handler)
    provider = recorder.tracer_provider
    with (
        pytest.raises((TimeoutError, ValueError), match="the step took too long"),
        tool_call("look", arguments={"of": Ringing()}, tracer_provider=provider),
    ):
        raise AssertionError("the block is not entered")
    with (
        pytest.raises((TimeoutError, ValueError), match="the step took too long"),
        tool_call("look", arguments={}, tracer_provider=provider) as step,
    ):
        step.record_result(Ringing())
    assert [span["name"] for span in recorder.spans()] == ["execute_tool look"] * 2
    assert not trace.get_current_span().get_span_context().is_valid
    assert caplog.messages == []


def test_step_that_was_not_entered_is_a_failure(
    recorder: Recorder, alarm: Callable[[Callable[..., None]], None]
) -> None:
    alarm(times_out)
    step = tool_call("look", arguments={"of": Ringing()}, tracer_provider=recorder.tracer_provider)
    with pytest.raises(TimeoutError):
        step.start()
    [span] = recorder.spans()
    assert (span["status"], span["message"]) == ("ERROR", "TimeoutError: the step took too long")


def test_decorated_function_hands_the_timeout_on(
    recorder: Recorder, alarm: Callable[[Callable[..., None]], None]
) -> None:
    alarm(times_out)

    @tool(tracer_provider=recorder.tracer_provider)
    def find() -> Ringing:
        return Ringing()

    with pytest.raises(TimeoutError):
        find()


def test_end_of_a_step_that_is_interrupted_is_recorded_all_the_same(
    recorder: Recorder, alarm: Callable[[Callable[..., None]], None]
) -> None:
    rung: list[int] = []

    def rings_at_the_end() -> int:
        rung.append(1)
        if len(rung) == 3:  # the first is of the outer step, the second of the start
            signal.raise_signal(signal.SIGALRM)
        return len(rung)

    alarm(times_out)
    provider = recorder.tracer_provider
    with agent("shop", tracer_provider=provider, clock=rings_at_the_end):
        with (
            pytest.raises(TimeoutError),
            tool_call(
                "look", arguments={}, tracer_provider=provider, clock=rings_at_the_end
            ) as step,
        ):
            step.record_result("found")
        assert trace.get_current_span().is_recording()
    assert [span["name"] for span in recorder.spans()] == [
        "execute_tool look",
        "invoke_agent shop",
    ]
    assert recorder.attributes()["execute_tool look"]["gen_ai.tool.call.result"] == "found"


def test_what_goes_wrong_in_an_object_of_the_agent_is_still_ours_to_swallow() -> None:
    def told(frame: object) -> None:
        raise TimeoutError("not of a handler")

    with pytest.raises(TimeoutError) as caught:
        told(object())
    assert not is_of_a_handler(caught.value)
    assert is_of_a_handler(KeyboardInterrupt())


def test_what_was_broken_into_is_done_again_and_what_failed_is_not(
    alarm: Callable[[Callable[..., None]], None],
) -> None:
    alarm(times_out)
    done: list[str] = []

    def rings_once() -> None:
        done.append("begun")
        if len(done) == 1:
            signal.raise_signal(signal.SIGALRM)
        done.append("ended")

    with pytest.raises(TimeoutError):
        completed(rings_once)
    assert done == ["begun", "begun", "ended"]

    def fails() -> None:
        done.append("tried")
        raise TimeoutError("by itself")

    with pytest.raises(TimeoutError, match="by itself"):
        completed(fails)
    assert done == ["begun", "begun", "ended", "tried"]


def test_span_that_is_being_written_when_the_alarm_rings_is_written(
    recorder: Recorder, tmp_path: Path, alarm: Callable[[Callable[..., None]], None]
) -> None:
    encoded: list[str] = []

    def rings_once(span: ReadableSpan, lost: int) -> bytes:
        encoded.append(span.name)
        if len(encoded) == 1:
            signal.raise_signal(signal.SIGALRM)
        return encode_line(span, lost)

    alarm(times_out)
    spool = SpoolProcessor(tmp_path, encode=rings_once)
    recorder.tracer_provider.add_span_processor(spool)
    tracer = recorder.tracer_provider.get_tracer("x")
    with run(run_id=RUN):
        with pytest.raises(TimeoutError):
            tracer.start_span("first").end()
        tracer.start_span("second").end()
    assert spooled(tmp_path / f"{RUN}-0.otlp.jsonl") == ["first", "second"]
    assert spool.report(RUN).lost == 0


def test_step_of_a_handler_waits_for_the_write_that_it_interrupts(
    recorder: Recorder, tmp_path: Path, alarm: Callable[[Callable[..., None]], None]
) -> None:
    def ends_a_step(number: int, frame: FrameType | None) -> None:
        with tool_call("clean up", arguments={}, tracer_provider=recorder.tracer_provider):
            pass
        raise TimeoutError("the step took too long")

    def rings_for_the_first(span: ReadableSpan, lost: int) -> bytes:
        if span.name == "first" and not rung:
            rung.append(span.name)
            signal.raise_signal(signal.SIGALRM)
        return encode_line(span, lost)

    rung: list[str] = []
    alarm(ends_a_step)
    spool = SpoolProcessor(tmp_path, encode=rings_for_the_first)
    recorder.tracer_provider.add_span_processor(spool)
    tracer = recorder.tracer_provider.get_tracer("x")
    with run(run_id=RUN), pytest.raises(TimeoutError):
        tracer.start_span("first").end()
    written = spooled(tmp_path / f"{RUN}-0.otlp.jsonl")
    assert written == ["first", "execute_tool clean up"]


def test_no_alarm_is_lost_wherever_it_rings(
    recorder: Recorder, tmp_path: Path, alarm: Callable[[Callable[..., None]], None]
) -> None:
    rung: list[int] = []

    def counts(number: int, frame: FrameType | None) -> None:
        rung.append(number)
        raise TimeoutError("the step took too long")

    alarm(counts)
    provider = recorder.tracer_provider
    provider.add_span_processor(SpoolProcessor(tmp_path))
    chance = random.Random(0)

    def wait_for(number: int) -> None:
        # Not in `steps`: some Pythons call a handler between the last turn of a loop and its `try`.
        while len(rung) < number:
            pass

    def steps() -> int:
        caught = 0
        with run(run_id=RUN):
            for number in range(1, 501):
                try:
                    signal.setitimer(signal.ITIMER_REAL, chance.uniform(1e-5, 6e-4))
                    with tool_call("x", arguments={}, tracer_provider=provider) as step:
                        step.record_result(["some", {"nested": "result"}] * 20)
                    wait_for(number)
                except TimeoutError:
                    caught += 1
        return caught

    # A context of its own: a step that is left before its end begins to be recorded stays current.
    caught = contextvars.copy_context().run(steps)
    assert caught == len(rung) == 500
    # A file whose making was broken into stays behind, empty; the lines of all others are whole.
    assert {name for path in tmp_path.iterdir() for name in spooled(path)} == {"execute_tool x"}
