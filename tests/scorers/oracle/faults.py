"""The fault of a call, in plain Python; schemas are given as their verdict."""

from collections.abc import Collection, Mapping
from typing import Any


def fault(
    call: dict[str, Any],
    span: Mapping[str, Any] | None,
    offered: Collection[str] | None,
    schema_valid: bool | None,
) -> tuple[str | None, bool | None]:
    """The fault, and whether the call is a failed attempt."""
    errored = bool(
        call["executed"]
        and (
            call["error_message"] is not None
            or (span is not None and (span["status"] == "error" or span["error_type"] is not None))
        )
    )
    said_ok = span is not None and span["status"] == "ok"
    ended = call["start_ns"] is None or call["end_ns"] is not None
    nothing_known = not (ended or errored or said_ok or call["result"] is not None)
    raw = call["raw_arguments"]
    meant_as_json = call["emitted"] or (raw or "").lstrip().startswith(("{", "["))
    if meant_as_json and raw is not None and call["arguments"] is None:
        found = "model.unparseable"
    elif offered is not None and call["name"] not in offered:
        found = "model.unknown_tool"
    elif schema_valid is False:
        found = "model.bad_arguments"
    elif errored:
        found = "execution.error"
    elif call["executed"] and not nothing_known:
        found = "none"
    else:
        return None, None
    if call["executed"]:
        return found, None if nothing_known else errored
    return found, True
