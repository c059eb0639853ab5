from typing import Any

import polars as pl
import pytest

from midspan.scorers.outcomes import OUTCOMES, _errors, with_outcome
from midspan.scorers.tables import RUNS
from tests.scorers.builders import Row, runs, spans, text

SUBSTRING = {"id": "amount", "kind": "substring", "passed": True, "detail": None}
STATE = {"id": "shop", "kind": "state", "passed": True, "detail": None}
DONE: Row = {
    "planned": True,
    "status": "ok",
    "ended_by": "exit",
    "exit_code": 0,
    "answer": "35.88 EUR",
    "output_tokens": 20,
    "llm_calls": 2,
    "calls": 1,
    "checks": [SUBSTRING, STATE],
}
SILENT = {"answer": None, "output_tokens": 0, "calls": 0}
ROOT = {"run_id": "r0", "span_id": "root", "kind": "agent"}


def with_check(kind: str, passed: bool | None) -> Row:
    return {"checks": [STATE, {"id": "x", "kind": kind, "passed": passed, "detail": None}]}


def outcome(run: Row, *steps: Row, message: str | None = None) -> str:
    recorded = spans(*({"run_id": "r0", **step} for step in steps))
    texts = text({"run_id": "r0", "span_id": "root", "error_message": message})
    said = with_outcome(runs(run).lazy(), recorded.lazy(), texts.lazy()).collect()
    assert said.height == 1
    return str(said["outcome"].item())


def with_root_error(error_type: str | None, message: str | None, **run: Any) -> str:
    root = {**ROOT, "status": "error", "error_type": error_type}
    failed = {"status": "error", "root_span_id": "root", "answer": None}
    return outcome({**DONE, **failed, **run}, root, message=message)


@pytest.mark.parametrize(
    ("message", "said"),
    [("boom", "RuntimeError boom"), ("RuntimeError: boom", "RuntimeError: boom")],
)
def test_the_type_of_an_error_is_said_once(message: str, said: str) -> None:
    root = {**ROOT, "status": "error", "error_type": "RuntimeError"}
    texts = text({"run_id": "r0", "span_id": "root", "error_message": message})
    found = _errors(spans(root).lazy(), texts.lazy()).collect()
    assert found["error"].to_list() == [said]


def test_a_run_whose_checks_all_hold_is_a_success() -> None:
    assert outcome(DONE) == "success"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        # infra: never launched, or ended by the platform or by us
        ({"status": "missing", "ended_by": None, "exit_code": None, "checks": None}, "infra"),
        ({"ended_by": "platform"}, "infra"),
        ({"ended_by": "launch_failed"}, "infra"),
        ({"status": "missing", "ended_by": "exit"}, "success"),
        # timeout and budget
        ({"ended_by": "timeout"}, "timeout"),
        ({"ended_by": "budget"}, "budget"),
        # agent_error: exit code, signal, root error without an answer
        ({"exit_code": 1}, "agent_error"),
        ({"exit_code": -9}, "agent_error"),
        ({"ended_by": "signal", "exit_code": None}, "agent_error"),
        ({"status": "error", "answer": None}, "agent_error"),
        ({"status": "error", "answer": " \n"}, "agent_error"),
        ({"status": "error"}, "success"),
        ({"exit_code": None}, "success"),
        # no_answer: nothing came out, or a check has no answer to read
        (SILENT | {"checks": [STATE]}, "no_answer"),
        (SILENT | {"checks": []}, "no_answer"),
        (SILENT | {"checks": None}, "no_answer"),
        (SILENT | {"checks": [STATE], "answer": "x"}, "success"),
        (SILENT | {"checks": [STATE], "calls": 1}, "success"),
        (SILENT | {"checks": [STATE], "output_tokens": 1}, "success"),
        ({"answer": None}, "no_answer"),
        ({"answer": "  "}, "no_answer"),
        ({"answer": None, "checks": [STATE]}, "success"),
        # unscored: no checks, or one that could not run
        ({"checks": None}, "unscored"),
        ({"checks": []}, "unscored"),
        (with_check("command", None), "unscored"),
        ({"checks": [STATE | {"passed": False}, STATE | {"passed": None}]}, "unscored"),
        ({"checks": [STATE | {"passed": None}]}, "unscored"),
        # success and wrong
        (with_check("command", True), "success"),
        (with_check("command", False), "wrong"),
        ({"checks": [STATE | {"passed": False}]}, "wrong"),
    ],
)
def test_each_outcome(changed: Row, expected: str) -> None:
    assert outcome(DONE | changed) == expected


