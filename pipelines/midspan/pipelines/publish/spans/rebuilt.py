"""Golden spans, made from the tables, whatever dialect the spans came in."""

from collections.abc import Container, Iterator
from importlib.metadata import version
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import polars as pl
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from midspan.instrumentation import conventions
from midspan.pipelines.publish.otlp import Piece
from midspan.pipelines.publish.plan import Portion
from midspan.pipelines.publish.span_server import Key
from midspan.pipelines.publish.spans.attributes import set_attributes
from midspan.pipelines.publish.spans.carried import carried, with_recorded_metadata
from midspan.pipelines.publish.spans.cutting import bounded
from midspan.pipelines.publish.spans.failures import set_outcome
from midspan.pipelines.publish.spans.kept import KEY, kept
from midspan.pipelines.publish.spans.model_calls import model_call
from midspan.pipelines.publish.spans.offered import Definitions
from midspan.pipelines.publish.spans.other_steps import other_step
from midspan.pipelines.publish.spans.recorded import as_recorded
from midspan.pipelines.publish.spans.run_marks import Attributes, Row, RunMarks, marks_of
from midspan.pipelines.publish.spans.tool_calls import Executions, tool_call

SCOPE: Final = "midspan.publish"
DIALECT: Final = "midspan.dialect"
NOTES: Final = "midspan.notes"
NAME: Final = "midspan.name"
"""The span's own name, where a golden one stands in its place."""

REPEATS: Final = "midspan.duplicate_of"

KINDS: Final = {
    "agent": ("AGENT", "AGENT"),
    "llm": ("LLM", "CHAT_MODEL"),
    "tool": ("TOOL", "TOOL"),
    "chain": ("CHAIN", "CHAIN"),
    "retriever": ("RETRIEVER", "RETRIEVER"),
    "other": ("UNKNOWN", "UNKNOWN"),
}
"""What Phoenix and MLflow call a kind."""


def rebuilt(portion: Portion, *, wanted: Container[Key] | None = None) -> Iterator[Piece]:
    """Yield the spans of some runs, in the order of the tables; of those `wanted`, if told.

    A span keeps its ids and times. One that only repeats another is left out; where others hang
    under it, it is a step of a chain, so that servers count each call once, as the tables do.
    """
    spans = kept(portion.spans)
    if wanted is not None:
        keys = spans.select("trace_id", "span_id").iter_rows()
        spans = spans.filter(pl.Series([key in wanted for key in keys], dtype=pl.Boolean))
    if spans.is_empty():
        return
    of_runs = pl.col("run_id").is_in(spans["run_id"].unique().implode())
    text = portion.text.filter(of_runs).collect()
    rows = spans.join(text, on=KEY, how="left", maintain_order="left")
    runs = {run["run_id"]: run for run in portion.runs.iter_rows(named=True)}
    resources = _resources(text)
    executions = Executions(portion.calls.filter(of_runs), text)
    definitions = Definitions(portion.tools)
    scope = InstrumentationScope(name=SCOPE, version=version("midspan"))
    agents = _agents(portion.spans)
    last = _last_known(portion.spans)
    for run_id, group in groupby(rows.iter_rows(named=True), key=itemgetter("run_id")):
        run = runs[run_id]
        marks = marks_of(run)
        for row in group:
            place = (run_id, row["trace_id"], row["span_id"])
            above = (run_id, row["trace_id"], row["parent_id"])
            yield Piece(
                run["project"],
                resources.get(row["trace_id"], Resource()),
                scope,
                _span(
                    row,
                    marks,
                    call=executions.of(row),
                    definitions=definitions,
                    names_agent=row["agent"] != agents.get(above),
                    ends=row["end_ns"] or last[place],
                ),
            )


