"""Runs as training data: the failed ones, or those that succeeded."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

from midspan.instrumentation.redaction import Redaction
from midspan.pipelines.exporting.chat_messages import Message, chat, recorded
from midspan.pipelines.exporting.chosen import Exported, chosen_runs, offered_tools
from midspan.pipelines.workspace import Workspace
from midspan.scorers.run_view import Run

__all__ = ["SUCCESSES", "Exported", "Form", "export"]

Form = Literal["jsonl", "chat"]

SUCCESSES: Final = ("success",)

_CONTEXT: Final = ("task", "model", "revision", "tier", "harness", "trial")
_CALL: Final = ("call", "turn", "name", "arguments", "result", "error_message", "fault")


def export(
    workspace: Workspace,
    outcomes: Sequence[str],
    *,
    form: Form,
    emails: bool = False,
    tally: Exported,
) -> Iterator[str]:
    """Yield a line of JSON for each run that ended so; `tally` counts along.

    Keys, tokens and passwords are taken out of all of it, emails where that is asked for.
    """
    redact = Redaction(emails=emails)
    tally.redacted = redact.counts
    tools = offered_tools(workspace)
    for run, outcome in chosen_runs(workspace, outcomes):
        record = _record(run, outcome, form, tools)
        if isinstance(record, str):
            tally.left_out[run.id] = record
            continue
        tally.runs += 1
        yield json.dumps(redact(record, run.id), ensure_ascii=False) + "\n"


def _record(
    run: Run, outcome: str, form: Form, tools: Mapping[str, list[Message]]
) -> Message | str:
    """Return the record of a run, or why there is none."""
    messages, digest = _conversation(run)
    about = {"run_id": run.id, **{name: run.row[name] for name in _CONTEXT}, "outcome": outcome}
    if form == "jsonl":
        calls = [{name: call.row[name] for name in _CALL} for call in run.calls]
        checks = run.row["checks"]
        return {
            **about,
            "answer": run.answer,
            "checks": checks,
            "calls": calls,
            "messages": messages,
        }
    if messages is None:
        return "its messages were not recorded"
    told = chat(messages)
    if told is None:
        return "a message holds more than text and calls"
    offered = tools.get(digest or "", [])
    return {"messages": told, **({"tools": offered} if offered else {}), "metadata": about}


def _conversation(run: Run) -> tuple[list[Message] | None, str | None]:
    """Return what the agent that began the run had before it at last, and what it said then."""
    mine = [turn for turn in run.turns if turn.row["agent"] == run.turns[0].row["agent"]]
    if not mine:
        return None, None
    last = mine[-1]
    words = run.words.get(last.span_id, {})
    before, after = recorded(words.get("input")), recorded(words.get("output"))
    if before is None:
        return None, None
    return [*before, *(after or ())], last.row["tools_digest"]
