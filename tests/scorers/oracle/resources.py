"""Where time and money went, moment by moment in plain Python."""

from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase
from typing import Any

Row = dict[str, Any]


def covered(spans: Iterable[Row], kinds: Collection[str]) -> dict[str, int]:
    """How many moments of each run a span of these kinds covers."""
    moments: dict[str, set[int]] = {}
    for span in spans:
        if span["kind"] in kinds and span["duplicate_of"] is None and span["end_ns"] is not None:
            moments.setdefault(span["run_id"], set()).update(
                range(span["start_ns"], span["end_ns"])
            )
    return {run_id: len(its) for run_id, its in moments.items()}


def costs(
    spans: Iterable[Row], models: dict[str, str | None], prices: list[tuple[str, dict[str, float]]]
) -> dict[str, float | None]:
    """The cost of each run that called a model; None where it is not known."""
    found: dict[str, float | None] = {}
    for span in spans:
        if span["kind"] != "llm" or span["duplicate_of"] is not None:
            continue
        if span["status"] == "error" and span["output_tokens"] is None:
            continue
        before = found.setdefault(span["run_id"], 0.0)
        this = cost(span, models[span["run_id"]], prices)
        found[span["run_id"]] = None if before is None or this is None else before + this
    return found


def cost(span: Row, model: str | None, prices: list[tuple[str, dict[str, float]]]) -> float | None:
    if span["cost_usd"] is not None:
        known: float = span["cost_usd"]
        return known
    names = [name for name in (span["request_model"], span["response_model"], model) if name]
    fitting = (price for glob, price in prices if any(fnmatchcase(name, glob) for name in names))
    price = next(fitting, None)
    if price is None:
        return None
    if span["input_tokens"] is None or span["output_tokens"] is None:
        return None
    read, written = span["cache_read_tokens"] or 0, span["cache_write_tokens"] or 0
    new = span["input_tokens"] - read - written
    total: float = (
        new * price["new"]
        + read * price.get("cached", price["new"])
        + written * price.get("cache_write", price["new"])
        + span["output_tokens"] * price["output"]
    )
    return total / 1e6
