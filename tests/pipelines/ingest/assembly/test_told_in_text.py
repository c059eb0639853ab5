"""Calls whose results came back in a message of the user, most of them written as text."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.otlp import Json, Story, call
from tests.support.workspaces import Rows, ingested, rows

TAG: Final = '<tool_call>{"name": "look", "arguments": {"n": 1}}</tool_call>'
REACT: Final = 'Thought: I look.\nAction: look\nAction Input: {"n": 1}'


def told(directory: Path, called: str, answered: str, *, role: str = "user") -> Rows:
    """The calls of a run in which the model wrote this, and was told that before it went on."""
    history = [_said("user", "Look."), _said("assistant", called), _said(role, answered)]
    return _calls(directory, called, history)


def _calls(directory: Path, called: str, history: list[Json]) -> Rows:
    story = Story()
    messages: dict[str, Any] = {"gen_ai.input.messages": json.dumps(history)}
    with story.agent():
        story.llm(text=called)
        story.llm(text="Done.", **messages)
    columns = ("name", "result", "executed", "failed", "fault_rule", "notes")
    return rows(ingested(directory, story.spans), "calls", *columns)


def _said(role: str, text: str) -> Json:
    return {"role": role, "parts": [{"type": "text", "content": text}]}


BY_PLACE: Final = ["positional", "rebuilt"]


@pytest.mark.parametrize(
    ("called", "answered", "result"),
    [
        (TAG, "<tool_response>\n39\n</tool_response>", "39"),
        (TAG, '<tool_response>{"name": "look", "content": {"n": 39}}</tool_response>', '{"n":39}'),
        (TAG, "<tool_result>39</tool_result> Go on.", "39"),
        (REACT, "Observation: 39", "39"),
        (REACT, "Observation: 39 EUR\nof 2\nThought:", "39 EUR\nof 2"),
    ],
)
def test_the_call_is_executed_with_what_the_model_was_told(
    tmp_path: Path, called: str, answered: str, result: str
) -> None:
    assert told(tmp_path, called, answered) == [("look", result, True, False, None, BY_PLACE)]


def test_a_failure_is_found_in_it(tmp_path: Path) -> None:
    answered = '<tool_response>{"error": "no such order"}</tool_response>'
    assert told(tmp_path, TAG, answered) == [
        ("look", '{"error": "no such order"}', True, True, "hidden.error/error", BY_PLACE)
    ]


def test_of_a_prompt_that_repeats_all_steps_the_last_observation_counts(tmp_path: Path) -> None:
    steps = (
        "Action: look\nObservation: 38\nThought: again.\nAction: look\nObservation: 39\nThought:"
    )
    assert _calls(tmp_path, REACT, [_said("user", steps)]) == [
        ("look", "39", True, False, None, BY_PLACE)
    ]


@pytest.mark.parametrize(
    ("called", "answered", "role"),
    [
        (TAG, "Please use the tools that you were given.", "user"),
        (TAG, "<tool_response>1</tool_response><tool_response>2</tool_response>", "user"),
        (TAG, "<tool_response>39</tool_response>", "system"),
        ("Let me see.", "<tool_response>39</tool_response>", "user"),
    ],
)
def test_what_is_no_answer_to_the_call_is_no_result(
    tmp_path: Path, called: str, answered: str, role: str
) -> None:
    assert not any(executed for _, _, executed, *_ in told(tmp_path, called, answered, role=role))


def test_parallel_calls_are_answered_in_their_order(tmp_path: Path) -> None:
    answered = "<tool_response>1</tool_response>\n<tool_response>2</tool_response>"
    found = told(tmp_path, f"{TAG}\n{TAG.replace('1', '2')}", answered)
    assert [result for _, result, *_ in found] == ["1", "2"]


def test_what_a_proxy_translated_has_its_result_as_any_call(tmp_path: Path) -> None:
    result = {"type": "tool_call_response", "id": None, "response": "39"}
    history = [
        _said("assistant", TAG),
        {"role": "tool", "parts": [result]},
        _said("user", "<tool_response>40</tool_response>"),
    ]
    assert _calls(tmp_path, TAG, history) == [("look", "39", True, False, None, BY_PLACE)]


LOOK: Final = "Error executing tool 'look' with arguments {'n': 1}: ValueError: no such order"
RETRY: Final = "Now let's retry: take care not to repeat previous errors!"


def native(directory: Path, calls: int, *answered: str) -> Rows:
    """The calls of a run that were native, and answered so."""
    story = Story()
    history = [_said("user", "Look."), _said("assistant", "Calling tools: look")]
    history += [_said("user", each) for each in answered]
    with story.agent():
        story.llm(*(call("look", {"n": n}, id=f"c-{n}") for n in range(calls)))
        messages: dict[str, Any] = {"gen_ai.input.messages": json.dumps(history)}
        story.llm(text="Done.", **messages)
    columns = ("result", "executed", "failed", "fault_rule", "notes")
    return rows(ingested(directory, story.spans), "calls", *columns)


@pytest.mark.parametrize(
    ("answered", "result"),
    [
        ("Observation:\n39", "39"),
        ("Observation: 39\nThought: none", "39\nThought: none"),
        ("Observation:\n39\nObservation: of two", "39\nObservation: of two"),
    ],
)
def test_a_native_call_may_be_answered_in_text(tmp_path: Path, answered: str, result: str) -> None:
    assert native(tmp_path, 1, answered) == [(result, True, False, None, BY_PLACE)]


@pytest.mark.parametrize(
    "answered",
    [
        f"Error:\n{LOOK}\nPlease try again or use another tool\n{RETRY}\n",
        f"Call id: c-0\nError:\n{LOOK}\n{RETRY}",
    ],
)
def test_so_may_its_failure(tmp_path: Path, answered: str) -> None:
    [(result, executed, failed, _, _)] = native(tmp_path, 1, answered)
    assert (LOOK in str(result), RETRY in str(result)) == (True, False)
    assert (executed, failed) == (True, True)


def test_numbered_answers_belong_to_parallel_native_calls(tmp_path: Path) -> None:
    found = native(tmp_path, 2, "Observation 1: a", "Observation 2: b")
    assert [result for result, *_ in found] == ["a", "b"]


@pytest.mark.parametrize(
    ("calls", "answered"),
    [
        (1, ["Please go on."]),
        (1, ["My observation: 39"]),
        (1, ["Observation: 1", "Observation: 2"]),
        (2, ["Observation:\n1\n2"]),
        (2, ["Observation 1: a", "Observation 3: b"]),
        (2, [f"Error:\n{LOOK}"]),
        (1, ["Error:\nError executing tool 'list': gone"]),
    ],
)
def test_what_may_be_about_another_native_call_is_no_result(
    tmp_path: Path, calls: int, answered: list[str]
) -> None:
    assert not any(executed for _, executed, *_ in native(tmp_path, calls, *answered))
