"""DeepEval: `ToolCorrectnessMetric` without available tools, so without a language model.

Three ways to match, each by name alone (the metric's default) and with input parameters. The
matching is greedy as there, and a call equal to one already used counts as used.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from midspan.scorers.compat.case import Arguments, Case, MadeCall, Mode, Reads, WantedCall, hashable

Credit = Callable[[MadeCall, WantedCall], float]


def _by_name(made: MadeCall, wanted: WantedCall) -> float:
    return float(made.name == wanted.name)


def _by_arguments(made: MadeCall, wanted: WantedCall) -> float:
    if made.name != wanted.name:
        return 0.0
    return _share_alike(wanted.arguments or {}, made.arguments or {})


def _share_alike(wanted: Arguments, made: Arguments) -> float:
    """Return equal arguments / arguments of either side; objects within count in part."""
    if wanted == made:
        return 1.0
    total, share = len(wanted.keys() | made.keys()), 0.0
    for key, value in wanted.items():
        if key not in made:
            continue
        other = made[key]
        if value == other:
            share += 1 / total
        elif isinstance(value, dict) and isinstance(other, dict):
            share += _share_alike(value, other) / total
    return share


def _exact(credit: Credit, case: Case) -> float:
    pairs = zip(case.made, case.wanted, strict=False)
    return float(len(case.made) == len(case.wanted) and all(credit(*pair) == 1 for pair in pairs))


def _any_order(credit: Credit, case: Case) -> float:
    if not case.wanted:
        return float(not case.made)
    identities = [(call.name, hashable(call.arguments)) for call in case.made]
    used: set[Any] = set()
    total = 0.0
    for wanted in case.wanted:
        best, its_identity = 0.0, None
        for made, identity in zip(case.made, identities, strict=True):
            if identity not in used and (found := credit(made, wanted)) > best:
                best, its_identity = found, identity
        if best > 0:
            total += best
            used.add(its_identity)
    return total / len(case.wanted)


def _in_order(credit: Credit, case: Case) -> float:
    """Return the credit of the heaviest common subsequence / calls expected."""
    if not case.wanted:
        return float(not case.made)
    rows, columns = len(case.wanted), len(case.made)
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for row, wanted in enumerate(case.wanted, start=1):
        for column, made in enumerate(case.made, start=1):
            found = credit(made, wanted)
            paired = best[row - 1][column - 1] + found if found > 0 else 0.0
            best[row][column] = max(best[row - 1][column], best[row][column - 1], paired)
    return _credit_on_the_way_back(best) / rows


def _credit_on_the_way_back(best: list[list[float]]) -> float:
    """Return the credits summed in the order the peer sums them, so that the last digit agrees."""
    row, column, total = len(best) - 1, len(best[0]) - 1, 0.0
    while row and column:
        here = best[row][column]
        if here == best[row - 1][column]:
            row -= 1
        elif here == best[row][column - 1]:
            column -= 1
        else:
            row, column = row - 1, column - 1
            total += here - best[row][column]
    return total


_WAYS: Final[dict[str, tuple[Callable[[Credit, Case], float], bool, str]]] = {
    "any_order": (_any_order, False, "credit of the expected tools found, others are free"),
    "in_order": (_in_order, False, "credit of the expected tools found in their order"),
    "exact": (_exact, True, "the same tools in the same order"),
}

MODES: Final = tuple(
    mode
    for way, (judge, binary, what) in _WAYS.items()
    for mode in (
        Mode(
            name=f"deepeval.{way}",
            description=f"DeepEval ToolCorrectness by name: {what}.",
            judge=partial(judge, _by_name),
            # Equal calls are one to it, so arguments are looked at even where only names count.
            reads=Reads.ARGUMENTS if way == "any_order" else Reads.NAMES,
            binary=binary,
        ),
        Mode(
            name=f"deepeval.{way}.arguments",
            description=f"DeepEval ToolCorrectness with input parameters: {what}.",
            judge=partial(judge, _by_arguments),
            binary=binary,
        ),
    )
)
"""Plain, `should_consider_ordering` and `should_exact_match`, each also with INPUT_PARAMETERS."""
