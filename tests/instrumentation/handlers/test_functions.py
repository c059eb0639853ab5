"""Whatever can be called can be decorated, and does what it did before."""

import asyncio
import functools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from midspan.instrumentation import agent, tool
from midspan.instrumentation.testing import Recorder


def pair(first: int, second: int) -> list[int]:
    return [first, second]


@pytest.mark.parametrize(
    ("function", "arguments", "result", "name", "told"),
    [
        (max, (1, 2), 2, "max", '{"args":[1,2]}'),
        (len, ("abc",), 3, "len", '{"obj":"abc"}'),
        (dict, (), {}, "dict", "{}"),
        (functools.partial(pair, 1), (2,), [1, 2], "pair", '{"second":2}'),
        (functools.partial(functools.partial(max, 3)), (2,), 3, "max", '{"args":[2]}'),
    ],
)
def test_builtins_and_partials_are_recorded(
    recorder: Recorder,
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    result: object,
    name: str,
    told: str,
) -> None:
    decorated = tool(tracer_provider=recorder.tracer_provider)(function)
    assert decorated(*arguments) == result
    [span] = recorder.spans()
    assert span["name"] == f"execute_tool {name}"
    assert span["attributes"]["gen_ai.tool.call.arguments"] == told


def test_static_and_class_methods_stay_what_they_are(recorder: Recorder) -> None:
    record = tool(tracer_provider=recorder.tracer_provider)

    class Shop:
        @record
        @staticmethod
        def look(order_id: str) -> str:
            return order_id

        @record
        @classmethod
        def find(cls, order_id: str) -> tuple[type, str]:
            return cls, order_id

        @agent("shop", tracer_provider=recorder.tracer_provider)
        @staticmethod
        def answer(question: str) -> str:
            return question

    assert (Shop.look("a"), Shop().look("b")) == ("a", "b")
    assert (Shop.find("c"), Shop().find("d")) == ((Shop, "c"), (Shop, "d"))
    assert Shop().answer("e") == "e"
    assert [
        (span["name"], span["attributes"].get("gen_ai.tool.call.arguments"))
        for span in recorder.spans()
    ] == [
        ("execute_tool look", '{"order_id":"a"}'),
        ("execute_tool look", '{"order_id":"b"}'),
        ("execute_tool find", '{"order_id":"c"}'),
        ("execute_tool find", '{"order_id":"d"}'),
        ("invoke_agent shop", None),
    ]


def test_object_that_is_called_asynchronously_is_awaited_within_its_step(
    recorder: Recorder,
) -> None:
    class Look:
        async def __call__(self, order_id: str) -> str:
            await asyncio.sleep(0)
            return order_id

    decorated = tool(tracer_provider=recorder.tracer_provider)(Look())
    assert asyncio.run(decorated("a")) == "a"
    [span] = recorder.spans()
    assert span["name"] == "execute_tool Look"
    assert span["attributes"]["gen_ai.tool.call.result"] == "a"


def test_generator_of_a_partial_stays_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    def stream(count: int) -> Iterator[int]:
        yield count

    function = functools.partial(stream, 1)
    assert tool(function) is function
    assert "stream is a generator and is not recorded as a step" in caplog.text
