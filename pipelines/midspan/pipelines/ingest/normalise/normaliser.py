"""Turns a raw span into a normalised one: what all have in common here, the rest by dialect."""

import re
from functools import lru_cache
from typing import Any, Final

from midspan.instrumentation import conventions
from midspan.instrumentation.run_context import normalised_run_id
from midspan.pipelines.ingest.content.document import encode, some_text
from midspan.pipelines.ingest.normalise.claims import claiming
from midspan.pipelines.ingest.normalise.dialects import KIND_ORDER
from midspan.pipelines.ingest.normalise.fields import Fields
from midspan.pipelines.ingest.normalise.numbers import LARGEST, whole_number
from midspan.pipelines.ingest.normalise.source import Source, note_lost_call, put_note
from midspan.pipelines.ingest.raw import RawSpan
from midspan.pipelines.ingest.span import Span

CONTEXT: Final = {
    conventions.RUN_ID: "run_id",
    conventions.EXPERIMENT: "experiment",
    conventions.TASK: "task",
    conventions.MODEL: "model",
    conventions.REVISION: "revision",
    conventions.TIER: "tier",
    conventions.TRIAL: "trial",
    conventions.HARNESS: "harness",
}
"""Attribute -> field of the run that it sets."""

LARGEST_TRIAL: Final = 2**31 - 1
TRIAL: Final = re.compile(r"[0-9]{1,10}")
TRACE_DIGITS, SPAN_DIGITS = 32, 16
NO_PARENT: Final = {"", "0" * SPAN_DIGITS}
"""How exporters write that a span is a root."""

_KIND_RANK: Final = {dialect.NAME: rank for rank, dialect in enumerate(KIND_ORDER)}
_HEX: Final = re.compile("[0-9a-fA-F]+").fullmatch
_COMMON: Final = Fields(
    text={
        "session": (conventions.CONVERSATION_ID, "session.id"),
        "error_type": (conventions.ERROR_TYPE,),
    }
)
_run_id: Final = lru_cache(maxsize=1024)(normalised_run_id)

TOOL_NAME_ENDINGS: Final = (".tool", ".run", ".arun", ".__call__", ".acall")
TOOL_NAME_BEGINNINGS: Final = ("execute_tool ", "running tool: ", "Tool: ", "tools/call ")


class Unusable(ValueError):
    """A span that cannot stand in any table; the message says why."""


def normalise(raw: RawSpan) -> Span:
    """Return the normalised span, or raise `Unusable`; content alone never makes it unusable."""
    source = Source(raw)
    span = Span(
        trace_id=_hex_id(raw.trace_id, TRACE_DIGITS, "trace id"),
        span_id=_hex_id(raw.span_id, SPAN_DIGITS, "span id"),
        parent_id=_parent(raw),
        kind="other",
        name=raw.name,
        start_ns=_start(raw),
        end_ns=raw.end_ns if 0 < raw.end_ns <= LARGEST else None,
        status=raw.status,
        dialect="other",
        notes=[],
        context=_context(source, raw.resource),
        resource=encode(raw.resource),
    )
    _COMMON.fill(span, source)
    if source.take(conventions.TRUNCATED):
        put_note(span, "truncated")
    _times(span)
    _errors(span, raw, source)
    _dialects(span, source)
    if span.kind == "tool" and span.tool_name is None:
        span.tool_name = _tool_name(raw.name)
    note_lost_call(span)
    if source.events:
        span.events = encode(
            [
                {"name": e.name, "time_ns": e.time_ns, "attributes": e.attributes}
                for e in source.events
            ]
        )
    if source.attributes:
        span.attributes = encode(source.attributes)
    return span


def _dialects(span: Span, source: Source) -> None:
    """Let the dialects that know the span say its kind and fill its fields, in their orders."""
    dialects = claiming(source)
    told = [(dialect.NAME, kind) for dialect in dialects if (kind := dialect.kind(source))]
    if told:  # the first to fill fields of those that know what the span is
        span.dialect = told[0][0]
        span.kind = min(told, key=lambda each: _KIND_RANK[each[0]])[1]
    elif dialects:
        span.dialect = dialects[0].NAME
    for dialect in dialects:
        dialect.read(span, source)


def _hex_id(text: str, length: int, what: str) -> str:
    if len(text) == length and _HEX(text) and text.strip("0"):
        return text.lower()
    if not text.strip("0"):
        raise Unusable(f"{what} is {'all zeros' if text else 'missing'}")
    raise Unusable(f"{what} is not {length} hex digits: {text[:40]!r}")


def _parent(raw: RawSpan) -> str | None:
    if raw.parent_id is None or raw.parent_id in NO_PARENT:
        return None
    return _hex_id(raw.parent_id, SPAN_DIGITS, "parent id")


def _start(raw: RawSpan) -> int:
    if not 0 < raw.start_ns <= LARGEST:
        raise Unusable(f"start time is missing or out of range: {raw.start_ns}")
    return raw.start_ns


def _times(span: Span) -> None:
    if span.end_ns is None:
        span.notes.append("unended")
    elif span.end_ns < span.start_ns:
        span.end_ns = span.start_ns
        span.notes.append("clock_skew")


def _errors(span: Span, raw: RawSpan, source: Source) -> None:
    raised = [event for event in raw.events if event.name == conventions.EXCEPTION_EVENT]
    if raised:
        details = raised[0].attributes
        span.error_type = span.error_type or some_text(details.get(conventions.EXCEPTION_TYPE))
        span.error_message = some_text(details.get(conventions.EXCEPTION_MESSAGE))
    if span.status == "error":
        span.error_message = span.error_message or raw.status_message or None
    status = whole_number(source.peek(conventions.HTTP_STATUS))
    if status is not None and 100 <= status <= 599:
        span.http_status = status
        source.take(conventions.HTTP_STATUS)


def _context(source: Source, resource: dict[str, Any]) -> dict[str, Any]:
    """Return the run context; values that cannot be meant stay among the attributes."""
    found: dict[str, Any] = {}
    if not source.has_family("midspan") and CONTEXT.keys().isdisjoint(resource):
        return found
    for attribute, name in CONTEXT.items():
        if attribute in source:
            found[name] = context_value(name, source.peek(attribute))
            if found[name] is not None:
                source.take(attribute)
        if found.get(name) is None and attribute in resource:
            found[name] = context_value(name, resource[attribute])
    return {name: value for name, value in found.items() if value is not None}


def context_value(name: str, value: Any) -> Any:
    """Return a value for a field of run context, or None where it cannot be one."""
    if name == "trial":
        digits = str(value)
        usable = TRIAL.fullmatch(digits) and int(digits) <= LARGEST_TRIAL
        return int(digits) if usable else None
    text = some_text(value)
    return _run_id(text) if name == "run_id" and text else text


def _tool_name(name: str) -> str:
    """Return the tool's name in a span's name."""
    for beginning in TOOL_NAME_BEGINNINGS:
        name = name.removeprefix(beginning)
    for ending in TOOL_NAME_ENDINGS:
        name = name.removesuffix(ending)
    return name
