"""How a step failed, as text, status and event."""

from typing import Any

from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from midspan.instrumentation import conventions
from midspan.instrumentation.encoding import clean
from midspan.pipelines.publish.spans.attributes import set_attributes
from midspan.pipelines.publish.spans.cutting import bounded, cut
from midspan.pipelines.publish.spans.recorded import as_recorded
from midspan.pipelines.publish.spans.run_marks import Row


def failure_text(row: Row) -> str | None:
    """Return how a step failed, None where nothing says it.

    >>> failure_text({"error_type": "ValueError", "error_message": "no rate"})
    'ValueError: no rate'
    """
    return ": ".join(filter(None, (row["error_type"], row["error_message"]))) or None


def set_outcome(span: Span, row: Row) -> None:
    """Set a span's status, and its events with the exception that MLflow paints it red for.

    What ended without an error is OK, said or not: MLflow counts anything else as no success.
    """
    if row["status"] == "error":
        span.status.code = Status.STATUS_CODE_ERROR
        # Without a message of its own an error is told by its type: error.type and the event.
        if row["error_message"]:
            span.status.message = cut(clean(failure_text(row) or ""))
    elif row["end_ns"] is not None:
        span.status.code = Status.STATUS_CODE_OK
    failed = row["status"] == "error"
    for event in as_recorded(row["events"]):
        attributes = event["attributes"]
        if failed and event["name"] == conventions.EXCEPTION_EVENT:
            attributes, failed = _told(attributes, row), False
        _add_event(span, event["name"], event["time_ns"], attributes)
    if failed:
        _add_event(span, conventions.EXCEPTION_EVENT, span.end_time_unix_nano, _told({}, row))


def _told(attributes: dict[str, Any], row: Row) -> dict[str, Any]:
    """Return what an exception says, its message as the tables have it.

    Some producers write the whole stack trace where the message belongs.
    """
    message, known = attributes.get(conventions.EXCEPTION_MESSAGE), row["error_message"]
    told = {conventions.EXCEPTION_TYPE: row["error_type"], **attributes}
    if known is None or known == message:
        return told
    return {conventions.EXCEPTION_STACKTRACE: message, **told, conventions.EXCEPTION_MESSAGE: known}


def _add_event(span: Span, name: str, time_ns: int, attributes: dict[str, Any]) -> None:
    event = span.events.add(name=clean(name), time_unix_nano=max(time_ns, 0))
    set_attributes(event, bounded(attributes))
