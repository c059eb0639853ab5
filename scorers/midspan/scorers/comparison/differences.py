"""A side less its baseline, on the tasks that both have: how much, and how sure that is."""

from dataclasses import dataclass, replace

import numpy as np

from midspan.scorers.comparison.declared import is_yes_or_no
from midspan.scorers.comparison.estimates import SEED
from midspan.scorers.comparison.grid import Grid, Numbers, Truths
from midspan.scorers.comparison.result import Difference, Dropped, Flip, Verdict
from midspan.scorers.comparison.sides import Contrast, Sides
from midspan.scorers.score import Better, Declaration
from midspan.scorers.statistics import (
    bootstrap_mean,
    bootstrap_ratio_difference,
    detectable,
    detectable_flips,
    mcnemar,
    sign_flip,
    standard_error,
    swap,
)

MCNEMAR = "exact McNemar"
SIGN_FLIP = "sign-flip permutation"
SWAP = "swap permutation"


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """One score on the units that both sides of a contrast have."""

    grid: Grid
    contrast: Contrast
    units: Truths
    what: Declaration
    tasks: tuple[str, ...]
    """Every task by its number."""

    @property
    def differences(self) -> Numbers:
        """Return the difference of each shared task."""
        grid, one = self.grid, self.contrast
        return grid.means(grid.value[:, one.side] - grid.value[:, one.baseline], self.units)

    @property
    def is_one_answer_a_task(self) -> bool:
        """Return whether each task was answered once a side, with yes or no."""
        values = self.grid.value[self.units][:, [self.contrast.baseline, self.contrast.side]]
        runs = self.grid.runs[self.units][:, [self.contrast.baseline, self.contrast.side]]
        once = len(self.grid.tasks(self.units)) == int(np.sum(self.units))
        binary = bool(np.all((values == 0) | (values == 1)))
        return is_yes_or_no(self.what) and once and binary and bool(np.all(runs == 1))


def difference(
    grid: Grid, contrast: Contrast, sides: Sides, what: Declaration, *, minimum_tasks: int
) -> Difference:
    """Return the difference with its raw p; `verdict` is insufficient or still unseen."""
    base, side = contrast.baseline, contrast.side
    units = grid.present(base) & grid.present(side)
    tasks = grid.tasks(units)
    plain = Difference(
        baseline=sides.labels[base],
        side=sides.labels[side],
        verdict=Verdict.INSUFFICIENT,
        tasks=len(tasks),
        runs=(grid.counts(base, units), grid.counts(side, units)),
        dropped=_dropped(grid, contrast, sides),
    )
    if not len(tasks):
        return replace(plain, reason="no task has a value on both sides")
    pairs = Pairs(grid=grid, contrast=contrast, units=units, what=what, tasks=sides.tasks)
    found = _ratio(plain, pairs) if grid.is_ratio else _mean(plain, pairs)
    if found.value is None:
        return found
    if len(tasks) < minimum_tasks:
        reason = f"{_tasks(len(tasks))} in both, and {minimum_tasks} are needed"
        return replace(found, p=None, test=None, reason=reason)
    return replace(found, verdict=Verdict.UNSEEN)


def judged(
    found: Difference, what: Declaration, alpha: float, *, tests: int, p_adjusted: float | None
) -> Difference:
    """Return the difference with its verdict; `tests` p-values were corrected together."""
    found = replace(
        found, p_adjusted=p_adjusted, detectable=_detectable(found, what, alpha / max(1, tests))
    )
    p = found.p if p_adjusted is None else p_adjusted
    if p is None or found.value is None or found.verdict is Verdict.INSUFFICIENT:
        return found
    if p >= alpha or found.value == 0:
        return replace(found, verdict=Verdict.UNSEEN)
    if what.better is Better.NEITHER:
        return replace(found, verdict=Verdict.DIFFERENT)
    gained = (found.value > 0) == (what.better is Better.HIGHER)
    return replace(found, verdict=Verdict.BETTER if gained else Verdict.WORSE)


