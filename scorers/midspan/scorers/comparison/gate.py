"""The gate: whether a change may go in. What could not be evaluated is no pass."""

from collections.abc import Iterator, Mapping

from midspan.scorers.comparison.declared import ALIASES
from midspan.scorers.comparison.gate_result import GateResult, Kind, Outcome, Requirement
from midspan.scorers.comparison.regression_set import Reading
from midspan.scorers.comparison.result import (
    Comparison,
    Difference,
    Figure,
    ScoreComparison,
    Verdict,
)
from midspan.scorers.profile.compare import Gate, Margin
from midspan.scorers.score import Better


def gate(
    comparison: Comparison,
    asked: Gate,
    readings: Mapping[str, Reading],
    *,
    baselines: bool = True,
) -> GateResult:
    """Return whether a comparison passes; `readings` are those of the regression set, by side.

    Without `baselines` every side is held to the floors, and nothing is compared.
    """
    found = [
        *_coverage(comparison, asked, baselines=baselines),
        *_floors(comparison, asked, baselines=baselines),
        *(_no_regression(comparison, asked) if baselines else ()),
        *_regression_set(comparison, asked, readings, baselines=baselines),
    ]
    if not any(each.kind is not Kind.COVERAGE for each in found):
        nothing = Requirement(
            kind=Kind.PROFILE,
            side="",
            outcome=Outcome.NOT_EVALUATED,
            reason="the profile asks for nothing: its `gate` has no floors, no `no_regression` "
            "and no `regression_set` that could be held against these runs",
        )
        found.append(nothing)
    return GateResult(requirements=tuple(found), comparison=comparison)


def _judged_sides(comparison: Comparison, *, baselines: bool) -> list[str]:
    """Return the sides that must hold: all but baselines."""
    if not baselines:
        return list(comparison.sides)
    return list(dict.fromkeys(side for _, side in comparison.contrasts))


def _coverage(comparison: Comparison, asked: Gate, *, baselines: bool) -> Iterator[Requirement]:
    compared = {label for pair in comparison.contrasts for label in pair}
    for each in comparison.coverage:
        if baselines and each.side not in compared:
            continue
        share = each.share
        covered = share is not None and share >= asked.coverage
        left = [
            f"{count} {what}"
            for count, what in (
                (each.infra, "not run yet, or lost to the platform"),
                (each.unscored, "not scored"),
            )
            if count
        ]
        yield Requirement(
            kind=Kind.COVERAGE,
            side=each.side,
            outcome=Outcome.PASSED if covered else Outcome.NOT_EVALUATED,
            limit=asked.coverage,
            found=share,
            reason=", ".join(left),
        )


def _floors(comparison: Comparison, asked: Gate, *, baselines: bool) -> Iterator[Requirement]:
    for name, limit in asked.floors.items():
        score = comparison.of(ALIASES.get(name, name))
        for side in _judged_sides(comparison, baselines=baselines):
            yield _floor(name, limit, side, score, asked.coverage)


def _floor(
    name: str, limit: float, side: str, score: ScoreComparison | None, coverage: float
) -> Requirement:
    figures = {each.side: each for each in score.figures} if score else {}
    figure = figures.get(side)
    # Of what is better when it is less, the floor is a ceiling.
    at_most = score is not None and score.better is Better.LOWER
    found = figure.estimate.value if figure and figure.estimate else None
    reason = ""
    if found is None:
        outcome = Outcome.NOT_EVALUATED
        reason = (figure.note if figure else None) or "no run has this score"
    elif figure and (thin := _thin(figure, coverage)):
        outcome, reason = Outcome.NOT_EVALUATED, thin
    else:
        held = found <= limit if at_most else found >= limit
        outcome = Outcome.PASSED if held else Outcome.FAILED
    return Requirement(
        kind=Kind.FLOOR,
        side=side,
        score=name,
        outcome=outcome,
        limit=limit,
        at_most=at_most,
        found=found,
        reason=reason,
    )


def _no_regression(comparison: Comparison, asked: Gate) -> Iterator[Requirement]:
    for name, margin in asked.no_regression.items():
        score = comparison.of(ALIASES.get(name, name))
        if score is None:
            continue
        figures = {each.side: each for each in score.figures}
        for each in score.differences:
            thin = next(
                (
                    told
                    for label in (each.baseline, each.side)
                    if (one := figures.get(label)) and (told := _thin(one, asked.coverage))
                ),
                "",
            )
            yield _held(name, score, each, margin, asked, comparison.alpha, thin)


def _held(
    name: str,
    score: ScoreComparison,
    each: Difference,
    margin: Margin,
    asked: Gate,
    alpha: float,
    thin: str,
) -> Requirement:
    amount = margin.amount * abs(each.before or 0.0) if margin.relative else margin.amount
    outcome, reason = _regressed(score, each, amount, asked, alpha)
    if thin:
        outcome, reason = Outcome.NOT_EVALUATED, thin
    return Requirement(
        kind=Kind.NO_REGRESSION,
        side=each.side,
        score=name,
        outcome=outcome,
        limit=amount,
        found=each.value,
        baseline=each.baseline,
        difference=each,
        reason=reason,
    )


def _regressed(
    score: ScoreComparison,
    each: Difference,
    amount: float,
    asked: Gate,
    alpha: float,
) -> tuple[Outcome, str]:
    unsure = Outcome.NOT_EVALUATED if asked.underpowered == "fail" else Outcome.WARNING
    if each.verdict is Verdict.INSUFFICIENT or each.value is None:
        return Outcome.NOT_EVALUATED, each.reason or "there is nothing to compare"
    if score.better is Better.NEITHER:
        return Outcome.NOT_EVALUATED, "nothing says which way it is better"
    worse = -each.value if score.better is Better.HIGHER else each.value
    p = each.p if each.p_adjusted is None else each.p_adjusted
    if worse > 0 and worse >= amount and p is not None and p < alpha:
        return Outcome.FAILED, "worse by more than it may be"
    if _ruled_out(score, each, amount):
        return Outcome.PASSED, "a change for the worse of that size is ruled out"
    if not amount:
        return unsure, "no comparison shows a change of any size: name the smallest that matters"
    if each.detectable is None:
        return unsure, "how small a change would be seen cannot be told: too few tasks differ"
    if each.detectable > amount:
        return unsure, "these tasks and trials could not have shown a change that small"
    return Outcome.PASSED, ""


def _ruled_out(score: ScoreComparison, each: Difference, amount: float) -> bool:
    """Return whether the whole interval lies above the change that matters."""
    if not amount:
        return False
    if score.better is Better.HIGHER:
        return each.low is not None and each.low > -amount
    return each.high is not None and each.high < amount


def _regression_set(
    comparison: Comparison, asked: Gate, readings: Mapping[str, Reading], *, baselines: bool
) -> Iterator[Requirement]:
    bar = asked.regression_set
    if bar is None:
        return
    for side in _judged_sides(comparison, baselines=baselines):
        outcome, found, reason = readings[side].judged(bar.at_least)
        yield Requirement(
            kind=Kind.REGRESSION_SET,
            side=side,
            score=f"pass_hat_{bar.pass_hat}",
            outcome=Outcome(outcome),
            limit=bar.at_least,
            found=found,
            reason=reason,
        )


def _thin(figure: Figure, coverage: float) -> str:
    """Return how many runs are missing from a figure, if they are too many."""
    known = figure.runs - figure.unjudged
    of = known + figure.unevaluated
    if not figure.unevaluated or known / of >= coverage:
        return ""
    return f"could not be evaluated on {figure.unevaluated} of {of} runs"
