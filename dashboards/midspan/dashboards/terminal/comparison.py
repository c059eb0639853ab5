"""A comparison on a terminal: a sentence for each pair, a table for each primary score, hints."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.text import Text

from midspan.dashboards.comparison_remarks import remarks
from midspan.dashboards.comparison_words import (
    LEGEND,
    coverage,
    estimate,
    headline,
    nothing,
    shared_tasks,
    shown_difference,
    shown_figure,
    shown_p,
    title,
)
from midspan.dashboards.terminal.cells import NOTHING, printable
from midspan.dashboards.terminal.hints import MANY_PAIRS, hints, seen_table, verdict
from midspan.dashboards.terminal.snug import snug_table
from midspan.dashboards.terminal.story_line import line
from midspan.scorers.comparison import Comparison, ScoreComparison
from midspan.scorers.comparison.result import TaskCoverage

_MATRIX_ROWS: Final = 12
_TASK: Final = 20
"""Columns that the names of tasks get beside those of the sides."""


def comparison_page(comparison: Comparison, width: int = 80, *, everything: bool = False) -> Group:
    """Return all that is to be said; `everything` includes hints that nothing came of."""
    parts: list[RenderableType] = [*_head(comparison)]
    for score in comparison.scores:
        if score.primary:
            parts += ["", *_primary(score, comparison, width)]
    parts += hints(comparison, width, everything=everything)
    parts += ["", *_coverage(comparison, width, everything=everything), ""]
    parts += [Text(said, style="dim") for said in LEGEND]
    return Group(*parts)


def _head(comparison: Comparison) -> Iterator[RenderableType]:
    by = f", by {comparison.by}" if comparison.by else ""
    yield Text(f"Compared on {shared_tasks(comparison)}{by}", style="bold")
    for note in comparison.notes:
        yield line(2, "", printable(note), says="dim").wrapped()
    for warning in comparison.warnings:
        yield line(0, "! ", printable(warning), style="bold yellow", says="yellow").wrapped()
    if len(comparison.contrasts) > MANY_PAIRS:
        yield ""
    for baseline, side in comparison.contrasts:
        if len(comparison.contrasts) > MANY_PAIRS:
            pair = f"{printable(side)} against {printable(baseline)}: "
            told = headline(comparison, baseline, side)
            yield line(0, pair, told, style="bold").wrapped()
            continue
        yield ""
        yield Text.assemble((printable(side), "bold"), " against ", (printable(baseline), "bold"))
        yield line(2, "", headline(comparison, baseline, side)).wrapped()


def comparison_summary(comparison: Comparison, width: int = 80) -> Group:
    """Return the primary scores alone, a line each."""
    parts: list[RenderableType] = []
    for pair in comparison.contrasts:
        rows = [
            (score, each)
            for score in comparison.scores
            if score.primary
            for each in score.differences
            if (each.baseline, each.side) == pair
        ]
        sides = printable(pair[0]), printable(pair[1])
        parts.append(seen_table(rows, sides, width, arrows=True))
    return Group(*parts)


def _primary(
    score: ScoreComparison, comparison: Comparison, width: int
) -> Iterator[RenderableType]:
    if all(figure.estimate is None for figure in score.figures):
        yield Text.assemble((title(score), "bold"), f"  {nothing(score)}")
        return
    rows = []
    by_side = {each.side: each for each in score.differences}
    baselines = {each.baseline for each in score.differences}
    for figure in score.figures:
        each = by_side.get(figure.side)
        rows.append(
            [
                Text(printable(figure.side)),
                Text(shown_figure(figure, score)),
                Text(shown_difference(each, score) if each else ""),
                Text(shown_p(each) if each else ""),
                verdict(each)
                if each
                else Text("baseline" if figure.side in baselines else "", style="dim"),
            ]
        )
        if figure.median:
            median = Text(estimate(figure.median, score), style="dim")
            rows.append([Text("  median", style="dim"), median, Text(""), Text(""), Text("")])
    yield snug_table([title(score), "figure", "difference", "p", ""], rows, width)
    for head, text in remarks(score, comparison):
        yield line(2, f"{head}: ", text, style="dim").wrapped()


def _coverage(comparison: Comparison, width: int, *, everything: bool) -> Iterator[RenderableType]:
    for told in coverage(comparison):
        yield line(0, "coverage: ", told, style="bold").wrapped()
    gaps = [
        row for row in comparison.matrix if everything or any(done < of for done, of in row.done)
    ]
    if not gaps:
        return
    shown = gaps if everything else gaps[:_MATRIX_ROWS]
    sides = [printable(side) for side in comparison.sides]
    if sum(max(cell_len(side), 3) + 2 for side in sides) + _TASK <= width:
        cells = [
            [Text(printable(row.task)), *(Text(_done(*each)) for each in row.done)] for row in shown
        ]
        yield snug_table(["evaluated / planned", *sides], cells, width)
    else:
        yield Text("evaluated / planned", style="bold")
        yield from (_gaps_of(row, sides, everything=everything) for row in shown)
    if len(shown) < len(gaps):
        yield Text(f"{len(gaps) - len(shown)} more tasks: --all", style="dim")


def _gaps_of(row: TaskCoverage, sides: Sequence[str], *, everything: bool) -> RenderableType:
    """Return one task with its sides in a text: so many have no room beside each other."""
    told = ", ".join(
        f"{side} {_done(done, of)}"
        for side, (done, of) in zip(sides, row.done, strict=True)
        if everything or done < of
    )
    return line(2, f"{printable(row.task)}: ", told, style="bold").wrapped()


def _done(done: int, of: int) -> str:
    return f"{done}/{of}" if of else NOTHING
