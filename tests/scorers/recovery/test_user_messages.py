"""After a user message, a call that hardly changed is no perturbed retry."""

import json
from typing import Any

import pytest

from midspan.scorers.recovery import responses
from tests.scorers.builders import Row, spans, text
from tests.scorers.recovery.runs import bad, tables_of

SYSTEM = {"role": "system", "parts": [{"type": "text", "content": "You are an agent."}]}
USER = {"role": "user", "parts": [{"type": "text", "content": "Try again!"}]}
CALL = {"role": "assistant", "parts": [{"type": "tool_call", "name": "look"}]}
RESULT = {"role": "tool", "parts": [{"type": "tool_call_response", "response": "no such order"}]}
TOLD_BY_USER = {"role": "user", "parts": RESULT["parts"]}
OBSERVATION = {"role": "user", "parts": [{"type": "text", "content": "Result: no such order"}]}


def response(*inputs: list[Any] | str | None, emitted: tuple[int, ...] | None = None) -> str:
    """The response between the first and the last of some turns, by what each was told."""
    last = len(inputs) - 1
    turns = [
        {"kind": "llm", "span_id": f"l{n}", "turn": n, "calls_emitted": (emitted or (1,) * 9)[n]}
        for n in range(len(inputs))
    ]
    said = [
        {"span_id": f"l{n}", "input": json.dumps(told) if isinstance(told, list) else told}
        for n, told in enumerate(inputs)
    ]
    first = bad(id="ORD-1") | {"result": "no such order"}
    again: Row = bad(id="ord-1") | {"result": "no such order"}
    given = tables_of(
        first, *[[] for _ in range(last - 1)], again, spans=spans(*turns), text=text(*said)
    )
    kind: str = responses(given).collect()["response"][0]
    return kind


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        pytest.param([[SYSTEM, USER], [RESULT]], "perturbed_retry", id="only the result"),
        pytest.param([[SYSTEM, USER], [RESULT], [USER]], "modified_retry", id="a user message"),
        pytest.param(
            [[SYSTEM, USER], [SYSTEM, USER, CALL, RESULT]],
            "perturbed_retry",
            id="the whole history, nothing new of the user",
        ),
        pytest.param(
            [[SYSTEM, USER], [SYSTEM, USER, CALL, RESULT, USER]],
            "modified_retry",
            id="the whole history, and a new message",
        ),
        pytest.param([[USER], [TOLD_BY_USER]], "perturbed_retry", id="a result, as the user's"),
        pytest.param([[USER], [OBSERVATION]], "perturbed_retry", id="a result, as text"),
        pytest.param([[USER], ["x"]], "perturbed_retry", id="not messages"),
        pytest.param([[USER], "{"], "perturbed_retry", id="not JSON"),
        pytest.param([None, None], "perturbed_retry", id="not recorded"),
    ],
)
def test_user_messages(inputs: list[Any], expected: str) -> None:
    assert response(*inputs) == expected


def test_where_inputs_were_not_recorded_a_turn_without_a_call_was_followed_by_somebody() -> None:
    assert response(None, None, None, emitted=(1, 0, 1)) == "modified_retry"
    assert response(None, None, None, emitted=(1, 1, 1)) == "perturbed_retry"
    assert response(None, None, emitted=(0, 0)) == "perturbed_retry"
