"""Runs as training data: the failed ones, or those that succeeded."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import polars as pl

from midspan.instrumentation.redaction import Redaction
from midspan.pipelines.exporting.chat_messages import Message, chat, recorded
from midspan.pipelines.scoring.chunks import Chunks
from midspan.pipelines.workspace import Workspace
from midspan.scorers.comparison.runs import told_outcomes
from midspan.scorers.outcomes import with_outcome
from midspan.scorers.run_view import Run, runs_of
from midspan.scorers.setting import default_setting

Form = Literal["jsonl", "chat"]

SUCCESSES: Final = ("success",)

_CONTEXT: Final = ("task", "model", "revision", "tier", "harness", "trial")
_CALL: Final = ("call", "turn", "name", "arguments", "result", "error_message", "fault")


@dataclass(kw_only=True)
class Exported:
    """What has been exported so far."""

    runs: int = 0
    left_out: dict[str, str] = field(default_factory=dict)
    """Runs of which no record was made, with the reason."""
    redacted: Counter[str] = field(default_factory=Counter)


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
    chunks = Chunks(workspace, default_setting())
    tools = _tools(workspace)
    for chunk in chunks.every:
        tables = chunks.tables(chunk)
        ended = with_outcome(tables.runs, tables.spans, tables.text)
        told = told_outcomes(ended, chunks.frame("scores", chunk))
        found = told.filter(pl.col("outcome").is_in(outcomes)).select("run_id", "outcome").collect()
        outcome_of = dict(found.iter_rows())
        wanted = pl.col("run_id").is_in(found["run_id"].implode())
        chosen = replace(
            tables,
            runs=tables.runs.filter(wanted),
            calls=tables.calls.filter(wanted),
            spans=tables.spans.filter(wanted),
            text=tables.text.filter(wanted),
        )
        for run in runs_of(chosen):
            record = _record(run, outcome_of[run.id], form, tools)
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


def _tools(workspace: Workspace) -> dict[str, list[Message]]:
    """Return the tools offered together, by digest, as chat templates take them."""
    offered: dict[str, list[Message]] = {}
    rows = workspace.table("tools").sort("digest", "name").collect()
    for row in rows.iter_rows(named=True):
        function: dict[str, Any] = {"name": row["name"]}
        if row["description"] is not None:
            function["description"] = row["description"]
        if row["schema"] is not None:
            function["parameters"] = json.loads(row["schema"])
        offered.setdefault(row["digest"], []).append({"type": "function", "function": function})
    return offered
