"""The steps of a story: calls and turns, with what scorers say of them."""

from tests.dashboards.terminal.stories import SECOND, one_call, run, step_rows, told
from tests.scorers import builders


def test_a_failed_call_with_its_fault_and_what_scorers_say() -> None:
    of = run(None, **one_call(result=None, error_message="timed out", span_id="s"))
    of_call = {"span_id": "s", "call": 0}
    assert step_rows(
        of,
        {"name": "call_ok", "value": 0.0, "label": "execution.error", **of_call},
        {"name": "loop", "value": 3.0, "label": "identical", "explanation": "again", **of_call},
        {"name": "response", "label": "answered", "explanation": "gave up", **of_call},
        {"name": "call_match", "value": 0.5, "label": "wrong_arguments", **of_call},
    ) == [
        "turn 0  +0 s",
        '  ✗ look {"order":1}  call 0',
        "    → timed out",
        "      ✗ fault execution.error/span, may pass by itself  call_ok",
        "      ✗ call_match wrong_arguments 50 %",
        "      ✗ loop identical 3  again",
        "      · response answered  gave up",
        "",
    ]


def test_verdicts_that_are_not_values_say_why() -> None:
    of = run(None, **one_call(span_id="s"))
    of_call = {"span_id": "s", "call": 0}
    lines = step_rows(
        of,
        {"name": "call_match", "status": "not_evaluated", "reason": "no schema", **of_call},
        {"name": "call_ok", "status": "failed", "reason": "ValueError: x", **of_call},
        {"name": "helpful", "value": 0.0, "source": "human", "scorer": "ann", **of_call},
    )
    assert lines[3:-1] == [
        "      ○ call_ok  failed: ValueError: x",
        "      ○ call_match  not evaluated: no schema",
        "      · helpful 0  (said by human: ann)",
    ]


def test_what_is_said_of_a_turn_stands_below_it() -> None:
    of = run(spans=builders.spans({"kind": "llm", "turn": 0, "span_id": "l"}))
    assert step_rows(of, {"name": "empty_turn", "span_id": "l", "value": 1.0}) == [
        "turn 0  +0 s",
        "  neither text nor call was recorded",
        "  ✗ empty_turn",
        "",
    ]


def test_what_is_said_of_other_spans_is_told_all_the_same() -> None:
    of = run(spans=builders.spans({"kind": "retriever", "name": "find\x1b[2J", "span_id": "x"}))
    lines = told(of, {"name": "loose", "span_id": "x", "value": 1.0, "label": "odd"})
    assert lines[3:6] == ["", "retriever find[2J", "  · loose odd"]


def test_a_call_that_was_never_executed() -> None:
    of = run(None, **one_call(executed=False, result=None))
    assert step_rows(of)[1:3] == ['  ○ look {"order":1}  call 0', "    → never executed"]


def test_a_call_of_which_little_was_recorded() -> None:
    of = run(None, **one_call(raw_arguments=None, result=None))
    assert step_rows(of)[1:3] == [
        "  ✓ look arguments not recorded  call 0",
        "    → no result was recorded",
    ]


def test_arguments_that_are_no_json_are_shown_as_they_are() -> None:
    of = run(None, **one_call(raw_arguments='{"order": ', executed=False, result=None))
    assert step_rows(of)[1:4] == [
        '  ✗ look {"order":  call 0',
        "    → never executed",
        "      ✗ fault model.unparseable/not_json",
    ]


def test_calls_of_no_recorded_turn_stand_where_they_began() -> None:
    of = run(
        spans=builders.spans(
            {"kind": "llm", "turn": 0, "span_id": "l", "start_ns": 5}, {"kind": "tool"}
        ),
        calls=builders.calls(
            {"name": "early", "start_ns": 1, "end_ns": 2, "result": "x"},
            {"name": "late", "start_ns": 9, "end_ns": 9, "result": "y"},
        ),
    )
    heads = [line for line in told(of) if line.startswith(("turn", "outside", "  ✓"))]
    assert heads == [
        "outside of any recorded turn",
        "  ✓ early arguments not recorded  0 µs  call 0",
        "turn 0  +0 µs",
        "outside of any recorded turn",
        "  ✓ late arguments not recorded  0 s  call 1",
    ]


def test_a_run_without_turns() -> None:
    of = run(calls=builders.calls({"result": "x"}))
    assert "no turn was recorded" in told(of)


def test_a_provider_that_failed_and_was_asked_again() -> None:
    of = run(
        spans=builders.spans(
            {"kind": "llm", "turn": 0, "span_id": "a", "status": "error", "http_status": 429},
            {
                "kind": "llm",
                "turn": 0,
                "span_id": "b",
                "status": "error",
                "error_type": "Boom",
                "start_ns": SECOND,
            },
        ),
        text=builders.text({"span_id": "b", "text": "Boom", "error_message": "Boom"}),
    )
    assert step_rows(of) == [
        "turn 0  +1.00 s",
        "  ✗ the provider failed: 429; sent again",
        "  ✗ the model call failed: Boom",
        "",
    ]


def test_text_that_repeats_is_not_told_twice() -> None:
    of = run(
        spans=builders.spans(
            *({"kind": "llm", "turn": n, "span_id": f"l{n}"} for n in range(2)),
        ),
        text=builders.text(
            *({"span_id": f"l{n}", "text": "Again.", "reasoning": "Hm."} for n in range(2))
        ),
    )
    assert step_rows(of)[5:7] == [
        "  thinks  the same as in the turn before",
        "  says    the same as in the turn before",
    ]


def test_long_text_is_cut_and_counted() -> None:
    of = run(None, **one_call(result="x" * 5000))
    assert step_rows(of)[2] == f"    → {'x' * 300}... (5,000 characters)"
