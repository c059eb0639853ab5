import json

import pytest

from midspan.scorers.file_format import ArgumentMatcher, InvalidFile
from midspan.scorers.suite import Suite
from midspan.scorers.suite.expectations import read_expectations


def refused(text: str) -> list[str]:
    with pytest.raises(InvalidFile) as caught:
        read_expectations(text, "e.jsonl")
    return [str(problem) for problem in caught.value.problems]


def test_each_line_is_a_task() -> None:
    found = read_expectations(
        '{"task": "a", "calls": []}\n'
        "\n"
        '{"task": "Airline/2", "mode": "strict", "arguments": {"keys": ["id"]},'
        ' "scope": ["f"], "lists": {"tags": "multiset"}, "state_changing": ["g_*"],'
        ' "calls": [{"name": "f", "arguments": {"id": 1.0, "n": {"approx": 2}}}]}\n',
        "e.jsonl",
    )
    assert list(found) == ["a", "Airline/2"]
    assert found["a"].model_dump() == {
        "mode": "any_order",
        "arguments": "exact",
        "scope": "all",
        "lists": "ordered",
        "state_changing": (),
        "calls": (),
    }
    said = found["Airline/2"]
    assert said.model_dump(exclude={"calls", "arguments"}) == {
        "mode": "strict",
        "scope": ("f",),
        "lists": {"tags": "multiset"},
        "state_changing": ("g_*",),
    }
    assert said.calls[0].arguments == {"id": 1.0, "n": ArgumentMatcher(approx=2)}


def test_a_line_means_what_it_means_in_a_suite() -> None:
    said = {"mode": "in_order", "lists": "multiset", "calls": [{"name": "f", "arguments": {}}]}
    suite = Suite.parse(
        "suite: s\ncontract: 1\ntasks:\n- {id: t, prompt: p, expected_calls: "
        + json.dumps(said)
        + "}"
    )
    found = read_expectations(json.dumps({"task": "t", **said}), "e.jsonl")
    assert found["t"] == suite.tasks[0].expected_calls


def test_an_empty_file_expects_nothing() -> None:
    assert read_expectations("", "e.jsonl") == {}
    assert read_expectations(" \n\n", "e.jsonl") == {}


def test_line_separators_inside_text_are_text() -> None:
    line = json.dumps(
        {"task": "t", "calls": [{"name": "f", "arguments": {"x": "a\u2028b\x85c"}}]},
        ensure_ascii=False,
    )
    (call,) = read_expectations(line + "\r\n", "e.jsonl")["t"].calls
    assert call.arguments == {"x": "a\u2028b\x85c"}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "not JSON: Expecting property name enclosed in double quotes at column 2"),
        ("[]", 'must be a mapping: {"task": ..., "calls": [...]}'),
        ('{"task": "t"}', "calls: missing"),
        ('{"calls": []}', "task: missing"),
        ('{"task": "", "calls": []}', "task: must not be empty"),
        ('{"task": 3, "calls": []}', "task: must be text, not the number 3; put it in quotes"),
        ('{"tsk": "t", "calls": []}', "tsk: unknown key. Did you mean 'task'?"),
        ('{"task_id": "t", "calls": []}', "task_id: unknown key. Did you mean 'task'?"),
        (
            '{"task": "t", "mode": "anyorder", "calls": []}',
            "mode: 'anyorder' is not one of strict, in_order, any_order, unordered, subset."
            " Did you mean 'any_order'?",
        ),
        (
            '{"task": "t", "calls": [{"name": "f", "arguments": {"x": {"regx": "a", "optional":'
            " true}}}]}",
            "calls[0].arguments.x.regx: unknown key. Did you mean 'regex'?",
        ),
        ('{"task": "t", "task": "u", "calls": []}', "the key 'task' stands twice"),
        ('{"task": "t", "calls": [], "x": NaN}', "NaN is no number in JSON"),
        ('{"task": "t", "calls": [], "x": 1e999}', "1e999 must be a finite number"),
    ],
)
def test_mistakes_name_their_line(line: str, problem: str) -> None:
    assert refused('{"task": "first", "calls": []}\n' + line) == [f"e.jsonl:2: {problem}"]


def test_all_mistakes_are_told_at_once_and_a_task_stands_once() -> None:
    assert refused('{"task": "t", "calls": []}\nx\n{"task": "t", "calls": []}') == [
        "e.jsonl:2: not JSON: Expecting value at column 1",
        "e.jsonl:3: task: the task 't' stands twice, first in line 1",
    ]
