"""The story of one run, as it is piped: a line a fact."""

from collections.abc import Sequence
from io import StringIO
from typing import Any

import polars as pl
import pytest
from rich.console import Console

from midspan.dashboards.terminal import Story
from midspan.scorers.run_view import Run, runs_of
from midspan.scorers.score import Better, Declaration, Level
from tests.dashboards.terminal.printing import printed
from tests.scorers import builders
from tests.scorers.builders import Row

SECOND = 1_000_000_000
LOOKED = '{"order": 1}'


def declared(name: str, unit: str, better: Better, level: Level = Level.STEP) -> Declaration:
    return Declaration(name=name, level=level, unit=unit, better=better, description="x")


DECLARED = {
    each.name: each
    for each in (
        declared("call_ok", "0/1", Better.HIGHER),
        declared("call_match", "share", Better.HIGHER),
        declared("response", "0/1", Better.HIGHER),
        declared("loop", "count", Better.LOWER),
        declared("empty_turn", "0/1", Better.LOWER),
        declared("recovery_rate", "share", Better.HIGHER, Level.RUN),
        declared("calls_match", "0/1", Better.HIGHER, Level.RUN),
        declared("longest_loop", "count", Better.LOWER, Level.RUN),
    )
}


def run(row: Row | None = None, **frames: pl.DataFrame) -> Run:
    given = {"run_id": "r", "start_ns": 0, **(row or {})}
    (view,) = runs_of(builders.tables(None, **{"runs": builders.runs(given), **frames}))
    return view


def told(of: Run, *scores: Row, width: int = 400) -> list[str]:
    story = Story(run=of, scores=builders.scores(*scores), declared=DECLARED)
    return printed(story, width=width)


def step_rows(of: Run, *scores: Row) -> list[str]:
    """The lines of the steps, without beginning and end."""
    lines = told(of, *scores)
    begin = next(n for n, line in enumerate(lines) if line.startswith("turn "))
    return lines[begin : next(n for n, line in enumerate(lines) if line.startswith("answer"))]


def one_call(**row: Any) -> dict[str, pl.DataFrame]:
    """One turn with one call."""
    return {
        "spans": builders.spans({"kind": "llm", "turn": 0, "span_id": "l"}),
        "calls": builders.judged({"turn": 0, "raw_arguments": LOOKED, "result": "ok", **row}),
    }


def test_a_run_from_question_to_answer() -> None:
    of = run(
        {
            "task": "price",
            "model": "m",
            "trial": 0,
            "turns": 2,
            "calls": 1,
            "end_ns": 3 * SECOND,
            "input_tokens": 1200,
            "output_tokens": 34,
            "root_span_id": "root",
            "answer": "39 EUR",
            "ended_by": "exit",
            "checks": [
                {"id": "amount", "kind": "number", "passed": True, "detail": None},
                {"id": "form", "kind": "json", "passed": False, "detail": "no JSON"},
            ],
        },
        spans=builders.spans(
            {"kind": "agent", "span_id": "root"},
            {"kind": "llm", "turn": 0, "span_id": "a", "output_tokens": 20, "start_ns": 0},
            {"kind": "llm", "turn": 1, "span_id": "b", "start_ns": 2 * SECOND},
        ),
        text=builders.text(
            {"span_id": "root", "input": "What is order 1?"},
            {"span_id": "a", "text": "I look\nit up.", "reasoning": "Orders."},
            {"span_id": "b", "text": "39 EUR"},
        ),
        calls=builders.judged(
            {
                "turn": 0,
                "raw_arguments": LOOKED,
                "result": '{"eur": 39}',
                "start_ns": SECOND,
                "end_ns": SECOND + 5_000_000,
            }
        ),
    )
    assert told(
        of,
        {"name": "call_ok", "span_id": "s0", "call": 0, "value": 1.0, "label": "none"},
        {"name": "longest_loop", "value": 1.0, "explanation": "no call repeats"},
        {"name": "calls_match", "value": 0.0, "label": "fail", "explanation": "2 are missing"},
    ) == [
        "run r",
        "  e · price · m · trial 0",
        "  2 turns, 1 calls, 3.00 s, 1,234 tokens",
        "  asked   What is order 1?",
        "",
        "turn 0  +0 s, 20 tokens written",
        "  thinks  Orders.",
        "  says    I look it up.",
        '  ✓ look {"order":1}  5 ms  call 0',
        '    → {"eur": 39}',
        "      ✓ call_ok",
        "",
        "turn 1  +2.00 s",
        "  says    39 EUR",
        "",
        "answer  39 EUR",
        "ended   by exit",
        "check   ✓ amount",
        "check   ✗ form: no JSON",
        "",
        "Tool calls",
        "  calls_match        no ↑  2 are missing",
        "",
        "Error recovery",
        "  longest_loop        1 ↓  no call repeats",
    ]


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


