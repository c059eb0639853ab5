import pytest

from midspan.scorers.grounding.parameter_names import unknown_parameters


@pytest.mark.parametrize(
    ("schema", "arguments", "unknown"),
    [
        ('{"properties":{"a":{}}}', '{"a":1}', []),
        ('{"properties":{"a":{}}}', '{"b":1,"a":2}', ["b"]),
        ('{"properties":{"a":{}},"additionalProperties":false}', '{"b":1}', ["b"]),
        ('{"properties":{"a":{}},"additionalProperties":true}', '{"b":1}', []),
        ('{"properties":{"a":{}},"additionalProperties":{"type":"string"}}', '{"b":1}', []),
        ('{"properties":{"a":{}},"patternProperties":{"^x":{}}}', '{"b":1}', []),
        ('{"properties":{},"additionalProperties":false}', '{"b":1}', ["b"]),
        # Inside objects and lists.
        ('{"properties":{"a":{"properties":{"c":{}}}}}', '{"a":{"d":1}}', ["a.d"]),
        ('{"properties":{"a":{}}}', '{"a":{"d":1}}', []),
        (
            '{"properties":{"a":{"items":{"properties":{"c":{}}}}}}',
            '{"a":[{},{"d":1}]}',
            ["a[1].d"],
        ),
        # However a schema is put together.
        (
            '{"anyOf":[{"properties":{"a":{}}},{"properties":{"b":{}}}]}',
            '{"a":1,"b":2,"c":3}',
            ["c"],
        ),
        (
            '{"properties":{"a":{"$ref":"#/$defs/p"}},"$defs":{"p":{"properties":{"c":{}}}}}',
            '{"a":{"c":1,"d":1}}',
            ["a.d"],
        ),
        ('{"allOf":[{"$ref":"https://x/y"}],"properties":{"a":{}}}', '{"d":1}', []),
        ('{"properties":{"a":{"$ref":"#"}}}', '{"a":{"a":{"b":1}}}', ["a.a.b"]),
    ],
)
def test_names_that_a_schema_does_not_know(schema: str, arguments: str, unknown: list[str]) -> None:
    found = unknown_parameters(schema, arguments)
    assert found is not None
    assert found[0] == unknown


@pytest.mark.parametrize("schema", ["{}", '{"type":"object","properties":{}}', "[]", "no", "1"])
def test_a_schema_that_names_no_parameters_tells_nothing(schema: str) -> None:
    assert unknown_parameters(schema, '{"b":1}') is None
