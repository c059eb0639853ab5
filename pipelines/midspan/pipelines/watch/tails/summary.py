"""What a tail did, for people."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from midspan.pipelines.watch.figures import Told
from midspan.pipelines.watch.tails.phoenix_project import LEFT
from midspan.pipelines.watch.words import counted


def summary(told: Mapping[str, Told], state: Path) -> Iterator[str]:
    """Yield what was read, and what of it could not be; `told` are figures by process.

    >>> spool = Told(counters={"tail_files_read": 7}, gauges={"tail_files_waiting": 2})
    >>> list(summary({"scorer": spool}, Path(".watch")))
    ['7 files read', '2 files are not whole yet: the next watch goes on with them']
    """
    counters = {key: int(value) for each in told.values() for key, value in each.counters.items()}
    gauges = {key: int(value) for each in told.values() for key, value in each.gauges.items()}
    if "tail_spans_read" in counters:
        yield f"{counted(counters['tail_spans_read'], 'span')} read"
    elif files := counters.get("tail_files_read", 0):
        yield f"{counted(files, 'file')} read"
    else:
        yield "no file read that was not read before"
    if waiting := gauges.get("tail_files_waiting", 0):
        verb, them = ("is", "it") if waiting == 1 else ("are", "them")
        whole = f"{counted(waiting, 'file')} {verb} not whole yet"
        yield f"{whole}: the next watch goes on with {them}"
    if quarantined := counters.get("tail_quarantined", 0):
        yield f"{counted(quarantined, 'span')} quarantined: midspan table WORKSPACE quarantine"
    if left := counters.get("tail_files_left", 0) + counters.get("tail_spans_rejected", 0):
        yield f"{left:,} could not be read: see {state / LEFT}"
    if unreadable := gauges.get("tail_files_unreadable", 0):
        yield f"{counted(unreadable, 'file')} may not be opened"
