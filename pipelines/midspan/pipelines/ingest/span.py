"""A normalised span: what every dialect is turned into before runs are put together."""

from typing import Any

import msgspec


class Emitted(msgspec.Struct, array_like=True, gc=False):
    """A tool call as the model emitted it."""

    id: str | None
    name: str
    raw_arguments: str | None
    translated: bool = False

    def fields(self) -> dict[str, Any]:
        """Return the fields by name, as the text table has them."""
        return {name: getattr(self, name) for name in self.__struct_fields__}


class Tool(msgspec.Struct, array_like=True, frozen=True, order=True):
    """A tool that was offered to the model."""

    name: str
    description: str | None = None
    schema: str | None = None


class Span(msgspec.Struct, array_like=True, gc=False, kw_only=True):
    """One span, normalised; what was not recorded is None.

    `launch` comes from the name of a spool file, `context` from `midspan.*` attributes; `source` is
    the file's number within one ingest, or -1 for a span that the workspace holds already;
    `logged` if log records were applied to it; `outside` if the recording proxy saw it, and not
    the agent.
    """

    trace_id: str
    span_id: str
    parent_id: str | None
    kind: str
    name: str
    start_ns: int
    end_ns: int | None
    status: str
    dialect: str
    agent: str | None = None
    session: str | None = None
    error_type: str | None = None
    error_message: str | None = None
    http_status: int | None = None
    provider: str | None = None
    request_model: str | None = None
    response_model: str | None = None
    response_id: str | None = None
    finish_reason: str | None = None
    input_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    cost_usd: float | None = None
    ttft_seconds: float | None = None
    tools: tuple[Tool, ...] | None = None
    text_form: str | None = None
    input: str | None = None
    output: str | None = None
    text: str | None = None
    reasoning: str | None = None
    emitted: list[Emitted] | None = None
    tool_name: str | None = None
    call_id: str | None = None
    attributes: str = "{}"
    events: str | None = None
    resource: str | None = None
    notes: list[str] = []
    context: dict[str, Any] = {}
    launch: int = 0
    source: int = -1
    logged: bool = False
    outside: bool = False


SpanKey = tuple[str, str]
"""Trace id and span id: span ids alone may repeat across traces."""


def key_of(span: Span) -> SpanKey:
    """Return what names a span within its run."""
    return (span.trace_id, span.span_id)
