"""A comparison and a gate as Markdown, for the comment of a pull request or a job's summary."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from midspan.dashboards.comparison_remarks import remarks
from midspan.dashboards.comparison_words import (
    LEGEND,
    SEEN,
    amount,
    coverage,
    headline,
    shared_tasks,
    shown_difference,
    shown_figure,
    shown_p,
    title,
)
from midspan.dashboards.gate_words import asked, found, verdict
from midspan.dashboards.terminal.cells import NOTHING, printable
from midspan.scorers.comparison import Comparison, ScoreComparison
from midspan.scorers.comparison.gate_result import GateResult, Outcome

_MARKS: Final = {
    Outcome.PASSED: "✅ passed",
    Outcome.FAILED: "❌ failed",
    Outcome.NOT_EVALUATED: "⚠️ not evaluated",
    Outcome.WARNING: "⚠️ warning",
}
_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>|#@~&!])")


def comparison_markdown(comparison: Comparison) -> str:
    """Return a comparison: the sentences first, then a table for each primary score, then hints."""
    by = f", by {comparison.by}" if comparison.by else ""
    lines = [f"## Compared on {shared_tasks(comparison)}{by}", ""]
    lines += [f"> ⚠️ {plain_markdown(warning)}\n" for warning in comparison.warnings]
    for baseline, side in comparison.contrasts:
        said = plain_markdown(headline(comparison, baseline, side))
        lines.append(f"- **{plain_markdown(side)}** against **{plain_markdown(baseline)}**: {said}")
    for score in comparison.scores:
        if score.primary:
            lines += ["", *_primary(score, comparison)]
    lines += _hints(comparison)
    lines += ["", *(f"Coverage: {plain_markdown(told)}  " for told in coverage(comparison)), ""]
    lines += [f"<sub>{plain_markdown(said)}</sub>  " for said in LEGEND]
    return "\n".join([*lines, ""])


def gate_markdown(result: GateResult) -> str:
    """Return a gate: the verdict, a table of what it asks for, and the comparison behind it."""
    rows = [
        (_MARKS[each.outcome], each.side, asked(each, result), found(each, result))
        for each in result.requirements
    ]
    lines = [
        f"## midspan gate: {result.verdict}",
        "",
        plain_markdown(verdict(result)),
        "",
        *table_lines(("", "side", "asked", "found"), rows),
        "",
    ]
    if not result.comparison.contrasts:
        return "\n".join(lines)
    details = ["<details><summary>The comparison behind it</summary>", ""]
    return "\n".join([*lines, *details, comparison_markdown(result.comparison), "</details>", ""])


def _primary(score: ScoreComparison, comparison: Comparison) -> Iterator[str]:
    by_side = {each.side: each for each in score.differences}
    baselines = {each.baseline for each in score.differences}
    rows = []
    for figure in score.figures:
        each = by_side.get(figure.side)
        verdict = each.verdict.value if each else "baseline" if figure.side in baselines else ""
        rows.append(
            (
                figure.side,
                shown_figure(figure, score),
                shown_difference(each, score) if each else "",
                shown_p(each) if each else "",
                verdict,
                f"{figure.tasks} / {figure.runs}",
            )
        )
    heads = (title(score), "figure", "difference", "p", "verdict", "tasks / runs")
    yield from table_lines(heads, rows)
    notes = [f"- {head}: {plain_markdown(text)}" for head, text in remarks(score, comparison)]
    if notes:
        yield ""
        yield from notes


def _hints(comparison: Comparison) -> Iterator[str]:
    several = len(comparison.contrasts) > 1
    rows, looked_at = [], 0
    for score in comparison.scores:
        for each in () if score.primary else score.differences:
            looked_at += 1
            if each.verdict in SEEN and each.before is not None and each.value is not None:
                before, after = each.before, each.before + each.value
                rows.append(
                    (
                        *((each.side,) if several else ()),
                        title(score),
                        f"{amount(before, score)} → {amount(after, score)}",
                        shown_difference(each, score),
                        shown_p(each),
                        each.verdict.value,
                    )
                )
    if not rows:
        return
    heads = (*(("side",) if several else ()), "score", "before → after", "difference", "p", "")
    yield from ("", "<details><summary>Hints: not corrected for looking at many</summary>", "")
    yield from table_lines(heads, rows)
    yield from ("", f"Without a difference seen: {looked_at - len(rows)} more.", "", "</details>")


def table_lines(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table; its cells may hold any text."""
    yield f"| {' | '.join(map(plain_markdown, heads))} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(plain_markdown(cell) or NOTHING for cell in row)} |"


def plain_markdown(text: str) -> str:
    """Return text that Markdown shows as it is, whatever an agent or a name put in it.

    >>> plain_markdown("a|b <img> @all")
    'a\\\\|b \\\\<img\\\\> \\\\@all'
    """
    return _SPECIAL.sub(r"\\\1", printable(text))
