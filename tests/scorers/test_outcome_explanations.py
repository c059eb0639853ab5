import pytest

from tests.scorers.builders import Row, spans, text
from tests.scorers.outcome_scoring import AMOUNT, DONE, SHOP, scored, told


@pytest.mark.parametrize(
    ("changed", "outcome", "why"),
    [
        ({"ended_by": "budget"}, "budget", "its budget was used up"),
        (
            {"ended_by": "budget", "detail": '{"budget":"tool_calls"}'},
            "budget",
            "its budget of tool calls was used up",
        ),
        ({"exit_code": 3}, "agent_error", "the agent ended with exit code 3"),
        ({"ended_by": "signal"}, "agent_error", "the agent was ended by a signal"),
        ({"ended_by": "launch_failed"}, "infra", "the run could not be launched"),
        (
            {"exit_code": 3, "detail": '{"problem":"ValueError: no\\nat line 3"}'},
            "agent_error",
            "the agent ended with exit code 3: ValueError: no",
        ),
        (
            {"ended_by": "launch_failed", "detail": '{"problem":"v3 cannot be installed"}'},
            "infra",
            "the run could not be launched: v3 cannot be installed",
        ),
        ({"answer": None}, "no_answer", "no answer was given, and a check reads it"),
        (
            {"answer": None, "calls": 0, "output_tokens": 0},
            "no_answer",
            "no answer, no call and no output token",
        ),
    ],
)
def test_explanations(changed: Row, outcome: str, why: str) -> None:
    rows = told(DONE | {"checks": [AMOUNT]} | changed)
    assert [row[1:] for row in rows if row[0] == "outcome"] == [(outcome, why)]


ROOT = {"span_id": "root", "kind": "agent", "status": "error", "start_ns": 0}
REQUEST = {"span_id": "llm", "kind": "llm", "status": "error", "start_ns": 5}


@pytest.mark.parametrize(
    ("span", "said", "outcome", "why", "evidence"),
    [
        (
            ROOT,
            "max steps reached\nat line 3",
            "budget",
            "the agent reached a limit: max steps reached",
            "root",
        ),
        (
            ROOT,
            "KeyError: 'x'",
            "agent_error",
            "the agent failed without an answer: KeyError: 'x'",
            "root",
        ),
        (
            REQUEST,
            "overloaded",
            "provider_error",
            "the last model call failed and nothing followed: overloaded",
            "llm",
        ),
        (
            REQUEST,
            "prompt is too long: 200251 tokens > 200000 maximum",
            "budget",
            "the conversation grew too long for the model: "
            "prompt is too long: 200251 tokens > 200000 maximum",
            "root",
        ),
        (
            REQUEST,
            "This model's maximum context length is 8192 tokens",
            "budget",
            "the conversation grew too long for the model: "
            "This model's maximum context length is 8192 tokens",
            "root",
        ),
    ],
)
def test_errors_are_quoted_and_stand_on_their_span(
    span: Row, said: str, outcome: str, why: str, evidence: str
) -> None:
    failed = DONE | {"answer": None, "status": "error", "checks": [SHOP]}
    message = {"span_id": span["span_id"], "error_message": said}
    rows = scored(failed, spans=spans(span), text=text(message)).filter(name="outcome")
    assert rows.select("label", "explanation", "evidence").row(0) == (outcome, why, [evidence])
