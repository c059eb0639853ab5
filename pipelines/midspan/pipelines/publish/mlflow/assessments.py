"""What a trace is to have: its assessments, how its list shows it, and what pairs it."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from midspan.dashboards import mlflow as layout
from midspan.scorers.comparison.declared import declared
from midspan.scorers.score import Declaration

SOURCE_RUN: Final = "mlflow.assessment.sourceRunId"
OURS: Final = "midspan.run"
"""Stands in the metadata of every assessment that we made, and of no other."""

SOURCES: Final = {"code": "CODE", "llm": "LLM_JUDGE"}

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How a trace is to be in MLflow, as far as we say so."""

    trace: str
    """The trace's id there: `tr-` and 32 hex digits."""

    run: str
    """The run of ours that it is of."""

    start_ms: int
    end_ms: int
    state: str | None
    """OK or ERROR; None where the root is not recorded."""

    session: str | None = None
    request: str | None = None
    response: str | None = None
    tokens: Mapping[str, int] = field(default_factory=dict)
    """As MLflow names them; empty where none are recorded."""

    assessments: Mapping[str, Json] = field(default_factory=dict)
    """By id, without times and without what people may have changed."""

    def content(self) -> list[Any]:
        """Return everything that is wished for, as JSON."""
        times = [self.trace, self.start_ms, self.end_ms, self.state]
        shown = [self.session, self.request, self.response, dict(self.tokens)]
        return [*times, *shown, list(self.assessments.values())]


def assessments(
    trace: str, rows: Sequence[Json], source_run: str, known: Mapping[str, Declaration]
) -> Iterator[tuple[str, Json]]:
    """Yield the assessments that the score rows of a trace come to, each with its id."""
    for row in rows:
        span = row["span_id"]
        what = declared(row["name"], known)
        given = layout.feedback(what, row["value"], row["label"], step=span is not None)
        for place, (name, value) in enumerate(given):
            number = assessment_id(row["run_id"], trace, span, name)
            one: Json = {
                "assessment_id": number,
                "trace_id": trace,
                "assessment_name": name,
                "source": {"source_type": SOURCES[row["source"]], "source_id": row["scorer"]},
                "feedback": {"value": value},
                "metadata": {SOURCE_RUN: source_run, OURS: row["run_id"]},
            }
            if span is not None:
                one["span_id"] = span
            # What follows the first says the same in another way, and need not be explained again.
            if place == 0:
                one["metadata"] |= _told_beside(row)
                if said := layout.rationale(value, row["label"], row["explanation"]):
                    one["rationale"] = said
            yield number, one


def assessment_id(run: str, trace: str, span: str | None, name: str) -> str:
    """Return an id that is the same each time, so that publishing again finds what it made."""
    text = "\0".join((run, trace, span or "", name))
    return f"a-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _told_beside(row: Json) -> dict[str, str]:
    """Return what is told beside a value; MLflow keeps words only."""
    told = {
        "scorer_version": row["scorer_version"],
        "config_hash": row["config_hash"],
        "label": row["label"],
        "numerator": row["numerator"],
        "n": row["n"],
        "calls": row["calls"] if row["calls"] > 1 else None,
    }
    return {name: _word(value) for name, value in told.items() if value not in (None, "")}


def _word(value: str | float) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
