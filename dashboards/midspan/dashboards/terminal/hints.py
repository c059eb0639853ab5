"""The scores of a comparison that decide nothing, on a terminal: what to look at next."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import RenderableType
from rich.text import Text

from midspan.dashboards.comparison_remarks import shown_detectable
from midspan.dashboards.comparison_words import (
    SEEN,
    amount,
    shown_difference,
    shown_p,
    title,
)
from midspan.dashboards.terminal.cells import NOTHING, counted, printable
from midspan.dashboards.terminal.snug import snug_table
from midspan.dashboards.terminal.story_line import line
from midspan.scorers.comparison import Comparison, Difference, ScoreComparison, Verdict

STYLES: Final = {
    Verdict.BETTER: "bold green",
    Verdict.WORSE: "bold red",
    Verdict.DIFFERENT: "bold yellow",
    Verdict.UNSEEN: "",
    Verdict.INSUFFICIENT: "dim",
}
MANY_PAIRS: Final = 5
"""Of more pairs the hints are shown only when all are wanted: they would bury what decides."""

Row = tuple[ScoreComparison, Difference]


def hints(comparison: Comparison, width: int, *, everything: bool) -> Iterator[RenderableType]:
    """Yield the hints of every pair; `everything` includes those that nothing came of."""
    rows = {pair: _rows(comparison, *pair) for pair in comparison.contrasts}
    if len(rows) > MANY_PAIRS and not everything:
        seen = sum(each.verdict in SEEN for of_pair in rows.values() for _, each in of_pair)
        if seen:
            yield ""
            yield Text(f"{counted(seen, 'hint')} of {len(rows)} pairs: --all", style="dim")
        return
    for (baseline, side), of_pair in rows.items():
        if of_pair:
            yield ""
            yield Text.assemble(
                ("Hints: ", "bold"), printable(side), " against ", printable(baseline)
            )
            yield from _of_pair(of_pair, width, everything=everything)


def verdict(each: Difference) -> Text:
    """Return a verdict as it is shown everywhere."""
    return Text(each.verdict.value, style=STYLES[each.verdict])


def seen_table(
    rows: Sequence[Row], sides: tuple[str, str], width: int, *, arrows: bool = False
) -> RenderableType:
    """Return scores with their figures on both sides, on the tasks that both did."""
    shown = [
        [
            Text(title(score) if arrows else score.name),
            *map(Text, _ends(score, each)),
            Text(shown_difference(each, score)),
            Text(shown_p(each)),
            verdict(each),
        ]
        for score, each in rows
    ]
    return snug_table(["score", *sides, "difference", "p", ""], shown, width)


def _rows(comparison: Comparison, baseline: str, side: str) -> list[Row]:
    return [
        (score, each)
        for score in comparison.scores
        if not score.primary
        for each in score.differences
        if (each.baseline, each.side) == (baseline, side)
    ]


def _of_pair(rows: Sequence[Row], width: int, *, everything: bool) -> Iterator[RenderableType]:
    if shown := [row for row in rows if row[1].verdict in SEEN]:
        yield seen_table(shown, ("before", "after"), width)
    if not everything:
        if left := len(rows) - len(shown):
            scores = "1 more score" if left == 1 else f"{left} more scores"
            yield Text(f"{scores} without a difference seen: --all", style="dim")
        return
    if unseen := [row for row in rows if row[1].verdict is Verdict.UNSEEN]:
        yield ""
        yield Text("No difference seen, and from what size on it would have been", style="bold")
        yield _unseen_table(unseen, width)
    yield from _untold(rows)


def _unseen_table(rows: Sequence[Row], width: int) -> RenderableType:
    shown = [
        [
            Text(score.name),
            *map(Text, _ends(score, each)),
            Text(shown_difference(each, score)),
            Text(shown_detectable(each.detectable, each.before, score)),
        ]
        for score, each in rows
    ]
    return snug_table(["score", "before", "after", "difference", "seen from"], shown, width)


def _untold(rows: Sequence[Row]) -> Iterator[RenderableType]:
    """Yield the scores of which nothing can be told, by the reason."""
    by_reason: dict[str, list[str]] = {}
    for score, each in rows:
        if each.verdict is Verdict.INSUFFICIENT:
            by_reason.setdefault(each.reason or "nothing to compare", []).append(score.name)
    if by_reason:
        yield ""
    for reason, names in by_reason.items():
        yield line(0, "cannot be told: ", f"{printable(reason)}", style="bold").wrapped()
        yield line(2, "", printable(", ".join(names)), says="dim").wrapped()


def _ends(score: ScoreComparison, each: Difference) -> tuple[str, str]:
    if each.before is None or each.value is None:
        return NOTHING, NOTHING
    return amount(each.before, score), amount(each.before + each.value, score)
