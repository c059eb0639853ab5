"""The steps of a run's story: turns with what the model said, and calls with what came back."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.text import Text

from midspan.dashboards.terminal.cells import printable
from midspan.dashboards.terminal.score_values import lasting
from midspan.dashboards.terminal.story_line import Line, line
from midspan.dashboards.terminal.story_words import cut, new_messages
from midspan.scorers.run_view import Call, Row, Run, Turn

_SAID: Final = 400
_THOUGHT: Final = 200
_ARGUMENTS: Final = 200
_RESULT: Final = 300
_AGAIN: Final = "the same as in the turn before"


def steps(run: Run) -> Iterator[Turn | Sequence[Call]]:
    """Yield turns, and between them the calls that belong to none, in order of time."""
    turns = {turn.number for turn in run.turns}
    loose = [call for call in run.calls if call.turn not in turns]
    for turn in run.turns:
        earlier = [call for call in loose if _began_before(call, turn)]
        if earlier:
            yield earlier
            loose = [call for call in loose if call not in earlier]
        yield turn
    if loose:
        yield loose


def turn_lines(
    run: Run, turn: Turn, before: Turn | None, seen: dict[str | None, int]
) -> Iterator[Line]:
    """Yield what users and the model said in a turn; `seen` is of `new_messages`."""
    for message in new_messages(run, turn, seen):
        yield line(0, "user  ", cut(message, _SAID), style="bold")
    yield line(0, f"turn {turn.number}  ", _facts(run, turn), style="bold", says="dim")
    for retried in _earlier_tries(run, turn):
        failure = f"the provider failed: {_failure(run, retried)}; sent again"
        yield line(2, "✗ ", failure, style="red", says="red")
    failed = turn.row["status"] == "error"
    failure = _failure(run, turn.row) if failed else ""
    if failed:
        yield line(2, "✗ ", f"the model call failed: {failure}", style="red", says="red")
    if turn.reasoning:
        again = before is not None and before.reasoning == turn.reasoning
        thought = _AGAIN if again else cut(turn.reasoning, _THOUGHT)
        yield line(2, "thinks  ", thought, style="dim", says="dim italic")
    if turn.text and not (failed and failure in printable(turn.text)):
        again = before is not None and before.text == turn.text
        yield line(2, "says    ", _AGAIN if again else cut(turn.text, _SAID), style="dim")
    if not (turn.text or turn.reasoning or turn.calls or failed):
        yield line(2, "", "neither text nor call was recorded", says="dim")


def call_lines(call: Call, faulted: Sequence[str]) -> Iterator[Line]:
    """Yield a call with its arguments, what came back, and its fault.

    `faulted` are scores that say no more than the fault does.
    """
    row = call.row
    mark, style = ("✗ ", "red") if call.failed else ("✓ ", "green")
    if not row["executed"] and not call.failed:
        mark, style = "○ ", "yellow"
    given = row["arguments"] if row["arguments"] is not None else row["raw_arguments"]
    took = row["start_ns"] is not None and row["end_ns"] is not None
    body = Text.assemble(
        (printable(call.name), "bold"),
        " ",
        cut(given, _ARGUMENTS) if given is not None else ("arguments not recorded", "dim"),
        (f"  {lasting(row['start_ns'], row['end_ns'])}" if took else "", "dim"),
        (f"  call {call.number}", "dim"),
    )
    yield line(2, mark, body, style=style)
    said = row["error_message"] if call.failed and row["error_message"] else call.result
    if said is not None:
        yield line(4, "→ ", cut(said, _RESULT), style=style, says="red" if call.failed else "")
    elif row["executed"]:
        yield line(4, "→ ", "no result was recorded", style=style, says="dim")
    else:
        yield line(4, "→ ", "never executed", style="yellow", says="yellow")
    if row["fault_rule"] is not None:
        transient = ", may pass by itself" if row["transient"] else ""
        named = f"  {', '.join(faulted)}" if faulted else ""
        fault = Text.assemble((f"{row['fault_rule']}{transient}", "red"), (named, "dim"))
        yield line(6, "✗ ", Text.assemble(("fault ", "bold"), fault), style="red")


def _facts(run: Run, turn: Turn) -> str:
    span = turn.row
    began = run.row["start_ns"] if run.row["start_ns"] is not None else span["start_ns"]
    facts = [f"+{lasting(began, span['start_ns'])}"]
    if len({other.row["agent"] for other in run.turns}) > 1:
        facts.append(printable(span["agent"] or "no agent named"))
    if span["output_tokens"] is not None:
        facts.append(f"{span['output_tokens']:,} tokens written")
    if span["finish_reason"] not in (None, "stop", "tool_calls"):
        facts.append(f"finished: {span['finish_reason']}")
    return ", ".join(facts)


def _began_before(call: Call, turn: Turn) -> bool:
    begun = call.row["start_ns"]
    return begun is not None and bool(begun < turn.row["start_ns"])


def _earlier_tries(run: Run, turn: Turn) -> Iterator[Row]:
    for span in run.spans:
        is_a_try = span["kind"] == "llm" and span["duplicate_of"] is None
        if is_a_try and span["turn"] == turn.number and span["span_id"] != turn.span_id:
            yield span


def _failure(run: Run, span: Row) -> str:
    said = run.words.get(span["span_id"], {}).get("error_message")
    return cut(str(said or span["error_type"] or span["http_status"] or "no reason given"), _RESULT)
