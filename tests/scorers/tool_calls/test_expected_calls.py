import json

import pytest

from midspan.scorers.errors import InvalidInput
from midspan.scorers.score import Level
from midspan.scorers.tool_calls import CallsExpected
from tests.scorers.builders import calls, runs, tables, tools
from tests.scorers.tool_calls.helpers import (
    call,
    expecting,
    failing,
    scored,
    steps,
    values,
)

LOOK = {"name": "look", "arguments": {"id": 1}}
CONVERT = {
    "name": "convert",
    "arguments": {"amount": {"approx": 39, "tolerance": 0.01}, "to": "EUR"},
}
COLUMNS = ["name", "call", "value", "label", "numerator", "n", "explanation", "evidence"]


def test_the_rows_in_full() -> None:
    rows = scored(
        {"mode": "in_order", "calls": [LOOK, CONVERT]},
        call("convert", '{"amount": 38.995, "to": "EUR"}'),
        call("look", '{"id": 1.0}'),
        call("think"),
        call("convert", '{"amount": 39, "to": "USD"}'),
        call("other"),
    )
    words = "(in_order: all calls)"
    assert rows.select(COLUMNS).rows() == [
        (
            *("calls_match", None, 0.0, "fail", None, None),
            f"1 of 2 expected calls matched in order; wrong order: `look` {words}",
            ["s1"],
        ),
        (
            *("calls_precision", None, 0.2, None, 1.0, 5),
            f"1 of 5 calls matched expected ones {words}",
            [],
        ),
        (
            *("calls_recall", None, 0.5, None, 1.0, 2),
            f"1 of 2 expected calls matched {words}",
            [],
        ),
        (
            *("calls_f1", None, 2 / 7, None, None, None),
            f"1 matched, of 5 calls made and 2 expected {words}",
            [],
        ),
        (
            *("selection_rate", None, 1.0, None, 2.0, 2),
            f"2 of 2 expected calls: the right tool {words}",
            [],
        ),
        (
            *("argument_rate", None, 1.0, None, 2.0, 2),
            f"2 of 2 expected calls with the right tool: the right arguments {words}",
            [],
        ),
        (
            *("order_rate", None, 0.5, None, 1.0, 2),
            f"1 of 2 expected calls with the right arguments: in order {words}",
            [],
        ),
        (
            *("first_attempt_match", None, 0.5, None, 1.0, 2),
            f"1 of 2 expected calls: met by a first attempt {words}",
            [],
        ),
        (
            *("call_match", 0, 1.0, "matched", None, None),
            *("`convert` was called as expected", ["s0"]),
        ),
        (
            *("call_match", 1, 0.0, "wrong_order", None, None),
            *("`look` was expected at another place in the order", ["s1"]),
        ),
        (
            *("call_match", 2, 0.0, "extra", None, None),
            *("`think` was called beyond what is expected", ["s2"]),
        ),
        (
            *("call_match", 3, 0.0, "extra", None, None),
            *("`convert` was called beyond what is expected", ["s3"]),
        ),
        (
            *("call_match", 4, 0.0, "extra", None, None),
            *("`other` was called beyond what is expected", ["s4"]),
        ),
    ]
    assert rows["span_id"].to_list()[-5:] == ["s0", "s1", "s2", "s3", "s4"]


def test_all_that_is_given_was_declared() -> None:
    rows = scored({"mode": "strict", "calls": [LOOK]}, call("look", '{"id": 1}'))
    declared = {each.name: each.level for each in CallsExpected.declares}
    of_runs = {name for name, level in declared.items() if level is Level.RUN}
    assert {*rows["name"]} == {*declared}
    assert of_runs == {*values(rows)}
    assert {*values(rows).values()} == {1.0}


