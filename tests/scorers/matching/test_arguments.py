import json
from typing import Any

import pytest

from midspan.scorers.canonical import canonical_json
from midspan.scorers.matching import ExpectedArguments, GivenArguments, parameters
from midspan.scorers.suite import ExpectedCalls


def compared(expected: Any, given: Any, **said: Any) -> float:
    """The credit of given arguments; `schema` and `schema_valid` are the tool's."""
    schema, valid = said.pop("schema", None), said.pop("schema_valid", None)
    calls = ExpectedCalls.model_validate({"calls": [{"name": "f", "arguments": expected}], **said})
    arguments = ExpectedArguments(call=calls.calls[0], expected=calls)
    read = GivenArguments.read(
        given if given is None or isinstance(given, str) else canonical_json(given),
        parameters=parameters(json.dumps(schema) if schema else None),
        schema_valid=valid,
    )
    credit = arguments.credit(read)
    assert credit == arguments.compare(read).credit
    return credit


@pytest.mark.parametrize(
    ("expected", "given", "credit"),
    [
        ({}, {}, 1),
        ({"a": 1}, {"a": 1.0}, 1),
        ({"a": 1}, {"a": True}, 0),
        ({"a": 1}, {"a": "1"}, 0),
        ({"a": None}, {}, 0),
        ({"a": None}, {"a": None}, 1),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, 1 / 2),
        ({"a": 1, "b": 2}, {"a": 1, "c": 3}, 1 / 3),
        ({"a": 1}, {"a": 1, "c": 3}, 1 / 2),
        ({}, {"c": 3}, 0),
        ({"a": {"x": [1, {"y": 2.0}]}}, {"a": {"x": [1, {"y": 2}]}}, 1),
        ({"a": [1, 2]}, {"a": [2, 1]}, 0),
        ({"a": 1}, None, 0),
        ({"a": 1}, "[1]", 0),
        ({}, None, 0),
        ({"a": "Straße"}, {"a": "STRASSE"}, 0),
    ],
)
def test_exact(expected: Any, given: Any, credit: float) -> None:
    assert compared(expected, given) == credit


@pytest.mark.parametrize(
    ("mode", "given", "credit"),
    [
        ("subset", {"a": 1, "b": 2, "c": 3}, 1),
        ("subset", {"a": 1}, 1 / 2),
        ("superset", {"a": 1}, 1),
        ("superset", {}, 1),
        ("superset", {"a": 1, "c": 3}, 1 / 2),
        ("superset", {"a": 2}, 0),
        ("ignore", {"z": 9}, 1),
        ("ignore", None, 1),
        ({"keys": ["a"]}, {"a": 1, "z": 9}, 1),
        ({"keys": ["a"]}, {"a": 2, "b": 2}, 0),
        ({"keys": ["a"]}, {"b": 2}, 0),
        ({"keys": ["z"]}, {"a": 5}, 1),
        ({"keys": ["z"]}, {"z": 5}, 0),
    ],
)
def test_modes(mode: Any, given: Any, credit: float) -> None:
    assert compared({"a": 1, "b": 2}, given, arguments=mode) == credit


@pytest.mark.parametrize(
    ("rule", "value", "met"),
    [
        ({"regex": "^ORD-"}, "ORD-1", True),
        ({"regex": "RD"}, "ORD-1", True),
        ({"regex": "1"}, 1, False),
        ({"any_of": [1, "b"]}, 1.0, True),
        ({"any_of": [1, "b"]}, "a", False),
        ({"any_of": []}, "a", False),
        ({"approx": 39, "tolerance": 0.01}, 38.99, True),
        ({"approx": 39, "tolerance": 0.01}, 39.02, False),
        ({"approx": 1}, True, False),
        ({"approx": 1}, "1", False),
        ({"contains": "b"}, "abc", True),
        ({"contains": "b"}, ["abc", "b"], True),
        ({"contains": "b"}, ["abc"], False),
        ({"contains": {"x": 1.0}}, [{"x": 1}], True),
        ({"contains": None}, [None], True),
        ({"contains": None}, "None", False),
        ({"contains": 1}, "1", False),
        ({"optional": True}, "anything", True),
        ({"optional": True, "regex": "^a"}, "b", False),
        ({"any_of": [{"contains": "x"}]}, {"contains": "x"}, True),
    ],
)
def test_matchers(rule: Any, value: Any, met: bool) -> None:
    assert compared({"a": rule}, {"a": value}) == met


def test_an_optional_argument_may_be_missing_and_then_counts_for_nothing() -> None:
    expected = {"a": 1, "note": {"optional": True, "contains": "x"}}
    assert compared(expected, {"a": 1}) == 1
    assert compared(expected, {"a": 1, "note": "x"}) == 1
    assert compared(expected, {"a": 1, "note": "y"}) == 1 / 2
    assert compared(expected, {"a": 1}, arguments="subset") == 1


def test_lists_without_order_are_multisets_at_every_depth_of_the_argument() -> None:
    expected = {"a": [1, {"x": [2, 3]}, 1], "b": [1, 2]}
    given = {"a": [{"x": [3, 2]}, 1, 1], "b": [2, 1]}
    assert compared(expected, given, lists="multiset") == 1
    assert compared(expected, given, lists={"a": "multiset"}) == 1 / 2
    assert compared({"a": [1, 1, 2]}, {"a": [1, 2, 2]}, lists="multiset") == 0
    assert compared({"a": [True]}, {"a": [1]}, lists="multiset") == 0