def message(role: str, text: str) -> str:
    return f'{{"role": "{role}", "parts": [{{"type": "text", "content": "{text}"}}]}}'


def test_what_users_say_on_the_way_stands_before_the_turn() -> None:
    first = message("user", "A ticket, please.")
    second = ",".join([first, message("assistant", "When?"), message("user", "Today.")])
    of = run(
        spans=builders.spans(*({"kind": "llm", "turn": n, "span_id": f"l{n}"} for n in range(2))),
        text=builders.text(
            {"span_id": "l0", "input": f"[{first}]", "text": "When?"},
            {"span_id": "l1", "input": f"[{second}]", "text": "Booked."},
        ),
    )
    lines = told(of)
    assert lines[3] == "  asked   A ticket, please."
    assert lines[lines.index("turn 1  +0 µs") - 1] == "user  Today."


def test_no_answer_and_why() -> None:
    of = run(
        {"status": "error", "root_span_id": "root"},
        spans=builders.spans({"kind": "agent", "span_id": "root"}),
        text=builders.text({"span_id": "root", "error_message": "no answer after 12 turns"}),
    )
    assert told(of)[-3:] == [
        "answer  none",
        "ended   error",
        "error   no answer after 12 turns",
    ]


HOSTILE = "\x1b[31mred\x07\n[bold]x[/bold]"


def test_nothing_an_agent_wrote_can_drive_the_terminal() -> None:
    words = {"text": HOSTILE, "reasoning": HOSTILE, "error_message": HOSTILE, "input": HOSTILE}
    of = run(
        {
            "task": HOSTILE,
            "model": HOSTILE,
            "answer": HOSTILE,
            "root_span_id": "root",
            "ended_by": HOSTILE,
            "checks": [{"id": HOSTILE, "kind": "x", "passed": None, "detail": HOSTILE}],
        },
        spans=builders.spans(
            {"kind": "agent", "span_id": "root", "name": HOSTILE},
            {"kind": "llm", "turn": 0, "span_id": "a", "agent": HOSTILE, "status": "error"},
            {"kind": "llm", "turn": 1, "span_id": "b"},
        ),
        text=builders.text({"span_id": "root", **words}, {"span_id": "a", **words}),
        calls=builders.calls(
            {"turn": 0, "name": HOSTILE, "raw_arguments": f"{{{HOSTILE}", "result": HOSTILE},
            {"turn": 0, "error_message": HOSTILE, "failed": True, "fault_rule": "x/y"},
        ),
    )
    row = {"explanation": HOSTILE, "label": HOSTILE, "reason": HOSTILE, "scorer": HOSTILE}
    scores: Sequence[Row] = [
        {"name": "loose", "source": "llm", **row},
        {"name": "call_ok", "span_id": "s0", "call": 0, "value": 0.0, **row},
        {"name": "call_match", "span_id": "s0", "call": 0, "status": "failed", **row},
        {"name": "loose", "span_id": "root", **row},
    ]
    story = Story(run=of, scores=builders.scores(*scores), declared=DECLARED)
    for terminal in (False, True):
        file = StringIO()
        Console(file=file, width=60, force_terminal=terminal, color_system=None).print(story)
        printed_text = file.getvalue()
        assert "\x1b" not in printed_text
        assert "\x07" not in printed_text
        assert "[bold]x[/bold]" in printed_text.replace("\n", "")


def test_long_text_is_cut_and_counted() -> None:
    of = run(None, **one_call(result="x" * 5000))
    assert step_rows(of)[2] == f"    → {'x' * 300}... (5,000 characters)"


@pytest.mark.parametrize("terminal", [True, False])
def test_lines_are_wrapped_beside_their_head_on_a_terminal_alone(terminal: bool) -> None:
    of = run(
        spans=builders.spans({"kind": "llm", "turn": 0, "span_id": "l"}),
        text=builders.text({"span_id": "l", "text": "one two three four five"}),
    )
    file = StringIO()
    story = Story(run=of, scores=builders.scores(), declared=DECLARED)
    console = Console(file=file, width=24, force_terminal=terminal, color_system=None)
    console.print(story, crop=False)
    lines = [line.rstrip() for line in file.getvalue().splitlines()]
    at = lines.index("turn 0  +0 s") + 1
    wrapped = ["  says    one two three", "          four five"]
    whole = ["  says    one two three four five", ""]
    assert lines[at : at + 2] == (wrapped if terminal else whole)