def test_selection_arguments_and_order_multiply_to_recall() -> None:
    found = values(
        scored(
            {"mode": "in_order", "calls": [*({"name": n, "arguments": {"x": 1}} for n in "abcd")]},
            call("b", '{"x": 1}'),
            call("a", '{"x": 1}'),
            call("c", '{"x": 2}'),
        )
    )
    assert found["selection_rate"] == 3 / 4
    assert found["argument_rate"] == 2 / 3
    assert found["order_rate"] == 1 / 2
    assert found["calls_recall"] == pytest.approx(3 / 4 * 2 / 3 * 1 / 2)


def test_labels_of_calls() -> None:
    rows = scored(
        {
            "mode": "unordered",
            "calls": [LOOK, {"name": "pay", "arguments": {"a": 1, "b": 2, "c": [{"d": 3}]}}],
        },
        call("pay", '{"a": 1, "b": 3, "c": [{"d": 4}]}'),
        call("pay", '{"z": 1}'),
        call("other"),
        call("think"),
    )
    assert steps(rows) == [
        ("wrong_arguments", 1 / 3),
        ("extra", 0.0),
        ("wrong_tool", 0.0),
        ("extra", 0.0),
    ]
    said = rows.filter(rows["call"].is_not_null())["explanation"].to_list()
    assert (
        said[0]
        == "`pay` was expected with other arguments: b is 3, expected 2; c[0].d is 4, expected 3"
    )
    assert said[2] == "`other` is no expected tool, and an expected call is missing"
    assert rows["explanation"][0] == (
        "0 of 2 expected calls matched; missing: `look(id=1)`; wrong arguments: `pay`;"
        " extra: `pay`, `think`; wrong tool: `other` (unordered: all calls)"
    )


def test_partial_credit_counts_what_of_a_call_was_right() -> None:
    expected = {
        "mode": "any_order",
        "calls": [LOOK, {"name": "pay", "arguments": {"a": 1, "b": 2}}],
    }
    made = [call("look", '{"id": 1}'), call("pay", '{"a": 1, "b": 3}'), call("other")]
    assert values(scored(expected, *made))["calls_recall"] == 1 / 2
    found = scored(expected, *made, partial_credit=True)
    assert values(found)["calls_recall"] == 3 / 4
    assert values(found)["calls_precision"] == 1 / 2
    assert values(found)["calls_f1"] == 3 / 5
    assert values(found)["calls_match"] == 0
    assert found["explanation"][2] == "1.5 of 2 expected calls matched (any_order: all calls)"


def test_first_attempts_are_what_was_tried_first() -> None:
    expected = {
        "mode": "any_order",
        "calls": [{"name": "pay", "arguments": {"id": "ORD-1", "n": 1}}],
    }
    wrong = failing("pay", '{"id": "ORD-1", "n": 2}', turn=0, signature="e")
    right = call("pay", '{"id": "ORD-1", "n": 1}', turn=1)
    found = values(scored(expected, wrong, right))
    assert (found["calls_recall"], found["first_attempt_match"]) == (1, 0)
    assert values(scored(expected, right))["first_attempt_match"] == 1


def test_calls_that_were_never_executed_are_first_attempts() -> None:
    only_emitted = call("look", '{"id": 1}', executed=False, failed=None, fault=None)
    assert values(scored({"calls": [LOOK]}, only_emitted))["first_attempt_match"] == 1


def test_tasks_without_expectation_have_no_rows() -> None:
    made = tables(runs=runs({"task": "t", "calls": 1}), calls=calls({"run_id": "r0"}))
    assert CallsExpected().score(made).collect().height == 0
    other = expecting({"calls": [LOOK]}, call("look"), run={"task": "other"})
    assert CallsExpected().score(other).collect().height == 0
    assert CallsExpected().score(expecting({"calls": []}, run={"task": None})).collect().height == 0


