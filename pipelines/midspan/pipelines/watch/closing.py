"""What a watch did, at its end."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from midspan.pipelines.watch.figures import Told, labels_of, total
from midspan.pipelines.watch.words import counted
from midspan.scorers.outcomes import FAILED_OUTCOMES, OUTCOMES

UNSCORED: Final = "unscored"


def received(told: Mapping[str, Told]) -> Iterator[str]:
    """Yield what a receiver was sent."""
    for records, one in (("spans", "span"), ("log_records", "log record")):
        accepted = total(told, f"{records}_accepted")
        refused = total(told, f"{records}_refused")
        if accepted or refused or records == "spans":
            came = f"{counted(accepted + refused, one)} came in"
            yield f"{came}: {accepted:,} accepted, {refused:,} refused"
    if turned_away := total(told, "requests_refused"):
        yield f"{counted(turned_away, 'request')} refused as a whole"


def done(told: Mapping[str, Told], state: Path) -> Iterator[str]:
    """Yield what became of it."""
    yield from _left(told)
    yield from _scored(told)
    gauges = told.get("scorer", Told()).gauges
    if pending := gauges.get("pending_runs", 0):
        was, them = ("was", "it") if pending == 1 else ("were", "them")
        yield (
            f"{counted(pending, 'run')} {was} not complete yet: the next watch goes on with {them}"
        )
    if (sent := total(told, "forward_sent")) or total(told, "forward_refused"):
        passed = counted(sent, "span or log record", "spans and log records")
        yield f"{passed} passed on, {total(told, 'forward_refused'):,} refused there"
    if published := total(told, "rows_published"):
        yield f"{counted(published, 'row')} published"
    if left := total(told, "rows_left"):
        yield f"{counted(left, 'row')} not taken by a server: see {state / 'left.jsonl'}"
    if aside := total(told, "runs_set_aside"):
        yield f"{counted(aside, 'run')} could not be scored: see {state / 'set-aside'}"
    if damaged := total(told, "backlog_damaged_bytes"):
        what = f"{counted(damaged, 'byte')} of the backlog"
        yield f"{what} could not be read: see {state / 'backlog'}"
    if lost := total(told, "backlog_damaged_spans") + total(told, "backlog_deleted_spans"):
        was = "was" if lost == 1 else "were"
        files = "files of the backlog were damaged or deleted"
        yield f"{counted(lost, 'span')} {was} accepted and lost: {files}"
    if restarts := total(told, "restarts"):
        again = "once" if restarts == 1 else counted(restarts, "time")
        yield f"processes that ended early were started again {again}"


def _left(told: Mapping[str, Told]) -> Iterator[str]:
    """Yield what an earlier watch had accepted and not scored."""
    left = int(told.get("scorer", Told()).gauges.get("left_spans", 0))
    if not left:
        return
    scored = min(total(told, "left_spans_done"), left)
    waited = f"{counted(left, 'span')} waited from an earlier watch"
    if scored == left:
        yield f"{waited}: done with {'it' if left == 1 else 'all of them'}"
    else:
        yield f"{waited}: done with {scored:,}, the next watch goes on with {left - scored:,}"


def _scored(told: Mapping[str, Told]) -> Iterator[str]:
    """Yield how many runs were scored, and how these ended."""
    found: dict[str, int] = {}
    for key, value in told.get("scorer", Told()).counters.items():
        name, labels = labels_of(key)
        if name == "runs_scored" and value:
            found[labels.get("outcome", "")] = int(value)
    line = f"{counted(sum(found.values()), 'run')} scored"
    if late := total(told, "runs_late"):
        line += f", {late:,} of them again for what came late"
    yield f"{line}: {', '.join(_by_outcome(found))}" if found else line
    if found.get(UNSCORED):
        yield "unscored: no check said whether they did what was asked; their other scores stand"


def _by_outcome(found: Mapping[str, int]) -> Iterator[str]:
    kinds = [each for each in FAILED_OUTCOMES if each in found]
    errors = kinds if len(kinds) == 1 else [f"{found[each]:,} {each}" for each in kinds]
    for outcome in [*OUTCOMES, *sorted(found.keys() - set(OUTCOMES))]:
        if outcome == FAILED_OUTCOMES[0] and errors:
            number = counted(sum(found.get(each, 0) for each in FAILED_OUTCOMES), "error")
            yield f"{number} ({', '.join(errors)})"
        elif outcome in found and outcome not in FAILED_OUTCOMES:
            yield f"{found[outcome]:,} {outcome}"