def _span(
    row: Row,
    marks: RunMarks,
    *,
    call: Row | None,
    definitions: Definitions,
    names_agent: bool,
    ends: int,
) -> Span:
    repeats = row["duplicate_of"] is not None
    kind = "chain" if repeats and row["kind"] in ("llm", "tool") else row["kind"]
    attributes, name = _of_kind(row, kind, marks, call, definitions)
    if names_agent or kind == "agent":
        attributes[conventions.AGENT_NAME] = row["agent"]
    span = Span(
        trace_id=bytes.fromhex(row["trace_id"]),
        span_id=bytes.fromhex(row["span_id"]),
        parent_span_id=bytes.fromhex(row["parent_id"] or ""),
        name=name,
        kind=Span.SPAN_KIND_CLIENT if kind == "llm" else Span.SPAN_KIND_INTERNAL,
        start_time_unix_nano=row["start_ns"],
        end_time_unix_nano=ends,
    )
    set_outcome(span, row)
    before = carried(row)
    own: Attributes = {
        DIALECT: before.get(DIALECT, row["dialect"]),
        NAME: before.get(NAME, row["name"] if name != row["name"] else None),
        NOTES: row["notes"] or None,
        REPEATS: row["duplicate_of"],
        conventions.PROVIDER_NAME: row["provider"],
        conventions.ERROR_TYPE: row["error_type"],
        conventions.HTTP_STATUS: row["http_status"],
    }
    phoenix, mlflow = KINDS[kind]
    kinds = {conventions.SPAN_KIND: phoenix, conventions.SPAN_TYPE: mlflow}
    context = {
        **marks.on_spans,
        conventions.METADATA: with_recorded_metadata(row, marks.on_spans[conventions.METADATA]),
    }
    tags = marks.on_roots if row["parent_id"] is None else {}
    set_attributes(span, bounded({**before, **own, **attributes, **kinds, **context, **tags}))
    return span


def _of_kind(
    row: Row, kind: str, marks: RunMarks, call: Row | None, definitions: Definitions
) -> tuple[Attributes, str]:
    """Return the attributes and the name of a span."""
    if kind == "llm":
        model = row["request_model"] or row["response_model"]
        return model_call(
            row, definitions.of(row["tools_digest"])
        ), f"chat {model}" if model else "chat"
    if kind == "tool":
        tool = call["name"] if call is not None else row["name"]
        known = definitions.one(row["tools_digest"], tool)
        return tool_call(row, call, tool, known), f"execute_tool {tool}"
    attributes = other_step(row, is_root=row["span_id"] == marks.root_span_id, answer=marks.answer)
    named = kind == "agent" and row["agent"]
    return attributes, f"invoke_agent {row['agent']}" if named else row["name"]


def _resources(text: pl.DataFrame) -> dict[str, Resource]:
    """Return the resource of each trace: the service alone, since MLflow makes tags of the rest."""
    known = text.filter(pl.col("resource").is_not_null()).select("trace_id", "resource")
    resources = {}
    for trace, recorded in known.iter_rows():
        service = as_recorded(recorded).get(conventions.SERVICE_NAME)
        resources[trace] = Resource()
        set_attributes(resources[trace], {conventions.SERVICE_NAME: service})
    return resources


def _agents(spans: pl.DataFrame) -> dict[tuple[Any, ...], str]:
    rows = spans.filter(pl.col("agent").is_not_null())
    return {row[:3]: row[3] for row in rows.select("run_id", "trace_id", "span_id", "agent").rows()}


def _last_known(spans: pl.DataFrame) -> dict[tuple[Any, ...], int]:
    """Return for spans that never ended the last that is known of their trace: servers need one."""
    open_ = spans.filter(pl.col("end_ns").is_null())
    if open_.is_empty():
        return {}
    latest = pl.max_horizontal(pl.col("end_ns").max(), pl.col("start_ns").max())
    ends = spans.group_by("run_id", "trace_id").agg(latest.alias("latest"))
    rows = open_.join(ends, on=["run_id", "trace_id"], how="left")
    return {
        row[:3]: row[3] for row in rows.select("run_id", "trace_id", "span_id", "latest").rows()
    }
