import polars as pl
import pytest

from midspan.scorers.faults import FAULT_COLUMNS, derive_faults
from midspan.scorers.tables import CALLS, SPANS, TOOLS
from tests.scorers.builders import Row, calls, judged, spans
from tests.scorers.fault_calls import BAD, LOOK, NOT_JSON, OFFERED, SPAN_FAILED, UNKNOWN, verdict

BEGAN = LOOK | {"start_ns": 1}
UNSET = {"status": "unset"}


def test_a_call_that_ran_without_error_has_no_fault() -> None:
    assert verdict(LOOK, {}) == {
        "failed": False,
        "fault": "none",
        "fault_rule": None,
        "transient": None,
        "signature": None,
        "json_valid": True,
        "schema_valid": True,
    }


def test_arguments_that_are_not_json_are_the_models_fault() -> None:
    assert verdict(NOT_JSON | {"executed": False}) == {
        "failed": True,
        "fault": "model.unparseable",
        "fault_rule": "model.unparseable/not_json",
        "transient": None,
        "signature": "model.unparseable/not_json look",
        "json_valid": False,
        "schema_valid": None,
    }


def test_a_tool_that_was_not_offered_is_the_models_fault() -> None:
    assert verdict(UNKNOWN | {"executed": False}) == {
        "failed": True,
        "fault": "model.unknown_tool",
        "fault_rule": "model.unknown_tool/not_offered",
        "transient": None,
        "signature": "model.unknown_tool/not_offered find",
        "json_valid": True,
        "schema_valid": None,
    }


def test_arguments_that_break_the_schema_are_the_models_fault() -> None:
    assert verdict(BAD | {"executed": False}) == {
        "failed": True,
        "fault": "model.bad_arguments",
        "fault_rule": "model.bad_arguments/schema",
        "transient": None,
        "signature": "model.bad_arguments/schema look: 'order_id': <n> is not of type <value>",
        "json_valid": True,
        "schema_valid": False,
    }


def test_an_execution_that_failed_is_a_fault_of_the_execution() -> None:
    assert verdict(LOOK | {"error_message": "no order 'ORD-7'"}, SPAN_FAILED) == {
        "failed": True,
        "fault": "execution.error",
        "fault_rule": "execution.error/span",
        "transient": False,
        "signature": "execution.error/span look: no order <value>",
        "json_valid": True,
        "schema_valid": True,
    }


@pytest.mark.parametrize(
    ("call", "span"),
    [
        (LOOK, {"status": "error"}),
        (LOOK, {"status": "ok", "error_type": "timeout"}),
        (LOOK, {"status": "unset", "error_type": "timeout"}),
        (LOOK | {"error_message": "an exception event said so"}, {"status": "unset"}),
        (LOOK | {"error_message": "its span is not there"}, None),
    ],
)
def test_status_type_and_exception_each_tell_an_execution_error(
    call: Row, span: Row | None
) -> None:
    said = verdict(call, span)
    assert (said["fault"], said["failed"]) == ("execution.error", True)


@pytest.mark.parametrize("span", [None, {}, {"status": "unset"}])
def test_without_a_sign_of_an_error_an_executed_call_is_fine(span: Row | None) -> None:
    said = verdict(LOOK, span)
    assert (said["fault"], said["failed"]) == ("none", False)


def test_a_call_that_was_never_executed_has_nothing_to_judge() -> None:
    said = verdict(LOOK | {"executed": False})
    assert (said["fault"], said["failed"], said["signature"]) == (None, None, None)
    assert (said["json_valid"], said["schema_valid"]) == (True, True)


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (NOT_JSON | {"name": "find"}, "model.unparseable"),
        (UNKNOWN, "model.unknown_tool"),
        (BAD, "model.bad_arguments"),
        (LOOK, "execution.error"),
    ],
)
def test_the_first_rule_that_holds_wins(call: Row, fault: str) -> None:
    said = verdict(call | {"error_message": "boom"}, SPAN_FAILED)
    assert (said["fault"], said["failed"]) == (fault, True)


@pytest.mark.parametrize("call", [NOT_JSON, UNKNOWN, BAD])
def test_a_fault_of_the_model_that_ran_without_error_is_no_failed_attempt(call: Row) -> None:
    said = verdict(call, {})
    assert said["fault"].startswith("model.")
    assert said["failed"] is False


