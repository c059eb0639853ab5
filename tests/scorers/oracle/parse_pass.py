"""What can be read of emitted calls, call by call in plain Python."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

Row = dict[str, Any]


def call_labels(calls: Iterable[Row]) -> dict[tuple[str, int], str | None]:
    """The label of each call; None where its emission was not recorded."""
    return {(call["run_id"], call["call"]): label(call) for call in calls}


def label(call: Row) -> str | None:
    if call["translated"] and not call["executed"] and "translated" not in call["notes"]:
        return "text_form"
    if not call["emitted"]:
        return None
    if call["json_valid"] is False:
        return "not_json"
    if call["schema_valid"] is False:
        return "bad_schema"
    return "pass" if call["json_valid"] else None


def lost_calls(spans: Iterable[Row]) -> Counter[str]:
    """How many model calls of each run lost a call that only the finish reason tells of."""
    return Counter(
        span["run_id"]
        for span in spans
        if counts(span)
        and span["finish_reason"] == "tool_calls"
        and not span["calls_emitted"]
        and "lost_call" in span["notes"]
    )


Rates = dict[str, tuple[int, int]]
"""Part and whole by score; a whole of 0 where nothing is known."""


def rates(calls: Iterable[Row], spans: Iterable[Row]) -> dict[str, Rates]:
    calls, spans = list(calls), list(spans)
    lost = lost_calls(spans)
    found: dict[str, Rates] = defaultdict(dict)
    for run_id in {*lost, *(call["run_id"] for call in calls)}:
        its = [call for call in calls if call["run_id"] == run_id]
        labels = [label(call) for call in its if label(call)] + ["lost"] * lost[run_id]
        json = [call["json_valid"] for call in its if call["emitted"]]
        schema = [call["schema_valid"] for call in its if call["emitted"]]
        found[run_id] = {
            "parse_pass_rate": (labels.count("pass"), len(labels)),
            "json_pass": (json.count(True), len(json) - json.count(None)),
            "schema_pass": (schema.count(True), len(schema) - schema.count(None)),
        }
        if its:
            turns = [span for span in spans if span["run_id"] == run_id and counts(span)]
            turns = [span for span in turns if span["calls_emitted"]]
            as_text = [span for span in turns if span["text_form"]]
            found[run_id]["text_call_rate"] = (len(as_text), len(turns))
    return dict(found)


def counts(span: Row) -> bool:
    return span["kind"] == "llm" and span["duplicate_of"] is None
