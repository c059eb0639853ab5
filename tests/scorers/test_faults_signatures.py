"""The signatures of faulty calls: what they are made of."""

import pytest

from tests.scorers.builders import Row, judged, tools
from tests.scorers.fault_calls import BAD, LOOK, SPAN_FAILED, verdict


@pytest.mark.parametrize(
    ("call", "span", "says"),
    [
        ({"error_message": "no order", "result": "x"}, {"error_type": "KeyError"}, ": no order"),
        ({"result": "no such order"}, {"error_type": "KeyError"}, ": no such order"),
        ({}, {"error_type": "TimeoutError"}, ": TimeoutError"),
        ({}, {"status": "error"}, ""),
    ],
)
def test_a_signature_is_made_of_what_the_failure_says(call: Row, span: Row, says: str) -> None:
    assert verdict(LOOK | call, span)["signature"] == f"execution.error/span look{says}"


def test_the_result_of_a_repaired_call_is_not_its_failure() -> None:
    said = verdict(BAD | {"result": "order found"}, {})
    assert said["signature"] == (
        "model.bad_arguments/schema look: 'order_id': <n> is not of type <value>"
    )


def test_different_missing_parameters_are_different_failures() -> None:
    offered = tools({"name": "look", "schema": '{"required": ["order_id", "unit"]}'})
    rows = judged(
        {"raw_arguments": '{"unit": "EUR"}', "tools_digest": "d"},
        {"raw_arguments": '{"order_id": "ORD-7"}', "tools_digest": "d"},
        tools=offered,
    )
    assert rows["signature"].to_list() == [
        'model.bad_arguments/schema look: "order_id" is a required property',
        'model.bad_arguments/schema look: "unit" is a required property',
    ]


def test_huge_texts_make_short_signatures() -> None:
    big = "x" * 1_000_000
    said = verdict(
        LOOK | {"raw_arguments": f'{{"order_id": "{big}"}}', "error_message": f"bad '{big}"},
        SPAN_FAILED,
    )
    assert said["fault"] == "execution.error"
    assert len(said["signature"]) < 1000
