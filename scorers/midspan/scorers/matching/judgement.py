"""A run's calls judged against those expected, from nothing but how far each pair agrees."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from midspan.scorers.matching.assignment import best_pairs, most_pairs, pairs_in_order

Row = tuple[tuple[int, float], ...]
"""A call made: each expected call of the same tool, by its place, with the credit of the pair.

Credit 1 is a match. A call that no expected one has the name of is the empty row.
"""

UNKNOWN: Final = -1.0
"""The credit of a pair whose arguments were not recorded."""

ORDERED_MODES: Final = ("strict", "in_order")

MATCHED: Final = "matched"
WRONG_ORDER: Final = "wrong_order"
WRONG_ARGUMENTS: Final = "wrong_arguments"
WRONG_TOOL: Final = "wrong_tool"
EXTRA: Final = "extra"
LABELS: Final = (MATCHED, WRONG_ORDER, WRONG_ARGUMENTS, WRONG_TOOL, EXTRA)

_SAME_TOOL: Final = 1e-6
"""What a pair of the same tool is worth whose arguments have nothing in common."""

_EARLIER: Final = 1e-9
"""What an earlier match is worth over a later one."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """What became of one call that was made."""

    label: str
    expected: int | None = None
    """The expected call that it stands for."""
    credit: float = 0.0
    """How much of what was expected there it is; nothing where it came out of order."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """How many of the expected calls were made, and what became of each call made.

    The numbers are the largest there can be, each for itself, so they do not depend on the order
    in which expectations are written.
    """

    selected: int
    """Expected calls whose tool was called."""
    met: int
    """Expected calls that were made, in any order."""
    in_order: int
    """Expected calls that were made in their order; the same as `met` where order is not asked."""
    places: tuple[Place, ...]
    missing: tuple[int, ...]
    """Expected calls that no call made stands for."""


def judge(rows: Sequence[Row], *, expected: int, ordered: bool) -> Judgement:
    """Return the judgement on calls made against a number of expected calls."""
    full = [{column: 1.0 for column, credit in row if credit == 1} for row in rows]
    named = [{column: 1.0 for column, _ in row} for row in rows]
    most = most_pairs(full)
    pairs = pairs_in_order(full, expected) if ordered else most
    places = _places(rows, expected, pairs, ordered)
    stood_for = {place.expected for place in places}
    return Judgement(
        selected=len(most_pairs(named)),
        met=len(most),
        in_order=len(pairs),
        places=places,
        missing=tuple(column for column in range(expected) if column not in stood_for),
    )


def judge_both(rows: Sequence[Row], *, expected: int, ordered: bool) -> tuple[Judgement, Judgement]:
    """Return the judgement with unknown pairs as no match, and as matches."""
    both = partial(judge, expected=expected, ordered=ordered)
    known = _with(rows, 0.0)
    if known == list(rows):
        judgement = both(rows)
        return judgement, judgement
    return both(known), both(_with(rows, 1.0))


def total_credit(rows: Sequence[Row], *, expected: int, ordered: bool) -> float:
    """Return the largest credit of all pairs: matches count 1, others what of them agrees.

    A pair whose arguments were not recorded has none.
    """
    weights = [{column: credit for column, credit in row if credit > 0} for row in rows]
    solve: Callable[[Sequence[Mapping[int, float]], int], dict[int, int]]
    solve = pairs_in_order if ordered else best_pairs
    pairs = solve(weights, expected)
    # Rounded, so that the order of adding up does not show.
    return round(sum(weights[row][column] for row, column in pairs.items()), 12)


def _with(rows: Sequence[Row], unknown: float) -> list[Row]:
    return [
        tuple((column, unknown if credit == UNKNOWN else credit) for column, credit in row)
        for row in rows
    ]


def _places(
    rows: Sequence[Row], expected: int, pairs: Mapping[int, int], ordered: bool
) -> tuple[Place, ...]:
    """Return what became of each call; `pairs` are fixed only where their order counts."""
    fixed = pairs if ordered or not _open(rows, pairs) else {}
    taken = set(fixed.values())
    most = len(rows) + 1.0
    # First as many matches as there can be, then the most alike, then any of the same tool. Of
    # equal calls the earliest is the match.
    weights = [
        {}
        if row in fixed
        else {
            column: (most - row * _EARLIER if credit == 1 else credit) + _SAME_TOOL
            for column, credit in candidates
            if column not in taken
        }
        for row, candidates in enumerate(rows)
    ]
    loose = best_pairs(weights, expected)
    met = WRONG_ORDER if ordered else MATCHED
    places = []
    for row, candidates in enumerate(rows):
        if row in fixed:
            places.append(Place(label=MATCHED, expected=fixed[row], credit=1.0))
        elif row in loose:
            credit = dict(candidates)[loose[row]]
            label = met if credit == 1 else WRONG_ARGUMENTS
            value = 0.0 if label == WRONG_ORDER else credit
            places.append(Place(label=label, expected=loose[row], credit=value))
        else:
            places.append(Place(label=EXTRA))
    return tuple(places)


def _open(rows: Sequence[Row], pairs: Mapping[int, int]) -> bool:
    """Return whether a call without a pair shares its tool with an expectation without one."""
    taken = set(pairs.values())
    return any(
        column not in taken
        for row, candidates in enumerate(rows)
        if row not in pairs
        for column, _ in candidates
    )
