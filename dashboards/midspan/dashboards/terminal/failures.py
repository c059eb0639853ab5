"""Causes of failed runs on a terminal: how many runs, what went wrong, and one to look at."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import polars as pl
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from midspan.dashboards.terminal.cells import percent, plain, printable
from midspan.dashboards.terminal.story_line import line

SHOWN: Final = 10
"""Causes that are shown unless all are wanted."""

NO_FAULT: Final = "no fault left"
"""No call of the run failed, or whatever failed was made up for."""

_SIGNATURE: Final = 200
_NAMED: Final = 3
_ORDER: Final = ("success", "wrong", "no_answer", "agent_error", "provider_error")


def failures_page(
    causes: pl.DataFrame,
    outcomes: Mapping[str, int],
    *,
    rules: Mapping[str | None, int],
    ids: Mapping[str, str],
    everything: bool = False,
) -> Group:
    """Return how many runs failed, and a row for each cause; `ids` are short ones of runs."""
    parts: list[RenderableType] = list(_head(causes, outcomes, sum(rules.values())))
    if causes.is_empty():
        return Group(*parts)
    shown = causes if everything else causes.head(SHOWN)
    if 1 < len(rules) < causes.height:
        parts.append(line(0, "by fault: ", _by_fault(rules), style="bold").wrapped())
    parts += ["", _table(shown, ids)]
    if left := causes.height - shown.height:
        runs = int(causes[shown.height :]["runs"].sum())
        more = "1 more cause" if left == 1 else f"{left} more causes"
        parts.append(Text(f"{more}, of {runs} runs: --all", style="dim"))
    return Group(*parts)


def _head(
    causes: pl.DataFrame, outcomes: Mapping[str, int], failed: int
) -> Iterator[RenderableType]:
    runs = sum(outcomes.values())
    of = "1 cause" if causes.height == 1 else f"{causes.height} causes"
    said = f"none of {runs:,} runs failed"
    if failed:
        said = f"{failed:,} of {runs:,} runs failed, of {of}"
    elif not outcomes.get("success"):
        said = f"of none of {runs:,} runs is it known whether it failed"
    yield Text(said, style="bold")
    names = sorted(outcomes, key=lambda name: (_place(name), name))
    yield Text(", ".join(f"{outcomes[name]:,} {plain(name)}" for name in names), style="dim")


def _by_fault(rules: Mapping[str | None, int]) -> str:
    return ", ".join(f"{runs:,} {plain(rule or NO_FAULT)}" for rule, runs in rules.items())


def _place(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)


def _table(causes: pl.DataFrame, ids: Mapping[str, str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("runs", justify="right", no_wrap=True)
    table.add_column("share", justify="right", no_wrap=True)
    table.add_column("cause", overflow="fold", ratio=1)
    table.add_column("example", no_wrap=True)
    for row in causes.iter_rows(named=True):
        example = ids.get(row["example"], row["example"])
        table.add_row(
            str(row["runs"]), percent(row["share"]), _cause(row), Text(example, style="cyan")
        )
    return table


def _cause(row: Mapping[str, Any]) -> Text:
    """Return what went wrong, what the agent did then, what it said, and in which runs."""
    told = Text(printable(row["rule"] or NO_FAULT), style="bold")
    if row["response"]:
        told.append(f", then {printable(row['response'])}", style="yellow")
    if row["markers"]:
        told.append(f", fired {plain(row['markers'])}", style="not bold")
    said = _short(row["signature"] or "", row["rule"] or "")
    if said:
        told.append(f"\n{said}", style="not bold")
    tasks = "" if row["tasks"] < 2 else f"{row['tasks']} tasks"
    of = [tasks, _several(row["outcomes"]), _several(row["models"])]
    told.append(f"\n{' · '.join(filter(None, of))}", style="not bold dim")
    return told


def _short(signature: str, rule: str) -> str:
    """Return a signature without the rule that it begins with, which was said already."""
    said = printable(signature).removeprefix(rule).lstrip(": ")
    return said if len(said) <= _SIGNATURE else f"{said[:_SIGNATURE]}..."


def _several(counted: list[str]) -> str:
    more = len(counted) - _NAMED
    named = ", ".join(printable(each) for each in counted[:_NAMED])
    return f"{named} and {more} more" if more > 0 else named