@pytest.mark.parametrize(
    "kind", ["substring", "exact", "regex", "choice", "number", "json", "key_points"]
)
def test_checks_that_read_the_answer(kind: str) -> None:
    assert outcome(DONE | {"answer": None} | with_check(kind, False)) == "no_answer"


@pytest.mark.parametrize("kind", ["command", "file", "state", "expected_calls"])
def test_checks_that_do_not_read_the_answer(kind: str) -> None:
    assert outcome(DONE | {"answer": None} | with_check(kind, True)) == "success"


ORDER: list[tuple[str, Row]] = [
    ("infra", {"ended_by": "platform"}),
    ("timeout", {"ended_by": "timeout"}),
    ("budget", {"root_span_id": "root"}),
    ("provider_error", {}),
    ("agent_error", {"exit_code": 1}),
    ("no_answer", SILENT),
    ("unscored", {"checks": [STATE | {"passed": None}]}),
    ("success", {"checks": [STATE]}),
    ("wrong", {"checks": [STATE | {"passed": False}]}),
]


@pytest.mark.parametrize("first", range(len(ORDER) - 2))
def test_the_first_that_holds_wins(first: int) -> None:
    # The conditions of all later outcomes hold as well.
    changed = {key: value for _, row in reversed(ORDER[first:-2]) for key, value in row.items()}
    names = [name for name, _ in ORDER[first:]]
    steps = [{"kind": "llm", "status": "error"}] if "provider_error" in names else []
    root = {**ROOT, "status": "error", "error_type": "MaxStepsExceeded"}
    assert outcome(DONE | changed, root, *steps) == names[0]


def test_every_outcome_is_known() -> None:
    assert sorted(OUTCOMES) == sorted(name for name, _ in ORDER)


@pytest.mark.parametrize(
    ("error_type", "message"),
    [
        ("AgentMaxStepsError", "Reached max steps."),
        ("MaxTurnsExceeded", "Max turns (10) exceeded"),
        (None, "Agent stopped due to max iterations."),
        (None, "reached the maximum number of turns"),
        (None, "Maximum iterations reached"),
        ("GraphRecursionError", "Recursion limit of 25 reached without a stop condition"),
        ("UsageLimitExceeded", "would exceed the request_limit of 50"),
        ("LlmCallsLimitExceededError", None),
        ("BadRequestError", "This model's maximum context length is 8192 tokens"),
        ("BadRequestError", "code: context_length_exceeded"),
        ("ContextWindowExceededError", None),
        ("BudgetExceededError", None),
        (None, "token budget exhausted"),
        (None, "Exceeded the cost budget"),
    ],
)
def test_a_limit_that_the_agent_reports_is_a_budget(
    error_type: str | None, message: str | None
) -> None:
    assert with_root_error(error_type, message) == "budget"
    assert with_root_error(error_type, message, ended_by=None, exit_code=None) == "budget"


@pytest.mark.parametrize(
    ("error_type", "message"),
    [
        ("RecursionError", "maximum recursion depth exceeded"),
        ("KeyError", "no column 'budget'"),
        ("ValueError", "could not read the budget for 2025"),
        ("RateLimitExceeded", "too many requests"),
        ("ValueError", None),
        (None, None),
    ],
)
def test_other_errors_of_the_root_are_the_agents(
    error_type: str | None, message: str | None
) -> None:
    assert with_root_error(error_type, message) == "agent_error"


def test_a_limit_named_by_another_span_or_by_a_root_that_is_fine_is_none() -> None:
    inner = {"run_id": "r0", "span_id": "s9", "status": "error", "error_type": "MaxStepsExceeded"}
    assert outcome(DONE | {"root_span_id": "root"}, ROOT, inner) == "success"
    fine = {**ROOT, "status": "ok", "error_type": "MaxStepsExceeded"}
    assert outcome(DONE | {"root_span_id": "root"}, fine) == "success"


