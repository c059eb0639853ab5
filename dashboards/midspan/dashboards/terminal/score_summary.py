"""What scoring gave: families of scores with their headlines first, and the runs to look at."""

from collections.abc import Mapping
from typing import Any, Final

import polars as pl
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from midspan.dashboards.terminal.cells import NOTHING, counted, plain, printable
from midspan.dashboards.terminal.score_families import HEADLINES, in_families
from midspan.dashboards.terminal.score_values import ARROWS, SHARES, over_runs, value
from midspan.dashboards.terminal.story_line import Line, line
from midspan.scorers.score import Better, Declaration, Level

_AXES: Final = ("task", "model", "revision", "tier", "harness")
_REASONS: Final = 4
"""Reasons that are listed: what is rarer is in the table of scores."""


def score_summary(
    lines: pl.DataFrame, labels: pl.DataFrame, declared: Mapping[str, Declaration]
) -> Table:
    """Return a table of the scores of runs; `lines` and `labels` are of `scorers.summary`."""
    of_name = {each["name"]: each for each in lines.iter_rows(named=True)}
    of_runs = [
        name for name, of in of_name.items() if of["runs"] or of["not_evaluated"] or of["failed"]
    ]
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("score", overflow="fold")
    table.add_column("over runs", justify="right", no_wrap=True)
    table.add_column("", style="dim", no_wrap=True)
    table.add_column("runs", justify="right", no_wrap=True)
    asides = [each for each in ("not_evaluated", "failed") if lines[each].sum()]
    for each in asides:
        table.add_column(each.replace("_", " "), justify="right", no_wrap=True)
    for title, names in in_families(of_runs).items():
        table.add_row(Text(title, style="bold cyan"))
        for name in names:
            of, what = of_name[name], declared.get(name)
            shown, which = over_runs(of, what)
            table.add_row(
                Text(f"  {name}", style="bold" if name in HEADLINES else ""),
                Text(shown, style="bold" if name in HEADLINES else ""),
                " ".join(part for part in (ARROWS[what.better] if what else "", which) if part),
                f"{of['runs']:,}" if of["runs"] else NOTHING,
                *(f"{of[each]:,}" if of[each] else NOTHING for each in asides),
            )
            for label, runs in labels.filter(pl.col("name") == name).select("label", "runs").rows():
                table.add_row(Text(f"    {plain(label)}"), "", "", f"{runs:,}")
    return table


def score_notes(lines: pl.DataFrame, unjudged: pl.DataFrame) -> list[Line]:
    """Return what the table leaves out: rows on steps, and why runs have no value."""
    on_steps = lines.filter(pl.col("steps") > 0).select("name", "steps").rows()
    said = []
    if on_steps:
        steps_of = ", ".join(f"{name} {steps:,}" for name, steps in on_steps)
        said.append(line(0, "on steps: ", steps_of, style="dim", says="dim"))
    for row in unjudged.head(_REASONS).iter_rows(named=True):
        what = "failed" if row["status"] == "failed" else "not evaluated"
        said.append(line(0, f"{what}: ", _why(row), style="dim", says="dim"))
    if (more := unjudged.height - _REASONS) > 0:
        said.append(line(0, "", f"and {counted(more, 'more line')} like these", says="dim"))
    return said


def _why(row: dict[str, Any]) -> str:
    names = row["names"]
    listed = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    others = row["reasons"] - 1
    also = f" (and {counted(others, 'other reason')})" if others else ""
    on = counted(row["runs"], "run")
    return f"{listed} on {on}: {printable(row['reason'] or 'no reason given')}{also}"


def judged_headlines(lines: pl.DataFrame, declared: Mapping[str, Declaration]) -> dict[str, Better]:
    """Return the shares that runs are ranked by: headlines, or any where no headline was judged."""
    shares: dict[str, Better] = {
        name: what.better
        for name, what in declared.items()
        if what.unit in SHARES and what.better is not Better.NEITHER and what.level is Level.RUN
    }
    judged = set(lines.filter(pl.col("runs") > 0)["name"])
    headlines = {name: shares[name] for name in HEADLINES if name in judged and name in shares}
    return headlines or {name: better for name, better in shares.items() if name in judged}


def worst(
    found: pl.DataFrame,
    runs: pl.DataFrame,
    declared: Mapping[str, Declaration],
    commands: Mapping[str, str],
    *,
    judged: bool = True,
    most: int = 3,
) -> RenderableType:
    """Return the worst runs, each with what it falls short in and the command that explains it.

    Of the trials of one cell there is one: the worst. `judged` is whether there was a score to
    rank runs by.
    """
    if not judged:
        return Text("No score that ranks runs was judged: none is called the worst.", style="dim")
    if found.is_empty():
        return Text("No run falls short in a headline score.", style="dim")
    of_run = {row["run_id"]: row for row in runs.iter_rows(named=True)}
    blocks: list[RenderableType] = [Text("Worst runs", style="bold")]
    told: set[str] = set()
    for run_id, names, values in found.select("run_id", "names", "values").iter_rows():
        row = of_run.get(run_id, {})
        of = " · ".join(plain(row[axis]) for axis in _AXES if row.get(axis)) or f"run {run_id}"
        if of in told or len(told) == most:
            continue  # further trials of the same fall short in much the same
        told.add(of)
        short = ", ".join(
            f"{name} {value(amount, declared.get(name))}"
            for name, amount in zip(names, values, strict=True)
        )
        blocks.append(line(2, "", of).wrapped())
        blocks.append(line(4, "", short, says="dim").wrapped())
        blocks.append(line(4, "", commands[run_id], says="cyan").wrapped())
    return Group(*blocks)
