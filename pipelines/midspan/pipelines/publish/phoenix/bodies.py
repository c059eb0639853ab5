"""Annotations as Phoenix takes them, from rows of scores."""

from collections.abc import Mapping
from typing import Any, Final, Literal

import polars as pl

from midspan.dashboards.phoenix import NO_CHART, is_rate, is_shown
from midspan.scorers.comparison.declared import declared
from midspan.scorers.score import Declaration

IDENTIFIER: Final = "midspan"
"""Of every annotation of ours. Phoenix keeps one for each name, step and identifier, and shows the
mean over identifiers: so versions stand in the metadata."""

Level = Literal["span", "trace", "session"]
ID: Final[Mapping[Level, str]] = {
    "span": "span_id",
    "trace": "trace_id",
    "session": "session_id",
}

TOLD: Final = ("turns", "tool_calls", "tokens", "seconds", "cost_usd")
"""Figures of a run that are told beside its outcome, as they are in no chart."""

Body = dict[str, Any]


def span_bodies(rows: pl.DataFrame, known: Mapping[str, Declaration]) -> list[Body]:
    """Return an annotation for each row of a step."""
    return [_body("span", row["span_id"], row, known) for row in rows.iter_rows(named=True)]


def trace_bodies(
    rows: pl.DataFrame, known: Mapping[str, Declaration]
) -> tuple[list[Body], dict[str, int]]:
    """Return an annotation for each row of a run that Phoenix is to have, and how many it is not.

    The figures of the run stand in the explanation of its outcome.
    """
    figures: dict[str, dict[str, float]] = {}
    shown: list[Mapping[str, Any]] = []
    for row in rows.iter_rows(named=True):
        if is_shown(declared(row["name"], known)):
            shown.append(row)
        elif row["value"] is not None:
            figures.setdefault(row["run_id"], {})[row["name"]] = row["value"]
    bodies = [
        _with_figures(_body("trace", row["trace_id"], row, known), figures.get(row["run_id"], {}))
        if row["name"] == "outcome"
        else _body("trace", row["trace_id"], row, known)
        for row in shown
    ]
    aside = len(rows) - len(shown)
    return bodies, {NO_CHART: aside} if aside else {}


def of_session(body: Body, session: str) -> Body:
    """Return an annotation of a trace as one of the session that the trace is part of."""
    return {"session_id": session} | {
        key: value for key, value in body.items() if key != "trace_id"
    }


def _body(
    level: Level, target: str, row: Mapping[str, Any], known: Mapping[str, Declaration]
) -> Body:
    value, explanation = row["value"], row["explanation"]
    if value is not None and not is_rate(declared(row["name"], known)):
        explanation = f"{value:g}" + (f": {explanation}" if explanation else "")
        value = None
    return {
        ID[level]: target,
        "name": row["name"],
        "annotator_kind": "LLM" if row["source"] == "llm" else "CODE",
        "identifier": IDENTIFIER,
        "result": {"score": value, "label": row["label"], "explanation": explanation},
        "metadata": _metadata(row),
    }


def _metadata(row: Mapping[str, Any]) -> Body:
    metadata = {"run": row["run_id"]}
    for name in ("scorer", "scorer_version", "config_hash", "numerator", "n"):
        if row[name] not in (None, ""):
            metadata[name] = row[name]
    if row["calls"] > 1:
        metadata["calls"] = row["calls"]
    return metadata


def _with_figures(body: Body, figures: Mapping[str, float]) -> Body:
    told = [f"{name} {_number(figures[name])}" for name in TOLD if name in figures]
    if told:
        said = [body["result"]["explanation"], ", ".join(told)]
        body["result"]["explanation"] = "\n".join(part for part in said if part)
    if figures:
        body["metadata"]["figures"] = dict(figures)
    return body


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.4g}"
