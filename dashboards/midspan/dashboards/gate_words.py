"""The requirements of a gate in words: what was asked, and what was found."""

from typing import Final

from midspan.dashboards.comparison_words import amount as in_unit
from midspan.dashboards.comparison_words import shown_difference, shown_p
from midspan.dashboards.scoring_advice import advice
from midspan.dashboards.terminal.cells import NOTHING, number, percent, printable
from midspan.scorers.comparison.declared import ALIASES, SHARES
from midspan.scorers.comparison.gate_result import GateResult, Kind, Outcome, Requirement
from midspan.scorers.comparison.result import ScoreComparison
from midspan.scorers.errors import Exit

VERDICTS: Final = {
    Exit.DONE: "The gate is passed.",
    Exit.VERDICT_IS_NO: "The gate is not passed.",
    Exit.NOT_EVALUATED: "The gate could not be evaluated, which is no pass.",
}


def verdict(result: GateResult) -> str:
    """Return the verdict in a sentence, with how many requirements came out how."""
    counts = [
        (sum(each.outcome is outcome for each in result.requirements), outcome.value)
        for outcome in (Outcome.FAILED, Outcome.NOT_EVALUATED, Outcome.WARNING, Outcome.PASSED)
    ]
    told = ", ".join(f"{count} {word}" for count, word in counts if count)
    return f"{VERDICTS[result.exit]} {told}."


def asked(requirement: Requirement, result: GateResult) -> str:
    """Return what a requirement asks for."""
    limit = requirement.limit
    match requirement.kind:
        case Kind.COVERAGE:
            return f"at least {percent(limit)} of the planned runs evaluated"
        case Kind.FLOOR:
            way = "at most" if requirement.at_most else "at least"
            return f"{requirement.score} {way} {_amount(limit, requirement, result)}"
        case Kind.NO_REGRESSION:
            if requirement.difference is None or requirement.difference.before is None:
                return f"{requirement.score} not worse"
            if _is_share(requirement, result):
                size = f"{100 * (limit or 0):.3g} points"
            else:
                size = _amount(limit, requirement, result)
            return f"{requirement.score} not worse by {size}"
        case Kind.REGRESSION_SET:
            trials = (requirement.score or "").removeprefix("pass_hat_")
            return f"regression tasks pass {trials} trials in a row: at least {percent(limit)}"
        case Kind.PROFILE:
            return "something to hold the runs to"


def found(requirement: Requirement, result: GateResult) -> str:
    """Return what was found, and why that is or is not enough."""
    parts = []
    if requirement.difference is not None and requirement.difference.value is not None:
        score = _score(requirement, result)
        if score is not None:
            shown = shown_difference(requirement.difference, score)
            p = shown_p(requirement.difference)
            parts.append(f"{shown}{'' if p == NOTHING else f', p {p}'}")
    elif requirement.found is not None:
        parts.append(_amount(requirement.found, requirement, result))
    if reason := _reason(requirement, result):
        parts.append(reason)
    detectable = requirement.difference.detectable if requirement.difference else None
    unsure = requirement.outcome in (Outcome.NOT_EVALUATED, Outcome.WARNING)
    if unsure and detectable is not None and requirement.difference is not None:
        if _is_share(requirement, result):
            size = f"{100 * detectable:.0f} points"
        else:
            size = _amount(detectable, requirement, result)
        parts.append(f"the smallest they show is {size}")
    return printable("; ".join(parts)) or NOTHING


def _reason(requirement: Requirement, result: GateResult) -> str:
    """Return why; of a score that no run has, what to run for it."""
    of_score = requirement.kind in (Kind.FLOOR, Kind.NO_REGRESSION) and requirement.score
    if of_score and requirement.found is None:
        return advice(of_score, _score(requirement, result)) or requirement.reason
    return requirement.reason


def _score(requirement: Requirement, result: GateResult) -> ScoreComparison | None:
    name = requirement.score or ""
    return result.comparison.of(ALIASES.get(name, name))


def _is_share(requirement: Requirement, result: GateResult) -> bool:
    score = _score(requirement, result)
    return score is not None and score.unit in SHARES


def _amount(amount: float | None, requirement: Requirement, result: GateResult) -> str:
    if amount is None:
        return NOTHING
    if requirement.kind in (Kind.COVERAGE, Kind.REGRESSION_SET):
        return percent(amount)
    score = _score(requirement, result)
    if score is None:
        return number(amount)
    return f"{100 * amount:.3g} %" if score.unit in SHARES else in_unit(amount, score)