def test_arguments_of_a_call_whose_emission_is_not_recorded_are_not_the_models() -> None:
    said = verdict(LOOK | {"raw_arguments": "ORD-7", "emitted": False}, {})
    assert (said["fault"], said["json_valid"]) == ("none", False)


def test_arguments_that_were_not_recorded_are_neither_valid_nor_invalid() -> None:
    said = verdict({"tools_digest": "d"}, {})
    assert (said["fault"], said["json_valid"], said["schema_valid"]) == ("none", None, None)


def test_errors_of_the_models_span_are_not_those_of_its_calls() -> None:
    # The result stood in the messages of the next LLM call: there is no span of the execution.
    said = verdict(LOOK, {"kind": "llm", "status": "error", "error_type": "aborted"})
    assert (said["fault"], said["failed"]) == ("none", False)


def test_spans_of_other_runs_and_traces_say_nothing() -> None:
    other_run = {"run_id": "r2", "span_id": "s0", "status": "error"}
    other_trace = {"trace_id": "t2", "span_id": "s0", "status": "error"}
    rows = judged(LOOK, spans=spans({}, other_run, other_trace), tools=OFFERED)
    assert rows["fault"].to_list() == ["none"]


def test_tables_without_rows() -> None:
    derived = derive_faults(CALLS.empty(), SPANS.empty(), TOOLS.empty())
    assert CALLS.validate(derived).height == 0
    rows = derive_faults(calls(LOOK, NOT_JSON), SPANS.empty(), TOOLS.empty())
    assert rows["fault"].to_list() == ["none", "model.unparseable"]


def test_calls_come_back_in_their_order_with_all_other_columns_as_they_were() -> None:
    before = calls(LOOK, UNKNOWN, NOT_JSON | {"result": "x"}, LOOK | {"name": "look"}, BAD)
    after = derive_faults(before, spans({}, {}, {}, {}, {}), OFFERED)
    CALLS.validate(after)
    others = [name for name in CALLS.columns if name not in FAULT_COLUMNS]
    assert after.select(others).equals(before.select(others))
    assert after["fault"].to_list() == [
        "none",
        "model.unknown_tool",
        "model.unparseable",
        "none",
        "model.bad_arguments",
    ]


def test_deriving_twice_says_the_same() -> None:
    recorded = spans({}, SPAN_FAILED, {})
    once = judged(LOOK, LOOK, BAD, spans=recorded, tools=OFFERED)
    assert derive_faults(once, recorded, OFFERED).equals(once)


def test_fault_columns_are_null_where_the_contract_says_so() -> None:
    rows = judged(
        LOOK,
        LOOK | {"executed": False},
        BAD,
        BAD | {"executed": False},
        LOOK,
        spans=spans({}, {}, {}, {}, SPAN_FAILED),
        tools=OFFERED,
    )
    fault = pl.col("fault").cast(pl.String)
    none = fault.is_null() | (fault == "none")
    assert rows.select(
        rule=(pl.col("fault_rule").is_null() == none).all(),
        signature=(pl.col("signature").is_null() == none).all(),
        transient=(pl.col("transient").is_not_null() == (fault == "execution.error"))
        .fill_null(True)
        .all(),
        failed=(
            pl.col("failed").is_null() == (~pl.col("executed") & pl.col("fault").is_null())
        ).all(),
    ).row(0) == (True, True, True, True)


@pytest.mark.parametrize(
    ("call", "span", "fault", "failed"),
    [
        (BEGAN, UNSET, None, None),
        (BEGAN | BAD, UNSET, "model.bad_arguments", None),
        (BEGAN | {"end_ns": 2}, UNSET, "none", False),
        (BEGAN | {"result": "shipped"}, UNSET, "none", False),
        (BEGAN | {"result": "Error: no such order"}, UNSET, "hidden.error", True),
        (BEGAN, {"status": "ok"}, "none", False),
        (BEGAN, SPAN_FAILED, "execution.error", True),
        (BEGAN | {"error_message": "boom"}, UNSET, "execution.error", True),
    ],
)
def test_of_a_call_that_never_ended_nothing_is_known_but_what_was_told(
    call: Row, span: Row, fault: str | None, failed: bool | None
) -> None:
    found = verdict(call, span)
    assert (found["fault"], found["failed"]) == (fault, failed)
