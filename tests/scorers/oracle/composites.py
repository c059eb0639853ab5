"""Weighted means, run by run in plain Python."""

from typing import Any

Row = dict[str, Any]


def composite(rows: list[Row], weights: dict[str, float], falls: set[str]) -> float | str | None:
    """The composite of one run: a value, None where it is not known, or `no row`."""
    order = {"code": 0, "llm": 1, "human": 2}
    parts: dict[str, Row] = {}
    for row in sorted(rows, key=lambda each: order[each["source"]]):
        if row["span_id"] is None and row["name"] in weights:
            parts.setdefault(row["name"], row)
    if not parts:
        return "no row"
    total = weight = 0.0
    for name, row in parts.items():
        if row["status"] != "ok" or row["value"] is None or not 0 <= row["value"] <= 1:
            return None
        total += weights[name] * (1 - row["value"] if name in falls else row["value"])
        weight += weights[name]
    return total / weight
