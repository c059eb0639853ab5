"""Outputs found wanting, one by one in plain Python."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

Row = dict[str, Any]

RULES = set("-=_*~#.+|:^") | {chr(code) for code in range(0x2500, 0x2580)}
STEPS = ("truncated", "empty_turn", "collapse")
LEFT_OUT = {"lost_call", "truncated", "redacted"}


def collapsed(text: str) -> bool:
    return piece_in_a_row(text) or frequent_tokens(text)


def piece_in_a_row(text: str) -> bool:
    at = 0
    while at < len(text):
        for size in range(1, 9):
            piece = text[at : at + size]
            times = 1
            while text.startswith(piece, at + times * size):
                times += 1
            if len(piece) == size and times >= 20:
                layout = all(each in RULES or each.isspace() for each in piece)
                if not layout or times * size > 200:
                    return True
                at += times * size - 1
                break
        at += 1
    return False


def frequent_tokens(text: str) -> bool:
    tokens = re.findall(r"\w+|-+|=+|\*+|~+|#+|\.+|\^+|[─-╿]+|[^\w\s]", text)
    if len(tokens) < 40:
        return False
    grams = Counter(tuple(tokens[at : at + 4]) for at in range(len(tokens) - 3))
    return max(grams.values()) / (len(tokens) - 3) > 0.3


def answered(spans: Iterable[Row]) -> list[Row]:
    return [
        span
        for span in spans
        if span["kind"] == "llm" and span["duplicate_of"] is None and span["status"] != "error"
    ]


def findings(spans: Iterable[Row], text: Iterable[Row]) -> set[tuple[str, str, str]]:
    """Run, span and score of what is found wanting."""
    said = {row["span_id"]: row for row in text}
    found = set()
    for span in answered(spans):
        its = said.get(span["span_id"], {"text": None, "reasoning": None})
        here = []
        if span["finish_reason"] == "length":
            here.append("truncated")
        if span["calls_emitted"] == 0 and not (its["text"] or "").strip():
            here += [] if LEFT_OUT & {*span["notes"]} else ["empty_turn"]
        if collapsed(its["text"] or "") or collapsed(its["reasoning"] or ""):
            here.append("collapse")
        found |= {(span["run_id"], span["span_id"], score) for score in here}
    return found


def growth(spans: Iterable[Row]) -> dict[str, float | None]:
    """Output tokens of the last third of the turns / first third; None where not known."""
    turns: dict[str, dict[int, list[int | None]]] = defaultdict(lambda: defaultdict(list))
    for span in spans:
        counts = span["kind"] == "llm" and span["duplicate_of"] is None
        unanswered = span["status"] == "error" and span["output_tokens"] is None
        if counts and span["turn"] is not None and not unanswered:
            turns[span["run_id"]][span["turn"]].append(span["output_tokens"])
    found = {}
    for run_id, of_run in turns.items():
        tokens = [of_run[turn] for turn in sorted(of_run)]
        if len(tokens) < 3:
            continue
        third = len(tokens) // 3
        first = [each for turn in tokens[:third] for each in turn]
        last = [each for turn in tokens[-third:] for each in turn]
        known = None not in first and None not in last
        total = sum(each or 0 for each in first)
        found[run_id] = sum(each or 0 for each in last) / total if known and total else None
    return found
