"""A comparison on a terminal: a sentence for each pair, a table for each primary score, hints."""

from collections.abc import Iterator
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from midspan.dashboards.comparison_words import (
    LEGEND,
    SEEN,
    amount,
    coverage,
    estimate,
    headline,
    nothing,
    remarks,
    shared_tasks,
    shown_difference,
    shown_figure,
    shown_p,
    title,
)
from midspan.dashboards.terminal.cells import NOTHING, printable
from midspan.dashboards.terminal.story_line import line
from midspan.scorers.comparison import Comparison, Difference, ScoreComparison, Verdict

STYLES: Final = {
    Verdict.BETTER: "bold green",
    Verdict.WORSE: "bold red",
    Verdict.DIFFERENT: "bold yellow",
    Verdict.UNSEEN: "",
    Verdict.INSUFFICIENT: "dim",
}
_MATRIX_ROWS: Final = 12


def comparison_page(comparison: Comparison, *, everything: bool = False) -> Group:
    """Return all that is to be said; `everything` includes hints that nothing came of."""
    parts: list[RenderableType] = [*_head(comparison)]
    for score in comparison.scores:
        if score.primary:
            parts += ["", *_primary(score, comparison)]
    for baseline, side in comparison.contrasts:
        parts += _exploratory(comparison, baseline, side, everything=everything)
    parts += ["", *_coverage(comparison, everything=everything), ""]
    parts += [Text(said, style="dim") for said in LEGEND]
    return Group(*parts)


def _head(comparison: Comparison) -> Iterator[RenderableType]:
    by = f", by {comparison.by}" if comparison.by else ""
    yield Text(f"Compared on {shared_tasks(comparison)}{by}", style="bold")
    for note in comparison.notes:
        yield line(2, "", printable(note), says="dim").wrapped()
    for warning in comparison.warnings:
        yield line(0, "! ", printable(warning), style="bold yellow", says="yellow").wrapped()
    for baseline, side in comparison.contrasts:
        pair = Text.assemble((printable(side), "bold"), " against ", (printable(baseline), "bold"))
        yield ""
        yield pair
        yield line(2, "", headline(comparison, baseline, side)).wrapped()


def _primary(score: ScoreComparison, comparison: Comparison) -> Iterator[RenderableType]:
    if all(figure.estimate is None for figure in score.figures):
        yield Text.assemble((title(score), "bold"), f"  {nothing(score)}")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(Text(title(score)), overflow="fold", min_width=len(title(score)))
    for head in ("figure", "difference", "p"):
        table.add_column(head, no_wrap=True, justify="right")
    table.add_column("", no_wrap=True)
    by_side = {each.side: each for each in score.differences}
    baselines = {each.baseline for each in score.differences}
    for figure in score.figures:
        each = by_side.get(figure.side)
        verdict = Text("baseline" if figure.side in baselines else "", style="dim")
        table.add_row(
            Text(printable(figure.side)),
            shown_figure(figure, score),
            shown_difference(each, score) if each else "",
            shown_p(each) if each else "",
            _verdict(each) if each else verdict,
        )
        if figure.median:
            table.add_row(
                Text("  median", style="dim"), Text(estimate(figure.median, score), style="dim")
            )
    yield table
    for head, text in remarks(score, comparison):
        yield line(2, f"{head}: ", text, style="dim").wrapped()


def _verdict(each: Difference) -> Text:
    return Text(each.verdict.value, style=STYLES[each.verdict])


def _exploratory(
    comparison: Comparison, baseline: str, side: str, *, everything: bool
) -> Iterator[RenderableType]:
    rows = [
        (score, each)
        for score in comparison.scores
        if not score.primary
        for each in score.differences
        if (each.baseline, each.side) == (baseline, side)
    ]
    shown = [(score, each) for score, each in rows if everything or each.verdict in SEEN]
    if not rows:
        return
    yield ""
    yield Text.assemble(("Hints: ", "bold"), printable(side), " against ", printable(baseline))
    if shown:
        yield _hints(shown)
    if left := len(rows) - len(shown):
        scores = "1 more score" if left == 1 else f"{left} more scores"
        yield Text(f"{scores} without a difference seen: --all", style="dim")


def _hints(rows: list[tuple[ScoreComparison, Difference]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("score", overflow="fold")
    table.add_column("before", no_wrap=True, justify="right")
    table.add_column("after", no_wrap=True, justify="right")
    table.add_column("difference", no_wrap=True, justify="right")
    table.add_column("p", no_wrap=True, justify="right")
    table.add_column("", no_wrap=True)
    for score, each in rows:
        before, after = _ends(score, each)
        difference = shown_difference(each, score)
        table.add_row(Text(score.name), before, after, difference, shown_p(each), _verdict(each))
    return table


def _ends(score: ScoreComparison, each: Difference) -> tuple[str, str]:
    if each.before is None or each.value is None:
        return NOTHING, NOTHING
    return amount(each.before, score), amount(each.before + each.value, score)


def _coverage(comparison: Comparison, *, everything: bool) -> Iterator[RenderableType]:
    for told in coverage(comparison):
        yield line(0, "coverage: ", told, style="bold").wrapped()
    gaps = [
        row for row in comparison.matrix if everything or any(done < of for done, of in row.done)
    ]
    if not gaps:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("evaluated / planned", overflow="fold")
    for side in comparison.sides:
        table.add_column(Text(printable(side)), justify="right", overflow="fold")
    for row in gaps if everything else gaps[:_MATRIX_ROWS]:
        cells = (f"{done}/{of}" if of else NOTHING for done, of in row.done)
        table.add_row(Text(printable(row.task)), *cells)
    yield table
    if not everything and len(gaps) > _MATRIX_ROWS:
        yield Text(f"{len(gaps) - _MATRIX_ROWS} more tasks: --all", style="dim")
