"""The jobs of a sweep on a terminal: how far each is, and what it has cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.console import Group, RenderableType
from rich.text import Text

from midspan.dashboards.terminal.cells import NOTHING, counted, printable
from midspan.dashboards.terminal.snug import snug_table

STYLES: Final = {
    "SCHEDULING": "yellow",
    "RUNNING": "cyan",
    "COMPLETED": "green",
    "ERROR": "bold red",
    "CANCELED": "dim",
    "DELETED": "dim",
}
SHORT_ID: Final = 8
"""Last characters of a job's id: the first ones are those of its time, and much alike."""


@dataclass(frozen=True, kw_only=True)
class JobRow:
    """One job, as far as it is known."""

    job: str | None
    """None for one that the Hub has not taken."""
    batch: str
    stage: str
    done: int
    planned: int
    seconds: float | None = None
    usd: float | None = None
    note: str | None = None


def jobs_page(
    rows: Sequence[JobRow], width: int = 80, *, queued: int = 0, spent_before: float = 0.0
) -> Group:
    """Return a line for each job, notes below, and the sum of runs and cost.

    `spent_before` is what jobs have cost that are in no line: it is in the sum.
    """
    parts: list[RenderableType] = []
    if rows:
        heads = ["batch", "stage", "runs", "time", "cost", "job"]
        parts.append(snug_table(heads, [_cells(row) for row in rows], width))
    for row in rows:
        if row.note:
            parts.append(Text(f"{row.batch}: {printable(row.note)}", style="yellow"))
    parts.append(Text(jobs_line(rows, queued=queued, spent_before=spent_before), style="bold"))
    return Group(*parts)


def jobs_line(rows: Sequence[JobRow], *, queued: int = 0, spent_before: float = 0.0) -> str:
    """Return how many jobs there are, and what they have cost together.

    >>> row = JobRow(job="a", batch="m", stage="RUNNING", done=3, planned=8, usd=0.5)
    >>> jobs_line([row], queued=2)
    '1 job, 1 going, 2 to be submitted; cost so far $0.50'
    >>> jobs_line([row], spent_before=1.25)
    '1 job, 1 going; cost so far $1.75 ($1.25 before)'
    """
    going = sum(row.stage in ("RUNNING", "SCHEDULING") for row in rows)
    words = [counted(len(rows), "job")]
    words += [f"{going} going"] if going else []
    words += [f"{queued} to be submitted"] if queued else []
    known = [row.usd for row in rows if row.usd is not None]
    total, before = sum(known) + spent_before, f" ({dollars(spent_before)} before)"
    cost = f"; cost so far {dollars(total)}" if known or spent_before else ""
    cost += before if spent_before else ""
    return ", ".join(words) + cost


def dollars(usd: float | None) -> str:
    """Return an amount of money; small ones keep the digits that say something.

    >>> dollars(12.345), dollars(0.004), dollars(0.0), dollars(None)
    ('$12.35', '$0.0040', '$0.00', '·')
    """
    if usd is None:
        return NOTHING
    return f"${usd:.4f}" if 0 < usd < 0.01 else f"${usd:,.2f}"


def clock(seconds: float | None) -> str:
    """Return a duration as hours, minutes and seconds.

    >>> clock(59), clock(3700), clock(None)
    ('0:59', '1:01:40', '·')
    """
    if seconds is None:
        return NOTHING
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _cells(row: JobRow) -> list[Text]:
    return [
        Text(printable(row.batch)),
        Text(printable(row.stage), style=STYLES.get(row.stage, "")),
        Text(f"{row.done}/{row.planned}"),
        Text(clock(row.seconds)),
        Text(dollars(row.usd)),
        Text(row.job[-SHORT_ID:] if row.job else NOTHING, style="dim"),
    ]
