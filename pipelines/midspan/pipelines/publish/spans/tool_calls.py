"""The attributes of a tool's execution, and which call it is."""

from typing import Final

import polars as pl

from midspan.instrumentation import conventions
from midspan.pipelines.ingest.content import parse
from midspan.pipelines.publish.spans.failures import failure_text
from midspan.pipelines.publish.spans.run_marks import Attributes, Row

TOOL_SCHEMA: Final = "tool.json_schema"
TOOL_DESCRIPTION: Final = "tool.description"
"""OpenInference's names for what a tool is, where its own span says it."""


def tool_call(row: Row, call: Row | None, name: str, tool: Row | None) -> Attributes:
    """Return the attributes of a tool span.

    `call` is its row in the table of calls, `tool` the definition that the span carries itself.
    """
    arguments = _arguments(row, call)
    attributes: Attributes = {
        conventions.OPERATION_NAME: "execute_tool",
        conventions.TOOL_NAME: name,
        conventions.TOOL_TYPE: "function",
        conventions.TOOL_CALL_ID: call["call_id"] if call is not None else None,
        conventions.TOOL_CALL_ARGUMENTS: arguments,
        conventions.INPUT_VALUE: arguments,
    }
    if tool is not None:
        attributes |= {TOOL_SCHEMA: tool["schema"], TOOL_DESCRIPTION: tool["description"]}
    if arguments is not None and parse(arguments) is not None:
        attributes[conventions.INPUT_MIME_TYPE] = conventions.JSON_MIME_TYPE
    result = row["output"]
    if result is None and call is not None:
        result = call["result"]
    if row["status"] == "error":
        # There is no result to show: both servers show this instead.
        attributes[conventions.OUTPUT_VALUE] = failure_text(row) if result is None else result
    else:
        attributes[conventions.TOOL_CALL_RESULT] = result
    return attributes


class Executions:
    """The calls of some runs that have a span of their execution."""

    def __init__(self, calls: pl.LazyFrame, text: pl.DataFrame) -> None:
        """Look them up by that span; ids that the table of calls leaves out, as emitted."""
        executed = calls.filter(pl.col("start_ns").is_not_null()).collect()
        self._calls = {
            (row["run_id"], row["trace_id"], row["span_id"]): row
            for row in executed.iter_rows(named=True)
        }
        unnamed = executed.filter(pl.col("call_id").is_null() & pl.col("emitted"))
        emitters = unnamed.select("run_id", span_id="emitted_span_id").unique()
        found = text.join(emitters, on=["run_id", "span_id"], how="semi")
        self._emitted = {
            row[:2]: row[2] for row in found.select("run_id", "span_id", "emitted").rows()
        }

    def of(self, row: Row) -> Row | None:
        """Return the call that a span executes."""
        call = self._calls.get((row["run_id"], row["trace_id"], row["span_id"]))
        if call is None or call["call_id"] is not None:
            return call
        emitted = self._emitted.get((row["run_id"], call["emitted_span_id"])) or ()
        at = call["position"]
        known = emitted[at]["id"] if at is not None and at < len(emitted) else None
        return {**call, "call_id": known}


def _arguments(row: Row, call: Row | None) -> str | None:
    """Return what the tool was called with, as JSON where it can be read as that."""
    shown: str | None = row["input"]
    if call is None or (shown is not None and parse(shown) is not None):
        return shown
    if shown is None:
        return None if call["raw_arguments"] is None else str(call["raw_arguments"])
    return shown if call["arguments"] is None else str(call["arguments"])
