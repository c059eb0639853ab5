import pytest

from tests.scorers.builders import Row, judged, tools
from tests.scorers.grounding.scoring import scored, told


def test_a_call_of_a_tool_that_was_not_offered() -> None:
    offered = tools({"name": "look"}, {"name": "find"})
    given = judged(
        {"raw_arguments": "{}", "tools_digest": "d"},
        {"name": "guess", "raw_arguments": "{}", "tools_digest": "d"},
        tools=offered,
    )
    more = {"judged": given, "tools": offered}
    assert told("hallucinated_tool", **more) == [
        (1, 1.0, "there is no tool `guess`: there are `find`, `look`")
    ]
    assert told("hallucinated_tools", **more) == [
        (None, 1.0, "1 call of a tool that does not exist: `guess`")
    ]


def test_of_many_offered_tools_some_are_named() -> None:
    offered = tools(*({"name": f"t{n}"} for n in range(7)))
    made = {"name": "x", "tools_digest": "d", "fault": "model.unknown_tool"}
    assert told("hallucinated_tool", made, tools=offered)[0][2] == (
        "there is no tool `x`: there are `t0`, `t1`, `t2`, `t3`, `t4` and 2 more"
    )


def test_an_executor_that_knows_no_such_tool() -> None:
    rows = told("hallucinated_tool", {"name": "x", "fault": "model.unknown_tool"})
    assert rows == [(0, 1.0, "there is no tool `x`")]


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ({"fault": "none"}, 0.0),
        ({"fault": "execution.error"}, 0.0),
        ({"tools_digest": "d"}, 0.0),
        # Neither executed nor compared with what was offered.
        ({}, None),
    ],
)
def test_every_tool_exists_as_far_as_that_is_known(call: Row, value: float | None) -> None:
    assert [row[1] for row in told("hallucinated_tools", call)] == [value]


def test_a_run_without_calls_has_no_rows() -> None:
    assert scored().is_empty()
