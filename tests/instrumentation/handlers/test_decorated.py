"""Agents and tools recorded by a decorator."""

import asyncio
from collections.abc import Iterator

import pytest

from midspan.instrumentation import (
    agent,
    tool,
)
from midspan.instrumentation.testing import Recorder


def test_decorated_agent_takes_question_and_answer_from_the_call(recorder: Recorder) -> None:
    @agent("shop", model="m", tracer_provider=recorder.tracer_provider)
    def answer(question: str, *, attempts: int = 1) -> dict[str, float]:
        """Answer it."""
        return {"eur": 35.88}

    assert answer("How much?") == {"eur": 35.88}
    assert answer("And now?", attempts=2) == {"eur": 35.88}
    assert answer.__doc__ == "Answer it."
    assert [
        (s["attributes"]["input.value"], s["attributes"]["output.value"]) for s in recorder.spans()
    ] == [("How much?", '{"eur":35.88}'), ("And now?", '{"eur":35.88}')]


def test_decorated_async_agent(recorder: Recorder) -> None:
    @agent("shop", tracer_provider=recorder.tracer_provider)
    async def answer(question: str) -> str:
        await asyncio.sleep(0)
        raise TimeoutError("no answer")

    with pytest.raises(TimeoutError, match="no answer"):
        asyncio.run(answer("How much?"))
    assert recorder.spans()[0]["message"] == "TimeoutError: no answer"


def test_decorated_method_records_its_arguments_without_self(recorder: Recorder) -> None:
    class Shop:
        @tool(name="lookup_order", tracer_provider=recorder.tracer_provider)
        def look(self, order_id: str, **options: int) -> None:
            return None

    Shop().look("ORD-1042", limit=3)
    seen = recorder.attributes()["execute_tool lookup_order"]
    assert seen["gen_ai.tool.call.arguments"] == '{"order_id":"ORD-1042","limit":3}'
    assert seen["gen_ai.tool.call.result"] == "null"


def test_wrong_call_of_a_decorated_function_raises_what_it_always_did(recorder: Recorder) -> None:
    @tool(tracer_provider=recorder.tracer_provider)
    def look(order_id: str) -> str:
        return order_id

    with pytest.raises(TypeError, match="missing 1 required positional argument: 'order_id'"):
        look()  # type: ignore[call-arg]


def test_decorated_generator_stays_as_it_is_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    def stream() -> Iterator[int]:
        yield 1

    assert tool(stream) is stream
    assert "stream is a generator and is not recorded as a step" in caplog.text
