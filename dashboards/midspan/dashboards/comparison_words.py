"""A comparison in words: what tables on a terminal and in Markdown say alike."""

from collections.abc import Iterator
from typing import Final

from midspan.dashboards.scoring_advice import advice
from midspan.dashboards.terminal.cells import NOTHING, number, percent, printable
from midspan.dashboards.terminal.score_values import ARROWS, SHARES, value
from midspan.scorers.comparison import Comparison, Difference, Figure, ScoreComparison, Verdict
from midspan.scorers.score import Declaration, Level
from midspan.scorers.statistics import Estimate

SEEN: Final = (Verdict.BETTER, Verdict.WORSE, Verdict.DIFFERENT)
LEGEND: Final = (
    "60 % (45 to 74): the figure, and where the true one lies, 19 times in 20.",
    "p: how often chance alone makes a difference as large. Small = hardly chance.",
    "no difference seen: there may be one, smaller than these tasks can show.",
    "Hints: of many scores a few differ by chance alone. Ask again of new runs.",
)


def title(score: ScoreComparison) -> str:
    """Return the name of a score, with the way in which it is better."""
    arrow = ARROWS[score.better]
    return f"{score.name} {arrow}" if arrow else score.name


def shown_figure(figure: Figure | None, score: ScoreComparison) -> str:
    """Return a figure with its interval; where there is none, why."""
    if figure is None:
        return NOTHING
    if figure.estimate is None:
        return figure.note or NOTHING
    return estimate(figure.estimate, score)


def estimate(found: Estimate, score: ScoreComparison) -> str:
    """Return a value and the interval it is known to."""
    shown = amount(found.value, score)
    if found.low is None and found.high is None:
        return shown
    if score.unit in SHARES:
        return f"{shown} ({_points(found.low)} to {_points(found.high)})"
    ends = (_end(end, found.value, score) for end in (found.low, found.high))
    return f"{shown} ({' to '.join(ends)})"


def nothing(score: ScoreComparison) -> str:
    """Return why no side has a figure."""
    unevaluated = sum(figure.unevaluated for figure in score.figures)
    if unevaluated:
        runs = "1 run" if unevaluated == 1 else f"{unevaluated:,} runs"
        return f"the record of {runs} does not allow it: midspan score tells why"
    notes = {figure.note for figure in score.figures if figure.note}
    return advice(score.name, score) or "; ".join(sorted(notes))


def amount(found: float, score: ScoreComparison) -> str:
    """Return a value in the unit of its score."""
    return value(found, _declaration(score))


def shown_difference(each: Difference, score: ScoreComparison) -> str:
    """Return a difference: of shares in points of a hundred, else as a share of the baseline."""
    if each.value is None:
        return NOTHING
    if score.unit in SHARES:
        return f"{_signed(100 * each.value)} points{_interval(each.low, each.high, 100)}"
    if each.before:
        scale = 100 / abs(each.before)
        return f"{_signed(scale * each.value)} %{_interval(each.low, each.high, scale)}"
    return f"{_signed(each.value)}{_interval(each.low, each.high, 1)}"


def shown_p(each: Difference) -> str:
    """Return the p-value that the verdict stands on."""
    p = each.p if each.p_adjusted is None else each.p_adjusted
    if p is None:
        return NOTHING
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def headline(comparison: Comparison, baseline: str, side: str) -> str:
    """Return in one sentence what the primary scores say of a side."""
    told: dict[Verdict, list[str]] = {}
    for score in comparison.scores:
        for each in score.differences if score.primary else ():
            if (each.baseline, each.side) == (baseline, side):
                told.setdefault(each.verdict, []).append(_told(each, score))
    words = {
        Verdict.WORSE: "worse: {}",
        Verdict.BETTER: "better: {}",
        Verdict.DIFFERENT: "different: {}",
        Verdict.UNSEEN: "no difference seen: {}",
        Verdict.INSUFFICIENT: "cannot be told: {}",
    }
    said = "; ".join(
        form.format(", ".join(told[verdict])) for verdict, form in words.items() if verdict in told
    )
    return said or "no primary score was asked for"


def coverage(comparison: Comparison) -> Iterator[str]:
    """Yield a line for each side of which something is missing; one line where nothing is."""
    missing = False
    for each in comparison.coverage:
        left = [
            f"{count:,} {what}"
            for count, what in (
                (each.infra, "not run yet, or lost to the platform"),
                (each.unscored, "not scored (midspan score)"),
                (each.planned - each.evaluated - each.infra, "of unknown outcome"),
            )
            if count > 0
        ]
        if left:
            missing = True
            done = max(0, each.evaluated - each.unscored)
            yield (
                f"{printable(each.side)}: {done:,} of {each.planned:,} runs evaluated; "
                f"{', '.join(left)}"
            )
    if not missing:
        planned = sum(each.planned for each in comparison.coverage)
        yield f"all {planned:,} runs were evaluated"


def shared_tasks(comparison: Comparison) -> str:
    """Return how many tasks and runs the comparison stands on."""
    for score in comparison.scores:
        counts = {each.tasks for each in score.differences if each.tasks}
        if counts:
            low, high = min(counts), max(counts)
            tasks = f"{low}" if low == high else f"{low} to {high}"
            return f"{tasks} task{'' if high == 1 else 's'} that both did"
    return "no task that both did"


def _told(each: Difference, score: ScoreComparison) -> str:
    if each.value is None or each.before is None:
        return score.name
    if each.verdict in SEEN:
        before, after = amount(each.before, score), amount(each.before + each.value, score)
        return f"{score.name} ({before} → {after})"
    return score.name


def _end(end: float | None, beside: float, score: ScoreComparison) -> str:
    """Return an end of an interval, without a unit: in that of the value beside it."""
    if end is None:
        return "any"
    if score.unit != "seconds":
        return number(end)
    if 0 < abs(beside) < 0.1:
        return f"{(1e6 if abs(beside) < 0.001 else 1000) * end:,.0f}"
    return f"{end:,.2f}" if abs(beside) < 10 else f"{end:,.1f}"


def _interval(low: float | None, high: float | None, scale: float) -> str:
    if low is None and high is None:
        return ""
    ends = ("any" if end is None else _signed(scale * end) for end in (low, high))
    return f" ({' to '.join(ends)})"


def _points(end: float | None) -> str:
    return "any" if end is None else percent(end).removesuffix(" %").replace("> 99", "99")


def _signed(amount: float) -> str:
    """Return a number with its sign, as few digits as say something.

    >>> _signed(-12.34), _signed(0.04), _signed(0.0), _signed(1234.5)
    ('-12', '+0.04', '0', '+1,234')
    """
    if abs(amount) < 1e-12:
        return "0"
    digits = f"{abs(amount):,.0f}" if abs(amount) >= 10 else f"{abs(amount):.2g}"
    return f"{'-' if amount < 0 else '+'}{digits}"


def _declaration(score: ScoreComparison) -> Declaration:
    return Declaration(
        name=score.name,
        level=Level.CELL,
        unit=score.unit,
        better=score.better,
        description=score.description,
    )
