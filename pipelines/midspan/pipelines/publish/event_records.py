"""Scores as log records in the form of OpenTelemetry's event `gen_ai.evaluation.result`."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import polars as pl
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, SeverityNumber

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.manifest import digest_of
from midspan.pipelines.publish.plan import Portion
from midspan.pipelines.publish.rows import added, run_rows, step_rows
from midspan.pipelines.publish.spans.attributes import set_attributes
from midspan.pipelines.publish.spans.cutting import bounded
from midspan.pipelines.publish.spans.run_marks import marks_of

EVENT: Final = "gen_ai.evaluation.result"
NAME: Final = "gen_ai.evaluation.name"
VALUE: Final = "gen_ai.evaluation.score.value"
LABEL: Final = "gen_ai.evaluation.score.label"
EXPLANATION: Final = "gen_ai.evaluation.explanation"
RECORD_ID: Final = "log.record.uid"
"""By this attribute a backend may know a record that it has already."""

_OURS: Final = {
    "midspan.scorer": "scorer",
    "midspan.scorer.version": "scorer_version",
    "midspan.config_hash": "config_hash",
    "midspan.calls": "calls",
}


class RunEvents(NamedTuple):
    """The events of one run, and a digest of all that they say."""

    run_id: str
    project: str
    records: list[LogRecord]
    digest: str


class Found(NamedTuple):
    """The events of some runs, and the score rows that are none, by reason."""

    runs: list[RunEvents]
    refused: Mapping[str, int]
    aside: Mapping[str, int]


def events_of(portion: Portion, asked: Asked) -> Found:
    """Return an event for each score of a step, and of a run on the root of its trace."""
    steps = step_rows(portion.scores, asked.known)
    of_runs = run_rows(portion.scores, asked.known)
    roots = portion.runs.select("run_id", "root_span_id")
    on_roots = of_runs.rows.drop("span_id").join(roots, on="run_id", how="left")
    on_roots = on_roots.rename({"root_span_id": "span_id"}).select(steps.rows.columns)
    ends = portion.spans.select(
        "run_id", "trace_id", "span_id", at=pl.coalesce("end_ns", "start_ns")
    )
    scores = pl.concat([steps.rows, on_roots]).join(
        ends, on=["run_id", "trace_id", "span_id"], how="left"
    )
    by_run = scores.partition_by("run_id", as_dict=True, maintain_order=True)
    runs = [
        _of_run(run, by_run[run["run_id"],])
        for run in portion.runs.iter_rows(named=True)
        if (run["run_id"],) in by_run
    ]
    return Found(
        runs=runs,
        refused=added(steps.refused, of_runs.refused),
        aside=added(steps.aside, of_runs.aside),
    )


def _of_run(run: Mapping[str, Any], scores: pl.DataFrame) -> RunEvents:
    context = marks_of(run).on_spans
    told = [(row, _said(row)) for row in scores.iter_rows(named=True)]
    records = [_record(row, {**context, **said}, run["start_ns"]) for row, said in told]
    where = [[row["trace_id"], row["span_id"], said] for row, said in told]
    return RunEvents(run["run_id"], run["project"], records, digest_of(where))


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        NAME: row["name"],
        VALUE: row["value"],
        LABEL: row["label"],
        EXPLANATION: row["explanation"],
        **{name: row[column] for name, column in _OURS.items()},
    }


def _record(row: Mapping[str, Any], said: Mapping[str, Any], began_ns: int | None) -> LogRecord:
    record = LogRecord(
        event_name=EVENT,
        # When the step ended: its score stands beside it, whenever it was given.
        time_unix_nano=row["at"] or began_ns or 0,
        severity_number=SeverityNumber.SEVERITY_NUMBER_INFO,
        trace_id=bytes.fromhex(row["trace_id"]),
        span_id=bytes.fromhex(row["span_id"] or ""),
    )
    set_attributes(record, bounded({**said, RECORD_ID: _id(row, said)}))
    return record


def _id(row: Mapping[str, Any], said: Mapping[str, Any]) -> str:
    """Return an id that is the same whenever the same is said of the same step."""
    text = digest_of([row["run_id"], row["trace_id"], row["span_id"], dict(said)])
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
