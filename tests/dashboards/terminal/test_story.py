"""The story of one run, from question to answer: piped, a line is a fact."""

from collections.abc import Sequence
from io import StringIO

import pytest
from rich.console import Console

from midspan.dashboards.terminal import Story
from tests.dashboards.terminal.stories import DECLARED, LOOKED, SECOND, run, told
from tests.scorers import builders
from tests.scorers.builders import Row


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
        "  2 turns, 1 call, 3.00 s, 1,234 tokens",
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


def test_the_arguments_of_a_tool_are_no_question() -> None:
    of = run(
        {"root_span_id": "s0"},
        spans=builders.spans(
            {"kind": "tool", "span_id": "s0"}, {"kind": "llm", "turn": 0, "span_id": "l0"}
        ),
        text=builders.text(
            {"span_id": "s0", "input": "{}"},
            {"span_id": "l0", "input": f"[{message('user', 'Is it open?')}]"},
        ),
    )
    assert told(of)[3] == "  asked   Is it open?"

    alone = run(
        {"root_span_id": "s0"},
        spans=builders.spans({"kind": "tool", "span_id": "s0"}),
        text=builders.text({"span_id": "s0", "input": "{}"}),
    )
    assert not [told_line for told_line in told(alone) if "asked" in told_line]


def test_the_exit_code_of_a_process_that_failed() -> None:
    assert "ended   by exit, exit code 3" in told(run({"ended_by": "exit", "exit_code": 3}))


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
