"""What pointers and references lead to."""

import json
from typing import Any

import pytest

from midspan.scorers.grounding.parameter_names import unknown_parameters
from midspan.scorers.json_pointers import pointed_at, referred
from midspan.scorers.matching.schemas import Parameters

DOCUMENT = {"a/b": {"~": 1}, "": 2, "list": [{"x": None}], "a b": 3}


@pytest.mark.parametrize(
    ("pointer", "found"),
    [
        ("", DOCUMENT),
        ("/", 2),
        ("/a~1b/~0", 1),
        ("/list/0/x", None),
        ("/list/1", "missing"),
        ("/list/x", "missing"),
        ("/none/at/all", "missing"),
    ],
)
def test_pointers(pointer: str, found: Any) -> None:
    assert pointed_at(DOCUMENT, pointer, "missing") == found


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("#", DOCUMENT),
        ("#/a~1b", {"~": 1}),
        ("#/a%20b", 3),
        ("#anchor", "missing"),
        ("/a~1b", "missing"),
        ("https://x/y#/list", "missing"),
    ],
)
def test_references(reference: str, found: Any) -> None:
    assert referred(DOCUMENT, reference, "missing") == found


@pytest.mark.parametrize(
    ("reference", "defined"),
    [
        ("#/$defs/a~1b", {"$defs": {"a/b": {"type": "object", "properties": {"p": {}}}}}),
        ("#", {"type": "object"}),
    ],
)
def test_both_readers_of_schemas_follow_references(reference: str, defined: dict[str, Any]) -> None:
    schema = {"properties": {"p": {"$ref": reference}}, **defined}
    assert Parameters(schema=schema).decoded("p", '{"p": 1}') == {"p": 1}
    unknown = unknown_parameters(json.dumps(schema), '{"p": {"q": 1}}')
    assert unknown == (["p.q"], ["p"])


def test_a_schema_that_leads_back_to_itself_twice_ends() -> None:
    twice = {"anyOf": [{"$ref": "#"}, {"$ref": "#/properties/p"}, {"type": "array"}]}
    assert Parameters(schema={"properties": {"p": twice}, **twice}).decoded("p", "[1]") == [1]
