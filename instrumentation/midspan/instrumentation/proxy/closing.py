"""What is told when a run ends: figures, events and a failure for the span around it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

Plain = str | bool | int | float

KNOWN: Final = ("attributes", "events", "failure")


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened at a time of the run."""

    name: str
    time_ns: int
    attributes: Mapping[str, Plain] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Closing:
    """What goes onto the span around a run."""

    attributes: Mapping[str, Plain] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    failure: tuple[str, str] | None = None
    """Type and message: the agent says that it failed, whatever its last request came to."""

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Return what a body of JSON tells; an empty one tells nothing. Else a `ValueError`.

        >>> Closing.parse(b'{"attributes": {"gpu.name": "L4"}}').attributes
        {'gpu.name': 'L4'}
        """
        if not body.strip():
            return cls()
        try:
            told = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"the end of a run is told in JSON: {error}") from None
        if not isinstance(told, dict) or told.keys() - set(KNOWN):
            raise ValueError(f"the end of a run is an object with any of {', '.join(KNOWN)}")
        events = told.get("events") or []
        if not isinstance(events, list):
            raise ValueError("`events` is a list")
        return cls(
            attributes=_attributes(told.get("attributes")),
            events=tuple(_event(each) for each in events),
            failure=_failure(told.get("failure")),
        )


def _attributes(told: Any) -> Mapping[str, Plain]:
    if told is None:
        return {}
    if not isinstance(told, dict):
        raise ValueError("`attributes` is an object of names and plain values")
    for name, value in told.items():
        if not isinstance(value, str | bool | int | float):
            raise ValueError(f"attribute {name!r} is neither a text, a number nor true or false")
    return told


def _event(told: Any) -> Event:
    try:
        name, time_ns = told["name"], told["time_ns"]
    except (TypeError, KeyError):
        raise ValueError("an event has a `name` and its `time_ns`") from None
    if not isinstance(name, str) or not isinstance(time_ns, int) or time_ns < 0:
        raise ValueError("an event's `name` is a text, its `time_ns` nanoseconds since 1970")
    return Event(name=name, time_ns=time_ns, attributes=_attributes(told.get("attributes")))


def _failure(told: Any) -> tuple[str, str] | None:
    if told is None:
        return None
    if not isinstance(told, dict) or not isinstance(told.get("type"), str):
        raise ValueError("a `failure` has a `type` and a `message`")
    return told["type"], str(told.get("message") or "")