def test_the_schema_of_the_tool_is_that_of_the_call() -> None:
    schema = json.dumps({"properties": {"ids": {"type": "array"}}})
    said = {"calls": [{"name": "look", "arguments": {"ids": [1]}}]}
    made = call("look", '{"ids": "[1]"}', tools_digest="d")
    known = tools({"name": "look", "schema": schema})
    assert values(scored(said, made))["calls_match"] == 0
    assert values(scored(said, made, tools=known))["calls_match"] == 1
    text = {"calls": [{"name": "look", "arguments": {"ids": "[1]"}}]}
    assert values(scored(text, made, tools=known))["calls_match"] == 1
    # Equal to one expected call as text, and to the other once it is decoded.
    both = {"calls": [*said["calls"], *text["calls"]]}
    assert values(scored(both, made, made, tools=known))["calls_match"] == 1
    assert values(scored(both, made, made))["calls_match"] == 0


def test_hashes_that_are_missing_change_nothing() -> None:
    made = expecting({"mode": "strict", "calls": [LOOK, LOOK]}, *[call("look", '{"id": 1}')] * 2)
    bare = made.calls.with_columns(arguments_hash=None)
    without = tables(
        made.setting,
        runs=made.runs.collect(),
        calls=calls().vstack(
            bare.cast({"arguments_hash": calls().schema["arguments_hash"]}).collect()
        ),
    )
    rows = CallsExpected().score(without).collect()
    assert rows.equals(CallsExpected().score(made).collect())
    assert rows["value"].to_list() == [1.0] * rows.height


def test_arguments_that_are_nested_too_deeply_are_wrong_ones() -> None:
    deep = "[" * 450 + "]" * 450
    expected = {"calls": [{"name": "look", "arguments": {"x": [1]}}], "lists": "multiset"}
    for mode in ("exact", "bfcl", "schema"):
        rows = scored({**expected, "arguments": mode}, call("look", f'{{"x": {deep}}}'))
        assert values(rows)["calls_match"] == (mode == "schema")


def test_some_scores_alone() -> None:
    scorer = CallsExpected(scores=("calls_match", "call_match"))
    rows = scorer.score(expecting({"calls": [LOOK]}, call("look", '{"id": 1}'))).collect()
    assert rows.select("name", "value").rows() == [("calls_match", 1.0), ("call_match", 1.0)]


def test_a_score_that_there_is_not() -> None:
    with pytest.raises(InvalidInput, match="expected_calls: gives no score 'precision'") as error:
        CallsExpected(scores=("precision",))
    assert "calls_precision" in str(error.value.fix)


def test_expectations_are_prepared_once() -> None:
    setting = expecting({"calls": [LOOK, CONVERT]}).setting
    frames = setting.expected_calls
    assert frames is setting.expected_calls
    assert frames.tasks.select("task", "mode", "expected", "literal", "countable").rows() == [
        ("t", "any_order", 2, False, False)
    ]
    assert frames.calls["name"].to_list() == ["convert", "look"]


@pytest.mark.parametrize(
    ("said", "literal", "countable"),
    [
        ({}, True, True),
        ({"arguments": "ignore"}, True, True),
        ({"arguments": "subset"}, True, False),
        ({"arguments": {"keys": ["id"]}}, True, False),
        ({"arguments": "schema"}, False, False),
        ({"arguments": "bfcl"}, False, False),
        ({"lists": "multiset"}, True, False),
        ({"lists": {"id": "ordered"}}, True, True),
        ({"calls": [LOOK, {"name": "look"}]}, True, False),
        ({"calls": [{"name": "look", "arguments": {"id": "[1]"}}]}, True, False),
        ({"calls": [{"name": "look", "arguments": {"id": {"any_of": [1]}}}]}, False, False),
    ],
)
def test_which_expectations_hashes_decide(
    said: dict[str, object], literal: bool, countable: bool
) -> None:
    tasks = expecting({"calls": [LOOK], **said}).setting.expected_calls.tasks
    assert tasks.select("literal", "countable").row(0) == (literal, countable)
