"""Calls for tests of faults, and what is said of one of them."""

from typing import Any

from midspan.scorers.faults import FAULT_COLUMNS
from midspan.scorers.tables import SPANS
from tests.scorers.builders import Row, judged, spans, tools

SCHEMA = (
    '{"type": "object", "properties": {"order_id": {"type": "string"}, "unit": {"enum": ["EUR"]}},'
    ' "required": ["order_id"], "additionalProperties": false}'
)
OFFERED = tools({"name": "look", "schema": SCHEMA}, {"name": "think"})
LOOK = {"raw_arguments": '{"order_id": "ORD-7"}', "tools_digest": "d"}
NOT_JSON = {"raw_arguments": '{"order_id": ', "tools_digest": "d"}
BAD = {"raw_arguments": '{"order_id": 7}', "tools_digest": "d"}
UNKNOWN = {"name": "find", "raw_arguments": "{}", "tools_digest": "d"}
SPAN_FAILED = {"status": "error", "error_type": "ValueError"}


def verdict(call: Row, span: Row | None = None) -> dict[str, Any]:
    """What is said of one call that has at most one span."""
    recorded = spans(span) if span is not None else SPANS.empty()
    return judged(call, spans=recorded, tools=OFFERED).select(FAULT_COLUMNS).row(0, named=True)
