"""What a stored trace lacks of what is wished for, and whether it has it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from midspan.pipelines.publish.mlflow.assessments import OURS, Json, Wish

SESSION: Final = "mlflow.trace.session"
TOKENS: Final = "mlflow.trace.tokenUsage"
_COMPARED: Final = ("assessment_name", "span_id", "source", "feedback", "rationale", "metadata")


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a trace lacks of what is wished for: requests that bring it there."""

    trace_info: Json | None
    """The body of the one request that brings most of it; None where it would bring nothing."""

    new: Sequence[Json] = ()
    changed: Sequence[Json] = ()
    overridden: Sequence[Json] = ()
    """Changed ones that a person has overridden: the one request would undo that."""

    stale: Sequence[str] = ()
    """Ids of assessments of ours that are wished for no more."""


def change(wish: Wish, stored: Json, *, now_ms: int) -> Change:
    """Return what makes a stored trace as it is wished for; people's assessments stay."""
    there = {one["assessment_id"]: one for one in stored.get("assessments", ())}
    new: list[Json] = []
    changed: list[Json] = []
    overridden: list[Json] = []
    for number, one in wish.assessments.items():
        before = there.get(number)
        if before is None:
            new.append(_timed(one, wish.end_ms, wish.end_ms))
        elif not same(one, before):
            timed = _timed(one, milliseconds(before["create_time"]), now_ms)
            (changed if before.get("valid", True) else overridden).append(timed)
    stale = [number for number, one in there.items() if is_ours(one) and _gone(number, wish)]
    info = trace_info(wish, stored)
    is_there = not (new or changed) and _is_shown(info, stored)
    return Change(
        trace_info=None if is_there else {**info, "assessments": [*new, *changed]},
        new=new,
        changed=changed,
        overridden=overridden,
        stale=stale,
    )


def is_as_wished(wish: Wish, stored: Json) -> bool:
    """Return whether a stored trace is all that is wished for."""
    return has_assessments(wish, stored) and shows(wish, stored)


def shows(wish: Wish, stored: Json) -> bool:
    """Return whether a stored trace shows what is wished for, its assessments aside."""
    return _is_shown(trace_info(wish, stored), stored)


def has_assessments(wish: Wish, stored: Json) -> bool:
    """Return whether a stored trace has the assessments that are wished for, and no stale one."""
    there = {one["assessment_id"]: one for one in stored.get("assessments", ())}
    return all(
        number in there and same(one, there[number]) for number, one in wish.assessments.items()
    ) and not any(is_ours(one) and _gone(number, wish) for number, one in there.items())


def same(wanted: Json, stored: Json) -> bool:
    """Return whether a stored assessment says what is wanted."""
    return all(_told(wanted, name) == _told(stored, name) for name in _COMPARED)


def blanked(wanted: Json, stored: Json) -> Json:
    """Return an assessment for a request that adds metadata and takes none away."""
    gone = dict.fromkeys(stored.get("metadata", {}), "")
    return {**wanted, "metadata": gone | wanted["metadata"]}


def _told(one: Json, name: str) -> Any:
    value = one.get(name)
    if name == "metadata":
        return {key: word for key, word in (value or {}).items() if word != ""}
    return value


def is_ours(stored: Json) -> bool:
    """Return whether an assessment is one that we made."""
    by_people = stored.get("source", {}).get("source_type") == "HUMAN"
    return not by_people and OURS in stored.get("metadata", {})


def _gone(number: str, wish: Wish) -> bool:
    return number not in wish.assessments


def _timed(one: Json, created_ms: int, updated_ms: int) -> Json:
    times = {"create_time": iso(created_ms), "last_update_time": iso(updated_ms)}
    return {**one, **times, "valid": True}


def trace_info(wish: Wish, stored: Json) -> Json:
    """Return a trace's own fields: what is wished for, and of the rest what is stored.

    What is left out stays; times and state do not, and a trace that has been written to in this way
    is not brought up to date by spans that come later. So all of it is given as the spans say.
    """
    start = milliseconds(stored["request_time"])
    end = start + duration_ms(stored.get("execution_duration"))
    start, end = min(start, wish.start_ms), max(end, wish.end_ms)
    info: Json = {
        "trace_id": wish.trace,
        "trace_location": stored["trace_location"],
        "request_time": iso(start),
        "execution_duration": f"{(end - start) / 1000:.3f}s",
        "state": wish.state or stored.get("state", "STATE_UNSPECIFIED"),
    }
    if stored.get("client_request_id"):
        info["client_request_id"] = stored["client_request_id"]
    info["trace_metadata"] = {SESSION: wish.session} if wish.session else {}
    counted = _tokens(stored)
    if any(counted.get(name, 0) != number for name, number in wish.tokens.items()):
        info["trace_metadata"][TOKENS] = json.dumps(dict(wish.tokens))
    if wish.request:
        info["request_preview"] = wish.request
    if wish.response:
        info["response_preview"] = wish.response
    return info | {
        name: stored[name]
        for name in ("request_preview", "response_preview")
        if name not in info and name in stored
    }


def _is_shown(info: Json, stored: Json) -> bool:
    """Return whether a trace shows already what it is to show, its assessments aside."""
    return (
        TOKENS not in info["trace_metadata"]
        and all(
            told(info) == told(stored)
            for told in (
                lambda one: milliseconds(one["request_time"]),
                lambda one: duration_ms(one.get("execution_duration")),
                lambda one: one.get("state"),
                lambda one: one.get("request_preview"),
                lambda one: one.get("response_preview"),
            )
        )
        and info["trace_metadata"].get(SESSION)
        in (None, stored.get("trace_metadata", {}).get(SESSION))
    )


def _tokens(stored: Json) -> dict[str, int]:
    try:
        found = json.loads(stored.get("trace_metadata", {}).get(TOKENS, "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def milliseconds(time: str) -> int:
    """Return a time of MLflow's in milliseconds since 1970.

    >>> milliseconds("2026-11-20T13:57:43.778Z"), iso(1795183063778)
    (1795183063778, '2026-11-20T13:57:43.778Z')
    """
    return round(datetime.fromisoformat(time).replace(tzinfo=UTC).timestamp() * 1000)


def iso(time_ms: int) -> str:
    """Return milliseconds since 1970 as MLflow writes a time."""
    told = datetime.fromtimestamp(time_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{told}.{time_ms % 1000:03d}Z"


def duration_ms(duration: str | None) -> int:
    """Return a duration of MLflow's in milliseconds; 0 where there is none.

    >>> duration_ms("0.219s"), duration_ms(None)
    (219, 0)
    """
    return round(float((duration or "0s").removesuffix("s")) * 1000)