def _mean(plain: Difference, pairs: Pairs) -> Difference:
    grid, contrast = pairs.grid, pairs.contrast
    each = pairs.differences
    found = bootstrap_mean(each, seed=SEED)
    before = float(np.mean(grid.means(grid.value[:, contrast.baseline], pairs.units)))
    if pairs.is_one_answer_a_task:
        test, p = MCNEMAR, mcnemar(int(np.sum(each > 0)), int(np.sum(each < 0)))
    else:
        test, p = SIGN_FLIP, sign_flip(each, seed=SEED)
    # Where nothing varies, how sure it is cannot be told: no interval, rather than one of no width.
    error = standard_error(each)
    return replace(
        plain,
        before=before,
        value=found.value,
        low=found.low if error else None,
        high=found.high if error else None,
        share=found.value / abs(before) if before else None,
        p=p,
        test=test,
        standard_error=error or None,
        flips=_flips(pairs),
    )


def _ratio(plain: Difference, pairs: Pairs) -> Difference:
    grid, units = pairs.grid, pairs.units

    def sums(side: int) -> tuple[Numbers, Numbers]:
        return grid.sums(grid.total[:, side], units), grid.sums(grid.out_of[:, side], units)

    first, second = sums(pairs.contrast.baseline), sums(pairs.contrast.side)
    for label, (_, out_of) in ((plain.baseline, first), (plain.side, second)):
        if not np.sum(out_of) > 0:
            what = "success" if pairs.what.name.endswith("_per_success") else "event to judge"
            return replace(plain, reason=f"no {what} on the side of {label}")
    found = bootstrap_ratio_difference(first, second, seed=SEED)
    before = float(np.sum(first[0]) / np.sum(first[1]))
    return replace(
        plain,
        before=before,
        value=found.value,
        low=found.low,
        high=found.high,
        share=found.value / abs(before) if before else None,
        p=swap(first, second, seed=SEED),
        test=SWAP,
        standard_error=found.standard_error,
    )


def _detectable(found: Difference, what: Declaration, alpha: float) -> float | None:
    """Return the smallest difference that would be seen; None where nothing tells it."""
    by_spread = None
    if found.standard_error is not None:
        by_spread = detectable(found.standard_error, found.tasks, alpha=alpha)
    if not is_yes_or_no(what):
        return by_spread
    # Answers of yes and no change by whole runs, however little they vary.
    by_flips = detectable_flips(found.tasks, alpha=alpha)
    if by_flips is None:
        return None
    if by_spread is None:
        return by_flips
    trials = 1 if found.test == MCNEMAR else max(1.0, min(found.runs) / found.tasks)
    return max(by_spread, by_flips / trials)


def _dropped(grid: Grid, contrast: Contrast, sides: Sides) -> tuple[Dropped, ...]:
    here = grid.present(contrast.baseline), grid.present(contrast.side)
    shared = set(grid.tasks(here[0] & here[1]))
    dropped = []
    for side, units in ((contrast.baseline, here[0]), (contrast.side, here[1])):
        alone = sorted(set(grid.tasks(units)) - shared)
        if alone:
            names = tuple(sides.tasks[task] for task in alone)
            dropped.append(Dropped(side=sides.labels[side], tasks=names))
    return tuple(dropped)


def _flips(pairs: Pairs) -> tuple[Flip, ...]:
    """Return the tasks of which most trials pass on one side alone."""
    if pairs.what.unit != "0/1":
        return ()
    grid = pairs.grid
    counted = []
    for side in (pairs.contrast.baseline, pairs.contrast.side):
        passed = np.nan_to_num(grid.value[:, side] * grid.runs[:, side])
        counted.append((grid.sums(passed, pairs.units), grid.sums(grid.runs[:, side], pairs.units)))
    (won, of), (won_now, of_now) = counted
    flips = [
        Flip(
            task=pairs.tasks[task],
            before=(round(won[place]), round(of[place])),
            after=(round(won_now[place]), round(of_now[place])),
            passes=bool(2 * won_now[place] > of_now[place]),
        )
        for place, task in enumerate(grid.tasks(pairs.units))
        if (2 * won[place] > of[place]) != (2 * won_now[place] > of_now[place])
    ]
    return tuple(sorted(flips, key=lambda flip: flip.passes))


def _tasks(count: int) -> str:
    return "1 task" if count == 1 else f"{count} tasks"
