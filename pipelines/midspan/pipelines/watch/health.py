"""Whether a watch does what it is there for, in words that say what it does not."""

import time
from collections.abc import Callable, Mapping
from typing import Final

from midspan.pipelines.watch.children import MANY, Child
from midspan.pipelines.watch.figures import Told, total
from midspan.pipelines.watch.receiver import Receiver
from midspan.pipelines.watch.receiver.refusals import Refused
from midspan.pipelines.watch.words import counted

SILENT: Final = 60.0
"""Seconds without a sign of life of a process that gives one."""

FAR_BEHIND: Final = 120.0
"""Seconds that a complete run may wait to be scored."""

STARTING: Final = 60.0

LATELY: Final = 60.0
"""Seconds for which a process that ended is told of, though it runs again."""

OFTEN: Final = 3600.0
"""Seconds within which `MANY` restarts of a process are too many."""


def problems(
    told: Mapping[str, Told],
    children: Mapping[str, Child],
    receiver: Receiver | None,
    *,
    running_for: float,
    clock: Callable[[], float] = time.time,
) -> list[str]:
    """Return what is wrong; nothing if all is well."""
    found = [f"the {name} is not running" for name, child in children.items() if not child.is_alive]
    for name, child in children.items():
        if child.restarts_within(OFTEN) >= MANY:
            found.append(f"the {name} had to be started again {MANY} times within an hour")
        elif child.restarts_within(LATELY):
            found.append(f"the {name} ended within the last minute and was started again")
    if receiver is not None:
        try:
            receiver.room.require()
        except Refused as why:
            found.append(f"nothing is accepted: {why.message}")
    scorer = told.get("scorer", Told())
    heartbeat = scorer.gauges.get("heartbeat_timestamp_seconds")
    if heartbeat is not None and running_for > STARTING and clock() - heartbeat > SILENT:
        found.append(f"the scorer has given no sign of life for {clock() - heartbeat:.0f} s")
    behind = scorer.gauges.get("behind_seconds", 0.0)
    if behind > FAR_BEHIND:
        found.append(f"scoring is {behind:.0f} s behind")
    return found


def damage(told: Mapping[str, Told]) -> list[str]:
    """Return what was accepted and the disk has lost since this watch began.

    Nothing mends it, and what comes is taken all the same: it is no reason to send nothing more.
    """
    size, spans, deleted = (
        total(told, f"backlog_{name}")
        for name in ("damaged_bytes", "damaged_spans", "deleted_spans")
    )
    found = []
    if size:
        found.append(f"{counted(size, 'byte')} of the backlog were damaged, and passed over")
    if spans:
        found.append(f"{counted(spans, 'span')} damaged in the backlog: their runs are set aside")
    if deleted:
        found.append(f"{counted(deleted, 'span')} in a segment that was deleted as it was written")
    return found
