"""The tables of a workspace, column for column, and the set of them that a scorer reads.

A question mark in the comments stands for "null when": null is unknown or not applicable, never 0.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from midspan.scorers.table import Column, Table

if TYPE_CHECKING:
    from midspan.scorers.answer_judge import AnswerJudge
    from midspan.scorers.setting import Setting

STRING: Final = pl.String()
INTEGER: Final = pl.Int64()
SMALL: Final = pl.Int32()
TINY: Final = pl.Int16()
NUMBER: Final = pl.Float64()
TRUTH: Final = pl.Boolean()
STRINGS: Final = pl.List(pl.String())

KINDS: Final = pl.Enum(["agent", "llm", "tool", "chain", "retriever", "other"])
SPAN_STATUS: Final = pl.Enum(["ok", "error", "unset"])
FINISH_REASONS: Final = pl.Enum(
    ["stop", "tool_calls", "length", "content_filter", "error", "other"]
)
RUN_STATUS: Final = pl.Enum(["ok", "error", "incomplete", "missing"])
SETS: Final = pl.Enum(["regression", "capability"])
FAULTS: Final = pl.Enum(
    [
        "none",
        "model.unparseable",
        "model.unknown_tool",
        "model.bad_arguments",
        "execution.error",
        "hidden.error",
    ]
)
SOURCES: Final = pl.Enum(["code", "llm", "human"])
SCORE_STATUS: Final = pl.Enum(["ok", "not_evaluated", "failed"])

EMITTED_CALL: Final = pl.Struct(
    {"id": pl.String, "name": pl.String, "raw_arguments": pl.String, "translated": pl.Boolean}
)
CHECK: Final = pl.Struct(
    {"id": pl.String, "kind": pl.String, "passed": pl.Boolean, "detail": pl.String}
)


def _always(type_: pl.DataType) -> Column:
    return Column(type=type_)


def _maybe(type_: pl.DataType) -> Column:
    return Column(type=type_, null=True)


SPANS: Final = Table(
    name="spans",
    key=("run_id", "trace_id", "span_id"),
    columns={
        "run_id": _always(STRING),
        "trace_id": _always(STRING),
        "span_id": _always(STRING),
        "parent_id": _maybe(STRING),  # ? root
        "duplicate_of": _maybe(STRING),  # ? it counts; else the span that it repeats
        "kind": _always(KINDS),
        "name": _always(STRING),
        "agent": _maybe(STRING),  # ? none named
        "session": _maybe(STRING),
        "turn": _maybe(SMALL),  # ? not under an LLM call
        "start_ns": _always(INTEGER),
        "end_ns": _maybe(INTEGER),  # ? never ended
        "status": _always(SPAN_STATUS),
        "error_type": _maybe(STRING),  # ? no error, or none given
        "http_status": _maybe(TINY),
        "provider": _maybe(STRING),
        "request_model": _maybe(STRING),
        "response_model": _maybe(STRING),
        "response_id": _maybe(STRING),
        "finish_reason": _maybe(FINISH_REASONS),  # ? not recorded
        "input_tokens": _maybe(INTEGER),  # total, cached included; each ? not recorded
        "cache_read_tokens": _maybe(INTEGER),
        "cache_write_tokens": _maybe(INTEGER),
        "output_tokens": _maybe(INTEGER),  # reasoning included
        "reasoning_tokens": _maybe(INTEGER),
        "cost_usd": _maybe(NUMBER),  # ? none on the span
        "ttft_seconds": _maybe(NUMBER),
        "tools_digest": _maybe(STRING),  # ? offered tools not recorded
        "calls_emitted": _maybe(TINY),  # ? not an LLM span, or content not recorded
        "text_form": _maybe(STRING),  # ? no call as text
        "retry_of": _maybe(STRING),  # ? not a provider retry
        "dialect": _always(STRING),
        "notes": _always(STRINGS),
    },
)

TEXT: Final = Table(
    name="text",
    key=("run_id", "trace_id", "span_id"),
    columns={
        "run_id": _always(STRING),
        "trace_id": _always(STRING),
        "span_id": _always(STRING),
        "input": _maybe(STRING),
        "output": _maybe(STRING),
        "text": _maybe(STRING),
        "reasoning": _maybe(STRING),
        "emitted": _maybe(pl.List(EMITTED_CALL)),  # ? not an LLM span
        "error_message": _maybe(STRING),
        "attributes": _always(STRING),
        "events": _maybe(STRING),
        "resource": _maybe(STRING),  # ? not the first span of its trace
    },
)

TOOLS: Final = Table(
    name="tools",
    key=("digest", "name"),
    columns={
        "digest": _always(STRING),
        "name": _always(STRING),
        "description": _maybe(STRING),
        "schema": _maybe(STRING),  # ? names only
    },
)

RUNS: Final = Table(
    name="runs",
    key=("run_id",),
    columns={
        "run_id": _always(STRING),
        "trace_ids": _always(STRINGS),  # empty: planned, no trace
        "root_span_id": _maybe(STRING),
        "experiment": _always(STRING),
        "suite": _maybe(STRING),  # context columns ? not recorded
        "task": _maybe(STRING),
        "set": _maybe(SETS),
        "model": _maybe(STRING),
        "revision": _maybe(STRING),
        "revision_sha": _maybe(STRING),
        "tier": _maybe(STRING),
        "trial": _maybe(SMALL),
        "harness": _maybe(STRING),
        "harness_digest": _maybe(STRING),
        "session": _maybe(STRING),
        "planned": _always(TRUTH),
        "launch": _always(SMALL),
        "status": _always(RUN_STATUS),
        "start_ns": _maybe(INTEGER),
        "end_ns": _maybe(INTEGER),
        "answer": _maybe(STRING),  # ? none given
        "turns": _maybe(SMALL),
        "llm_calls": _maybe(SMALL),
        "calls": _maybe(SMALL),  # ? content not recorded
        "input_tokens": _maybe(INTEGER),  # tokens ? any counted LLM span lacks them
        "cache_read_tokens": _maybe(INTEGER),
        "cache_write_tokens": _maybe(INTEGER),
        "output_tokens": _maybe(INTEGER),
        "reasoning_tokens": _maybe(INTEGER),
        "cost_usd": _maybe(NUMBER),
        "retry_budget": _maybe(SMALL),
        "ended_by": _maybe(STRING),
        "exit_code": _maybe(SMALL),
        "checks": _maybe(pl.List(CHECK)),  # ? no result record
        "detail": _maybe(STRING),  # JSON: sampling, serve, hardware, harness
        "notes": _always(STRINGS),
    },
)

CALLS: Final = Table(
    name="calls",
    key=("run_id", "call"),
    columns={
        "run_id": _always(STRING),
        "call": _always(SMALL),
        "trace_id": _always(STRING),
        "turn": _maybe(SMALL),  # ? emission not recorded
        "position": _maybe(SMALL),  # ? emission not recorded
        "agent": _maybe(STRING),
        "call_id": _maybe(STRING),
        "name": _always(STRING),
        "arguments": _maybe(STRING),  # canonical JSON; ? not JSON or not recorded
        "raw_arguments": _maybe(STRING),  # ? not recorded
        "arguments_hash": _maybe(pl.UInt64()),
        "result": _maybe(STRING),  # ? none recorded
        "error_message": _maybe(STRING),
        "emitted": _always(TRUTH),
        "executed": _always(TRUTH),
        "failed": _maybe(TRUTH),  # ? neither ran to an end nor failed before
        "fault": _maybe(FAULTS),  # ? nothing to judge
        "fault_rule": _maybe(STRING),  # ? fault none or null
        "transient": _maybe(TRUTH),  # ? fault is none or model.*
        "signature": _maybe(STRING),  # ? no fault
        "json_valid": _maybe(TRUTH),  # ? raw arguments not recorded
        "schema_valid": _maybe(TRUTH),  # ? schema unknown, or not JSON
        "translated": _maybe(STRING),  # ? native; else the text form
        "start_ns": _maybe(INTEGER),  # ? no execution span
        "end_ns": _maybe(INTEGER),
        "span_id": _always(STRING),  # the anchor
        "emitted_span_id": _maybe(STRING),
        "tools_digest": _maybe(STRING),
        "dialect": _always(STRING),
        "notes": _always(STRINGS),
    },
)

SCORES: Final = Table(
    name="scores",
    key=("run_id", "span_id", "call", "name", "scorer"),
    columns={
        "run_id": _always(STRING),
        "span_id": _maybe(STRING),  # ? about the run
        "call": _maybe(SMALL),  # ? not about a call
        "name": _always(STRING),
        "scorer": _always(STRING),
        "trace_id": _maybe(STRING),  # ? run without a trace
        "value": _maybe(NUMBER),  # ? label only, or not ok
        "label": _maybe(STRING),
        "numerator": _maybe(NUMBER),
        "n": _maybe(INTEGER),  # what the value is out of; ? not a share or mean
        "explanation": _maybe(STRING),
        "evidence": _always(STRINGS),
        "scorer_version": _always(STRING),
        "config_hash": _always(STRING),
        "source": _always(SOURCES),
        "status": _always(SCORE_STATUS),
        "reason": _maybe(STRING),  # ? status ok
    },
)

QUARANTINE: Final = Table(
    name="quarantine",
    columns={
        "file": _always(STRING),
        "position": _always(INTEGER),  # line, or byte for protobuf
        "trace_id": _maybe(STRING),
        "span_id": _maybe(STRING),
        "reason": _always(STRING),
        "raw": _always(STRING),
    },
)

ALL: Final = {table.name: table for table in (SPANS, TEXT, TOOLS, RUNS, CALLS, SCORES, QUARANTINE)}


def _default_setting() -> "Setting":
    # Its file formats take a tenth of a second to import, which reading a table need not pay.
    from midspan.scorers.setting import default_setting

    return default_setting()


@dataclass(frozen=True, kw_only=True, eq=False)
class Tables:
    """What a scorer may read; nothing is loaded before a column of it is asked for."""

    runs: pl.LazyFrame
    calls: pl.LazyFrame
    spans: pl.LazyFrame
    text: pl.LazyFrame
    tools: pl.LazyFrame
    setting: "Setting" = field(default_factory=_default_setting)
    """What the tasks expect, and how the profile sees tools."""
    answer_judge: "AnswerJudge | None" = None
    """Judges checks of answers that no record has judged; None: nobody does."""