FAILED_LLM = {"kind": "llm", "status": "error"}
LLM = {"kind": "llm", "calls_emitted": 1}


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param([LLM, {}, FAILED_LLM], "provider_error", id="last"),
        pytest.param([FAILED_LLM | {"start_ns": 9}, LLM, {}], "provider_error", id="last by time"),
        pytest.param(
            [FAILED_LLM | {"start_ns": 1, "end_ns": None}, LLM | {"start_ns": 1, "end_ns": 2}],
            "provider_error",
            id="never ended is last",
        ),
        pytest.param([FAILED_LLM | {"calls_emitted": 0}], "provider_error", id="no calls"),
        pytest.param(
            [FAILED_LLM, {"kind": "agent"}, {"kind": "chain"}], "provider_error", id="no step after"
        ),
        pytest.param(
            [FAILED_LLM, LLM | {"duplicate_of": "s0"}], "provider_error", id="a repeated span after"
        ),
        pytest.param([FAILED_LLM, LLM], "success", id="another LLM call after"),
        pytest.param([FAILED_LLM, {}], "success", id="a tool after"),
        pytest.param([FAILED_LLM, {"kind": "retriever"}], "success", id="a retrieval after"),
        pytest.param([FAILED_LLM | {"calls_emitted": 1}], "success", id="calls came out"),
        pytest.param([LLM, {"status": "error"}], "success", id="a tool failed"),
        pytest.param([FAILED_LLM | {"run_id": "r1"}], "success", id="another run"),
        pytest.param([], "success", id="no spans"),
    ],
)
def test_provider_error(steps: list[Row], expected: str) -> None:
    assert outcome(DONE, *steps) == expected


@pytest.mark.parametrize(
    ("changed", "error_type", "expected"),
    [
        ({}, "client_left", "success"),
        ({}, "stopped", "success"),
        ({}, "upstream_broke", "provider_error"),
        ({}, None, "provider_error"),
        ({"answer": " "}, "client_left", "provider_error"),
        ({"exit_code": 1}, "client_left", "provider_error"),
        ({"exit_code": None}, "client_left", "provider_error"),
    ],
)
def test_a_request_that_was_open_when_the_agent_was_done(
    changed: Row, error_type: str | None, expected: str
) -> None:
    assert outcome(DONE | changed, LLM, FAILED_LLM | {"error_type": error_type}) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"planned": True}, "agent_error"),
        ({"planned": False}, "unscored"),
        ({"planned": False} | SILENT, "unscored"),
        # A result record says how the run ended, whatever was lost of its trace.
        ({"planned": True, "ended_by": "exit", "exit_code": 0}, "success"),
        ({"planned": False, "ended_by": "exit", "exit_code": 0}, "success"),
        ({"planned": True, "ended_by": "exit", "exit_code": 2}, "agent_error"),
    ],
)
def test_a_trace_that_breaks_off(changed: Row, expected: str) -> None:
    broken = {"status": "incomplete", "ended_by": None, "exit_code": None}
    assert outcome(DONE | broken | changed) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        # Neither tokens nor content were recorded: what came out is not known.
        ({"output_tokens": None, "calls": None, "llm_calls": 2}, "unscored"),
        # One of them is known, and it is nothing.
        ({"output_tokens": 0, "calls": None, "llm_calls": 2}, "no_answer"),
        ({"output_tokens": None, "calls": 0, "llm_calls": 2}, "no_answer"),
        # No model was ever asked, as far as the trace goes: an agent may be recorded by its root.
        ({"output_tokens": None, "calls": 0, "llm_calls": 0}, "unscored"),
        ({"output_tokens": None, "calls": None, "llm_calls": None}, "unscored"),
        # A record says what was answered.
        ({"output_tokens": None, "calls": 0, "llm_calls": 0, "ended_by": "exit"}, "no_answer"),
    ],
)
def test_unknown_is_not_nothing(changed: Row, expected: str) -> None:
    seen = {"ended_by": None, "exit_code": None, "planned": False, "checks": None, "answer": None}
    assert outcome(DONE | seen | changed) == expected


def test_a_run_seen_without_plan_and_record() -> None:
    seen = {"planned": False, "ended_by": None, "exit_code": None, "checks": None}
    assert outcome(DONE | seen) == "unscored"


def test_runs_come_back_once_each_with_their_columns_and_the_outcome() -> None:
    table = runs(DONE, DONE | {"exit_code": 1}, DONE | {"ended_by": "timeout"})
    recorded = spans(*({"run_id": run, **LLM} for run in ("r0", "r1", "r1", "r2")))
    said = with_outcome(table.lazy(), recorded.lazy(), text().lazy()).collect().sort("run_id")
    assert said.columns == [*RUNS.columns, "outcome"]
    assert said.schema["outcome"] == pl.Enum(OUTCOMES)
    assert said["outcome"].to_list() == ["success", "agent_error", "timeout"]
    assert said.drop("outcome").equals(table)


def test_no_runs() -> None:
    nothing = with_outcome(runs().lazy(), spans().lazy(), text().lazy()).collect()
    assert (nothing.height, nothing.columns) == (0, [*RUNS.columns, "outcome"])