LISTS = {
    "properties": {
        "ids": {"type": "array", "items": {"type": "object"}},
        "where": {"anyOf": [{"$ref": "#/$defs/place"}, {"type": "null"}]},
        "text": {"type": "string"},
        "any": {},
        "either": {"type": ["string", "array"]},
    },
    "$defs": {"place": {"type": "object", "properties": {"at": {"type": "array"}}}},
}


@pytest.mark.parametrize(
    ("expected", "given", "credit"),
    [
        ({"ids": [{"a": 1}]}, {"ids": '[{"a": 1.0}]'}, 1),
        ({"ids": [{"a": 1}]}, {"ids": ['{"a": 1}']}, 1),
        ({"ids": '[{"a": 1}]'}, {"ids": '[{"a":1}]'}, 1),
        ({"ids": [1]}, {"ids": "[1"}, 0),
        ({"ids": {}}, {"ids": "{}"}, 0),
        ({"where": {"at": [1]}}, {"where": '{"at": "[1]"}'}, 1),
        ({"text": [1]}, {"text": "[1]"}, 0),
        ({"any": [1]}, {"any": "[1]"}, 0),
        ({"either": [1]}, {"either": "[1]"}, 0),
        ({"unknown": [1]}, {"unknown": "[1]"}, 0),
    ],
)
def test_text_is_decoded_only_where_the_schema_wants_a_list_or_object(
    expected: Any, given: Any, credit: float
) -> None:
    assert compared(expected, given, schema=LISTS) == credit


def test_text_stays_text_where_the_schema_is_unknown() -> None:
    assert compared({"ids": [1]}, {"ids": "[1]"}) == 0
    assert compared({"ids": "[1]"}, {"ids": "[1]"}) == 1


def test_a_schema_that_refers_to_itself_ends() -> None:
    endless = {"properties": {"a": {"$ref": "#/properties/a"}}}
    assert compared({"a": "[1]"}, {"a": "[1]"}, schema=endless) == 1


@pytest.mark.parametrize(
    ("expected", "given", "valid", "credit"),
    [
        ({"a": "x", "n": 1}, {"a": "other", "n": 2.5}, None, 1),
        ({"a": "x", "n": 1}, {"a": 1, "n": 2}, None, 1 / 2),
        ({"a": "x"}, {"a": "y", "more": 1}, None, 1 / 2),
        ({"a": "x"}, {"a": "y", "more": 1}, True, 1),
        ({"a": "x"}, {"a": "y"}, False, 1 / 2),
        ({"a": {"approx": 1}}, {"a": 99}, None, 1),
        ({"a": {"any_of": [1, "b"]}}, {"a": "c"}, None, 1),
        ({"a": {"any_of": [1, "b"]}}, {"a": []}, None, 0),
        ({"a": {"regex": "^b"}}, {"a": "c"}, None, 1),
    ],
)
def test_schema_compares_types(expected: Any, given: Any, valid: Any, credit: float) -> None:
    assert compared(expected, given, arguments="schema", schema_valid=valid) == credit


BFCL = {"properties": {"city": {}, "unit": {}, "days": {}}, "required": ["city"]}


@pytest.mark.parametrize(
    ("expected", "given", "credit"),
    [
        ({"city": "New York, NY"}, {"city": "new york ny"}, 1),
        ({"city": "St. John's"}, {"city": "st johns"}, 0),
        ({"city": "it's"}, {"city": 'it"s'}, 1),
        ({"city": {"any_of": ["NYC", "New York"]}}, {"city": "new-york"}, 1),
        ({"city": "a", "days": 5}, {"city": "a", "days": 5.0}, 1),
        ({"city": "a", "days": 5}, {"city": "a", "days": "5"}, 1 / 2),
        ({"city": "a", "days": 1}, {"city": "a", "days": True}, 1 / 2),
        ({"city": "a", "unit": {"any_of": ["c", ""]}}, {"city": "a"}, 1),
        ({"city": "a", "unit": {"any_of": ["c", ""]}}, {"city": "a", "unit": "f"}, 1 / 2),
        ({"city": "a", "unit": {"any_of": ["c"]}}, {"city": "a"}, 1 / 2),
        ({"city": {"any_of": ["a", ""]}}, {}, 0),
        ({"city": "a"}, {"city": "a", "unit": "c"}, 1 / 2),
        ({"city": "a", "wind": 1}, {"city": "a", "wind": 1}, 1 / 2),
        ({"city": "a", "days": ["Mon.", "Tue"]}, {"city": "a", "days": ["mon", "tue"]}, 1),
        ({"city": "a", "days": ["mon", "tue"]}, {"city": "a", "days": ["tue", "mon"]}, 1 / 2),
    ],
)
def test_bfcl(expected: Any, given: Any, credit: float) -> None:
    assert compared(expected, given, arguments="bfcl", schema=BFCL) == credit


def test_bfcl_without_a_schema_asks_for_what_is_expected() -> None:
    assert compared({"wind": "N.E."}, {"wind": "ne"}, arguments="bfcl") == 1
    assert compared({"wind": "ne"}, {}, arguments="bfcl") == 0
