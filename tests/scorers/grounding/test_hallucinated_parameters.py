import pytest

from tests.scorers.builders import tools
from tests.scorers.grounding.scoring import told

SCHEMA = '{"type":"object","properties":{"order_id":{},"unit":{}}}'


def test_parameters_that_the_tool_does_not_have() -> None:
    made = {"raw_arguments": '{"order_id":"a","colour":1,"size":2}', "tools_digest": "d"}
    fine = {"raw_arguments": '{"order_id":"b"}', "tools_digest": "d"}
    more = {"tools": tools({"name": "look", "schema": SCHEMA}), "arguments": False}
    assert told("hallucinated_parameter", fine, made, fine, **more) == [
        (1, 1.0, "colour, size are no parameters of `look`: it has order_id, unit")
    ]
    assert told("hallucinated_parameters", fine, made, fine, **more) == [
        (None, 2.0, "2 parameters made up: colour, size")
    ]


@pytest.mark.parametrize(
    ("call", "schema", "value", "said"),
    [
        ('{"order_id":1}', SCHEMA, 0.0, "every parameter is one of its tool"),
        ('{"x":1}', None, None, None),
        ('{"x":1}', '{"type":"object"}', None, None),
        ("{broken", SCHEMA, None, None),
        (None, SCHEMA, None, None),
    ],
)
def test_parameters_of_which_something_is_known(
    call: str | None, schema: str | None, value: float | None, said: str | None
) -> None:
    made = {"raw_arguments": call, "tools_digest": "d"}
    rows = told("hallucinated_parameters", made, tools=tools({"name": "look", "schema": schema}))
    reason = "no call has both arguments and a tool whose parameters are known"
    assert rows == [(None, value, said or reason)]


def test_of_two_schemas_of_a_name_the_first_holds() -> None:
    made = {"raw_arguments": '{"x":1}', "tools_digest": "d"}
    open_first = ['{"type":"object"}', SCHEMA]
    for schemas, value in ((open_first, None), (open_first[::-1], 1.0)):
        both = tools(*({"name": "look", "schema": schema} for schema in schemas))
        [row] = told("hallucinated_parameters", made, tools=both)
        assert row[1] == value


def test_a_tool_without_any_parameter() -> None:
    made = {"raw_arguments": '{"x":1}', "tools_digest": "d"}
    closed = tools({"name": "look", "schema": '{"type":"object","additionalProperties": false}'})
    rows = told("hallucinated_parameter", made, tools=closed, arguments=False)
    assert rows == [(0, 1.0, "x is no parameter of `look`: it has none")]
