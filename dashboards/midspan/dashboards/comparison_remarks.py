"""What stands below a score of a comparison: what can be seen, which tasks changed, what lacks."""

from collections.abc import Iterator, Sequence
from typing import Final

from midspan.dashboards.scoring_advice import advice
from midspan.dashboards.terminal.cells import NOTHING, counted, number, printable
from midspan.dashboards.terminal.score_values import SHARES
from midspan.scorers.comparison import Comparison, ScoreComparison, Verdict
from midspan.scorers.comparison.result import Flip
from midspan.scorers.statistics import fewest_tasks

_LISTED: Final = 6


def remarks(score: ScoreComparison, comparison: Comparison) -> Iterator[tuple[str, str]]:
    """Yield what stands below the table of a score: a head and a text each."""
    for each in score.differences:
        of = "" if len(score.differences) == 1 else f"{printable(each.side)}: "
        if each.reason:
            yield "cannot be told", f"{of}{advice(score.name, score) or each.reason}"
        if each.p is not None and each.p < comparison.alpha <= (each.p_adjusted or 0.0):
            alone = f"alone p were {each.p:.3f}; {comparison.tests} tests decide together"
            yield "close", f"{of}{alone}"
        failing = [_flip(flip) for flip in each.flips if not flip.passes]
        passing = [_flip(flip) for flip in each.flips if flip.passes]
        if failing:
            yield "fail now", f"{of}{_list(failing)}"
        if passing:
            yield "pass now", f"{of}{_list(passing)}"
        for dropped in each.dropped:
            tasks = _list(dropped.tasks)
            yield "left out", f"{of}only {printable(dropped.side)} has a value: {tasks}"
    if power := _power(score, comparison):
        yield power


def shown_detectable(found: float | None, before: float | None, score: ScoreComparison) -> str:
    """Return the smallest difference that would be seen, in the form of differences."""
    if found is None:
        return NOTHING
    if score.unit in SHARES:
        return f"{100 * found:.0f} points" if found >= 0.015 else "1 point"
    return f"{100 * found / abs(before):,.0f} %" if before else number(found)


def _power(score: ScoreComparison, comparison: Comparison) -> tuple[str, str] | None:
    """Return what these tasks and trials can show; where nothing was seen, what would have been."""
    known = [each for each in score.differences if each.value is not None]
    if not known:
        return None
    tasks = min(each.tasks for each in known)
    found = [each.detectable for each in known if each.detectable is not None]
    if len(found) < len(known):
        needed = fewest_tasks(comparison.alpha / max(1, comparison.tests if score.primary else 1))
        needed = max(needed, comparison.minimum_tasks)
        if tasks < needed:
            lack = f"no difference, however large: that takes {needed} tasks or more, here {tasks}"
            return "can be seen", lack
        return "can be seen", "cannot be told: the tasks hardly differ"
    before = next((each.before for each in known if each.before), None)
    size = shown_detectable(max(found), before, score)
    runs = [runs for each in known for runs in each.runs]
    average = max(1, round(sum(runs) / sum(2 * each.tasks for each in known)))
    on = f"4 times in 5 ({tasks} tasks, {counted(average, 'run')} of each)"
    if any(each.verdict is Verdict.UNSEEN for each in known):
        return "not seen", f"a difference of {size} or more would have been, {on}"
    return "can be seen", f"differences of {size} or more, {on}"


def _flip(flip: Flip) -> str:
    before, after = (f"{won}/{of}" for won, of in (flip.before, flip.after))
    return f"{printable(flip.task)} {before} → {after}"


def _list(parts: Sequence[str]) -> str:
    more = len(parts) - _LISTED
    listed = ", ".join(printable(part) for part in parts[:_LISTED])
    return listed + (f" and {more} more" if more > 0 else "")
