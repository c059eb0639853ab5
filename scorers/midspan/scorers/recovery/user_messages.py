"""Whether somebody spoke to the agent between two of its turns."""

import json
from typing import Any, Final

import polars as pl

from midspan.scorers.model_requests import model_requests
from midspan.scorers.tables import Tables

HEAD: Final = 60
"""Agents without native tools are told results in messages of the user: their heads tell."""


def spoken_between(pairs: pl.DataFrame, tables: Tables) -> pl.Series:
    """Return, for each pair of turns of a run, whether a user message came between them.

    `pairs`: run_id, after_turn, turn, told (the result of the first turn's call). A message came
    where the input of a later turn up to the second, past the model's last message, holds one of
    the user that does not tell the result. Where the input was not recorded, it came where a turn
    between them made no call: the agent spoke, and was sent on.
    """
    numbered = pairs.with_row_index("pair").lazy()
    turns = model_requests(tables.spans).select(
        "run_id", "trace_id", "span_id", "calls_emitted", between="turn"
    )
    of_pairs = (
        numbered.join(turns, on="run_id")
        .filter(pl.col("between") > pl.col("after_turn"), pl.col("between") <= pl.col("turn"))
        .collect()
    )
    inputs = (
        tables.text.select("run_id", "trace_id", "span_id", "input")
        .join(of_pairs.lazy(), on=["run_id", "trace_id", "span_id"])
        .select("pair", "between", "turn", "calls_emitted", "told", "input")
        .collect()
    )
    spoken = {
        pair
        for pair, between, turn, emitted, told, said in inputs.iter_rows()
        if (between < turn and emitted == 0 if said is None else _holds_user_message(said, told))
    }
    return pl.Series([pair in spoken for pair in range(pairs.height)], dtype=pl.Boolean())


def _holds_user_message(said: str, told: str | None) -> bool:
    try:
        messages = json.loads(said)
    except ValueError:
        return False
    if not isinstance(messages, list):
        return False
    for message in reversed(messages):
        role = message.get("role") if isinstance(message, dict) else None
        if role == "assistant":
            return False
        if role == "user" and _speaks(message.get("parts"), (told or "").strip()[:HEAD]):
            return True
    return False


def _speaks(parts: Any, told: str) -> bool:
    parts = [part for part in parts or () if isinstance(part, dict)]
    if any(part.get("type") == "tool_call_response" for part in parts):
        return False
    texts = [str(part.get("content") or "") for part in parts if part.get("type") == "text"]
    return any(text.strip() and not (told and told in text) for text in texts)
