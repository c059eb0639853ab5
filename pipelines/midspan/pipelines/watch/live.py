"""What a watch is doing, in one line, and what it did, at its end."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from midspan.pipelines.watch.figures import Told, labels_of


def total(told: Mapping[str, Told], name: str) -> int:
    """Return what the counters of a name come to, over all labels and processes."""
    return sum(
        int(value)
        for each in told.values()
        for key, value in each.counters.items()
        if labels_of(key)[0] == name
    )


class Line:
    """One line that tells how things stand; rates are since the line before."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin to count."""
        self._clock = clock
        self._at, self._spans = clock(), 0

    def text(self, told: Mapping[str, Told]) -> str:
        """Return the line."""
        now, spans = self._clock(), total(told, "spans_accepted") + total(told, "tail_spans_read")
        rate = (spans - self._spans) / max(now - self._at, 1e-9)
        self._at, self._spans = now, spans
        gauges = {key: value for each in told.values() for key, value in each.gauges.items()}
        parts = [
            f"{rate:,.0f} spans/s",
            f"{int(gauges.get('pending_runs', 0)):,} runs pending",
            f"{total(told, 'runs_scored'):,} scored",
            f"{gauges.get('backlog_bytes', 0) / 2**20:,.1f} MB waiting",
        ]
        if behind := gauges.get("behind_seconds", 0.0):
            parts.append(f"{behind:.1f} s behind")
        away = [labels_of(key)[1] for key, value in gauges.items() if value and "_away" in key]
        parts += [f"{next(iter(labels.values()), 'source')} is away" for labels in away]
        return " · ".join(parts)


def received(told: Mapping[str, Told]) -> Iterator[str]:
    """Yield what a receiver was sent."""
    for records, words in (("spans", "spans"), ("log_records", "log records")):
        accepted = total(told, f"{records}_accepted")
        refused = total(told, f"{records}_refused")
        if accepted or refused or records == "spans":
            came = f"{accepted + refused:,} {words} came in"
            yield f"{came}: {accepted:,} accepted, {refused:,} refused"
    if turned_away := total(told, "requests_refused"):
        yield f"{turned_away:,} requests refused as a whole"


def done(told: Mapping[str, Told], state: Path) -> Iterator[str]:
    """Yield what became of it."""
    outcomes = sorted(
        (labels_of(key)[1].get("outcome", ""), int(value))
        for key, value in told.get("scorer", Told()).counters.items()
        if labels_of(key)[0] == "runs_scored"
    )
    by_outcome = ", ".join(f"{count:,} {outcome}" for outcome, count in outcomes if count)
    scored = sum(count for _, count in outcomes)
    yield f"{scored:,} runs scored{f': {by_outcome}' if by_outcome else ''}"
    gauges = told.get("scorer", Told()).gauges
    if pending := int(gauges.get("pending_runs", 0)):
        yield f"{pending:,} runs were not complete yet: the next watch goes on with them"
    if (sent := total(told, "forward_sent")) or total(told, "forward_refused"):
        yield f"{sent:,} passed on, {total(told, 'forward_refused'):,} refused there"
    if published := total(told, "rows_published"):
        yield f"{published:,} rows published"
    if left := total(told, "rows_left"):
        yield f"{left:,} rows were not taken by a server: see {state / 'left.jsonl'}"
    if aside := total(told, "runs_set_aside"):
        yield f"{aside:,} runs could not be scored: see {state / 'set-aside'}"
    if damaged := total(told, "backlog_damaged_bytes"):
        yield f"{damaged:,} bytes of the backlog could not be read: see {state / 'backlog'}"
    if lost := total(told, "backlog_damaged_spans") + total(told, "backlog_deleted_spans"):
        yield f"{lost:,} spans were accepted and lost: files of the backlog were damaged or deleted"
    if restarts := total(told, "restarts"):
        yield f"{restarts:,} processes had to be started again"
