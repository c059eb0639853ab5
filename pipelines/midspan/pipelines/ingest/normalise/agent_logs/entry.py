"""A log record of a coding agent: its event's name, its time, and its attributes by type."""

import datetime
from typing import Any, NamedTuple

from midspan.pipelines.ingest.normalise.numbers import finite_number, token_count, whole_number
from midspan.pipelines.ingest.raw import RawLog

REDACTED = "<REDACTED>"


class Entry(NamedTuple):
    """One record; `time_ns` is None where neither it nor its attributes have a time."""

    name: str
    time_ns: int | None
    fields: dict[str, Any]
    order: tuple[int, int]

    def text(self, *names: str) -> str | None:
        """Return the first attribute that is text, not empty and not redacted."""
        values = (self.fields.get(name) for name in names)
        return next((v for v in values if isinstance(v, str) and v and v != REDACTED), None)

    def number(self, name: str) -> int | None:
        """Return an attribute that is a count, also where it was sent as text."""
        return token_count(self.fields.get(name))

    def is_false(self, name: str) -> bool:
        """Return whether an attribute says no."""
        return str(self.fields.get(name)).lower() == "false"

    def start_ns(self, duration: str = "duration_ms") -> int | None:
        """Return when what the record tells the end of began."""
        value = self.fields.get(duration)
        text = float(value) if isinstance(value, str) and value.isdecimal() else value
        lasted = finite_number(text)
        if self.time_ns is None or lasted is None or lasted < 0:
            return None
        return max(0, self.time_ns - round(lasted * 1_000_000))


def entry_of(record: RawLog) -> Entry:
    """Return a record as an entry, named by an attribute: its own name may be anything."""
    fields = record.attributes
    name = fields.get("event.name")
    sequence = whole_number(fields.get("event.sequence"))
    return Entry(
        name=name if isinstance(name, str) else record.name,
        time_ns=record.time_ns or _time(fields.get("event.timestamp")),
        fields=fields,
        order=(record.position if sequence is None else sequence, record.position),
    )


def in_order(records: list[RawLog]) -> list[Entry]:
    """Return entries by time; those of one moment as they were counted, else as they came."""
    entries = [entry_of(record) for record in records]
    return sorted(entries, key=lambda entry: (entry.time_ns or 0, entry.order))


def _time(written: Any) -> int | None:
    if not isinstance(written, str):
        return None
    try:
        time = datetime.datetime.fromisoformat(written)
    except ValueError:
        return None
    return None if time.tzinfo is None else round(time.timestamp() * 1000) * 1_000_000
