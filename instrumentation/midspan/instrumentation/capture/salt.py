"""What makes placeholders alike in one run, whichever process writes them."""

from collections.abc import Mapping
from typing import Any

from opentelemetry.trace import SpanContext, format_trace_id

from midspan.instrumentation import conventions


def salt_of(attributes: Mapping[str, Any] | None, context: SpanContext | None) -> str:
    """Return the run id of a span, else its trace id."""
    run_id = (attributes or {}).get(conventions.RUN_ID)
    if run_id is not None:
        return str(run_id)
    return format_trace_id(context.trace_id) if context else ""
