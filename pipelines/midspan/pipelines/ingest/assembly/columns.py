"""Columns of the tables, from a run that is put together."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

import msgspec

from midspan.pipelines.ingest.assembly.calls import Call
from midspan.pipelines.ingest.assembly.joins import joins_of
from midspan.pipelines.ingest.assembly.shared_fields import SUMMED_FIELDS
from midspan.pipelines.ingest.assembly.structure import Structure
from midspan.pipelines.ingest.span import Emitted, Span, SpanKey, Tool, key_of
from midspan.pipelines.ingest.stored import JOINS
from midspan.scorers.canonical import arguments_hash
from midspan.scorers.tables import SPANS, TEXT

Columns = dict[str, list[Any]]
Getters = Mapping[str, Callable[[Any], Any]]

LARGEST_EMISSION: Final = 2**15 - 1
"""What the column of emitted calls can hold; a model that loops may emit more."""

_OF_SPANS_ALONE: Final = frozenset({"orphan", "unended", "clock_skew"})
"""Notes that say nothing of a call."""


def _getters(names: Iterable[str]) -> Getters:
    return {name: attrgetter(name) for name in names}


_FIELDS: Final = frozenset(Span.__struct_fields__)
_SPAN: Final = _getters(name for name in SPANS.schema if name in _FIELDS)
_TEXT: Final = _getters(name for name in TEXT.schema if name in _FIELDS)
_TOOL: Final = _getters(("name", "description", "schema"))
_CALL: Final = _getters(("turn", "position", "name", "raw_arguments", "result", "executed"))


@dataclass(frozen=True, slots=True, kw_only=True)
class AssembledRun:
    """A run put together; `received` are its spans as they were before."""

    run_id: str
    structure: Structure
    calls: list[Call]
    received: dict[SpanKey, Span]


@lru_cache(maxsize=4096)
def tools_digest(tools: tuple[Tool, ...]) -> str:
    """Return the digest of a set of tools offered together."""
    return hashlib.blake2b(msgspec.json.encode(tools), digest_size=8).hexdigest()


def tool_columns(tools: tuple[Tool, ...]) -> Columns:
    """Return the columns of the tools table for one set."""
    return {"digest": [tools_digest(tools)] * len(tools)} | _plain(_TOOL, tools)


def span_columns(run: AssembledRun) -> Columns:
    """Return the columns of the spans table; tokens of a span that repeats another are null."""
    nodes = run.structure.nodes
    spans = [node.span for node in nodes]
    columns = _plain(_SPAN, spans)
    for row, node in enumerate(nodes):
        if not node.counts:
            for name in SUMMED_FIELDS:
                columns[name][row] = None
    return columns | {
        "run_id": [run.run_id] * len(nodes),
        "duplicate_of": [node.repeats and node.repeats.span.span_id for node in nodes],
        "agent": [node.agent for node in nodes],
        "turn": [node.turn for node in nodes],
        "tools_digest": _each(tools_digest, (span.tools for span in spans)),
        "calls_emitted": _each(_emission_size, (span.emitted for span in spans)),
        "retry_of": [node.retries and node.retries.span.span_id for node in nodes],
    }


def text_columns(run: AssembledRun) -> Columns:
    """Return the columns of the text table, with the private one."""
    nodes = run.structure.nodes
    spans = [node.span for node in nodes]
    return _plain(_TEXT, spans) | {
        "run_id": [run.run_id] * len(nodes),
        "emitted": _each(_emission, (span.emitted for span in spans)),
        "resource": _once_a_trace(spans),
        JOINS: [
            joins_of(node.span, run.received[key_of(node.span)], counts=node.counts)
            for node in nodes
        ],
    }


def call_columns(run: AssembledRun) -> Columns:
    """Return the columns of the calls table but those that are derived from these."""
    calls = run.calls
    anchors = [call.anchor for call in calls]
    executions = [call.execution and call.execution.span for call in calls]
    emitters = [call.emitted_by and call.emitted_by.span for call in calls]
    arguments = [call.canonical() for call in calls]
    return _plain(_CALL, calls) | {
        "run_id": [run.run_id] * len(calls),
        "call": list(range(len(calls))),
        "trace_id": [anchor.span.trace_id for anchor in anchors],
        "agent": [anchor.agent for anchor in anchors],
        "call_id": [call.id for call in calls],
        "arguments": arguments,
        "arguments_hash": _each(arguments_hash, arguments),
        "error_message": [span and span.error_message for span in executions],
        "emitted": [call.emission is not None for call in calls],
        "translated": [span and span.text_form for span in emitters],
        "start_ns": [span and span.start_ns for span in executions],
        "end_ns": [span and span.end_ns for span in executions],
        "span_id": [anchor.span.span_id for anchor in anchors],
        "emitted_span_id": [span and span.span_id for span in emitters],
        "tools_digest": _each(tools_digest, (_offered(call) for call in calls)),
        "dialect": [anchor.span.dialect for anchor in anchors],
        "notes": [_notes(call) for call in calls],
    }


def _plain(getters: Getters, items: Sequence[Any]) -> Columns:
    return {name: list(map(getter, items)) for name, getter in getters.items()}


def _each(function: Callable[[Any], Any], values: Iterable[Any]) -> list[Any]:
    return [None if value is None else function(value) for value in values]


def _emission_size(calls: Sequence[Emitted]) -> int:
    return min(len(calls), LARGEST_EMISSION)


def _emission(calls: Sequence[Emitted]) -> list[dict[str, Any]]:
    return [msgspec.structs.asdict(call) for call in calls]


def _once_a_trace(spans: Sequence[Span]) -> list[str | None]:
    """Return what sent each span, once a trace."""
    first = {span.trace_id: span for span in reversed(spans)}
    return [span.resource if first[span.trace_id] is span else None for span in spans]


def _offered(call: Call) -> tuple[Tool, ...] | None:
    return (call.emitted_by or call.anchor).span.tools


def _notes(call: Call) -> list[str]:
    notes = {*call.anchor.span.notes}
    if call.emitted_by is not None:
        notes.update(call.emitted_by.span.notes)
    if call.told is not None:
        notes.update(["rebuilt", "positional"] if call.told.positional else ["rebuilt"])
    return sorted(notes - _OF_SPANS_ALONE) if notes else []
