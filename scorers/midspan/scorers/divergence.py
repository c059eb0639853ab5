"""Where one run of a task leaves another: their calls side by side, and the first that differ."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import takewhile
from typing import Any, Final

from midspan.scorers.matching.assignment import pairs_in_order
from midspan.scorers.matching.values import same_value
from midspan.scorers.run_view import Call, Run

MOST: Final = 500
"""Calls of each run, after those that are the same, that are looked at for pairs."""

_SAME: Final = MOST + 1.0
"""What a pair of the same call is worth: more than all others together."""

_SAME_TOOL: Final = 1e-6
"""What a pair is worth whose arguments have nothing in common: less than any that have."""


class Relation(StrEnum):
    """What two calls that stand side by side have to do with each other."""

    SAME = "same"
    """The same tool with the same arguments."""
    UNKNOWN = "unknown"
    """The same tool; the arguments of one were not recorded."""
    ARGUMENTS = "other arguments"
    """The same tool with other arguments."""
    ONLY_FIRST = "only the first"
    ONLY_SECOND = "only the second"


DIFFERENT: Final = (Relation.ARGUMENTS, Relation.ONLY_FIRST, Relation.ONLY_SECOND)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A call of the first run beside one of the second; None where there is none."""

    first: Call | None = None
    second: Call | None = None

    @cached_property
    def relation(self) -> Relation:
        """Return what the two have to do with each other."""
        if self.first is None:
            return Relation.ONLY_SECOND
        if self.second is None:
            return Relation.ONLY_FIRST
        return _relation(self.first, self.second)

    @property
    def differs(self) -> bool:
        """Return whether the second run does something else here."""
        return self.relation in DIFFERENT

    @property
    def arguments(self) -> tuple[str, ...]:
        """Return the names of the arguments that differ, where both are known by name."""
        if self.first is None or self.second is None:
            return ()
        one, other = self.first.arguments, self.second.arguments
        if not isinstance(one, dict) or not isinstance(other, dict):
            return ()
        return tuple(name for name in {**one, **other} if not _agree(one, other, name))

    @property
    def other_outcome(self) -> bool:
        """Return whether something else came back, as far as both were recorded."""
        if self.first is None or self.second is None:
            return False
        results = self.first.result, self.second.result
        return self.first.failed != self.second.failed or (
            None not in results and results[0] != results[1]
        )


@dataclass(frozen=True, kw_only=True)
class Divergence:
    """The calls of two runs side by side, in their order."""

    first: Run
    second: Run
    pairs: tuple[Pair, ...]
    unpaired: tuple[int, int] = (0, 0)
    """Calls of each run that come too late to be looked at."""

    @property
    def at(self) -> int | None:
        """Return the place of the first pair that differs; None: the calls are the same."""
        return next((place for place, pair in enumerate(self.pairs) if pair.differs), None)

    @property
    def apart(self) -> Pair:
        """Return what each does where they part: the next call of it that the other has not."""
        rest = self.pairs[len(self.pairs) if self.at is None else self.at :]
        alone = list(takewhile(lambda pair: None in (pair.first, pair.second), rest))
        if not alone:
            return rest[0] if rest else Pair()
        return Pair(
            first=next((pair.first for pair in alone if pair.first is not None), None),
            second=next((pair.second for pair in alone if pair.second is not None), None),
        )

    @property
    def outcome_at(self) -> int | None:
        """Return the place of the first pair to which something else came back."""
        before = self.pairs if self.at is None else self.pairs[: self.at]
        return next((place for place, pair in enumerate(before) if pair.other_outcome), None)


def divergence(first: Run, second: Run) -> Divergence:
    """Return where the second run leaves the first.

    Calls keep their order. As many as can be stand beside the same call, then beside one of the
    same tool with arguments as like as can be.
    """
    ones, others = list(first.calls), list(second.calls)
    same = _same_at_first(ones, others)
    head = [Pair(first=one, second=other) for one, other in zip(ones[:same], others, strict=False)]
    rest_of_first, rest_of_second = ones[same : same + MOST], others[same : same + MOST]
    return Divergence(
        first=first,
        second=second,
        pairs=(*head, *_paired(rest_of_first, rest_of_second)),
        unpaired=(max(len(ones) - same - MOST, 0), max(len(others) - same - MOST, 0)),
    )


def _same_at_first(ones: Sequence[Call], others: Sequence[Call]) -> int:
    pairs = zip(ones, others, strict=False)
    unlike = (n for n, pair in enumerate(pairs) if _relation(*pair) is not Relation.SAME)
    return next(unlike, min(len(ones), len(others)))


def _paired(ones: Sequence[Call], others: Sequence[Call]) -> Iterator[Pair]:
    by_name: dict[str, list[int]] = {}
    for column, other in enumerate(others):
        by_name.setdefault(other.name, []).append(column)
    weights = [
        {column: _weight(one, others[column]) for column in by_name.get(one.name, ())}
        for one in ones
    ]
    column = 0
    pairs = pairs_in_order(weights, len(others))
    for row, one in enumerate(ones):
        if row not in pairs:
            yield Pair(first=one)
            continue
        yield from (Pair(second=other) for other in others[column : pairs[row]])
        yield Pair(first=one, second=others[pairs[row]])
        column = pairs[row] + 1
    yield from (Pair(second=other) for other in others[column:])


def _weight(one: Call, other: Call) -> float:
    match _relation(one, other):
        case Relation.SAME:
            return _SAME
        case Relation.UNKNOWN:
            return 0.5
    given, others = one.arguments, other.arguments
    if not isinstance(given, dict) or not isinstance(others, dict):
        return _SAME_TOOL
    names = given.keys() | others.keys()
    shared = sum(_agree(given, others, name) for name in names)
    return _SAME_TOOL + shared / len(names)


def _relation(one: Call, other: Call) -> Relation:
    """Return how two calls are alike; calls of two tools have nothing to do with each other."""
    if one.name != other.name:
        return Relation.ONLY_FIRST
    given, others = _written(one), _written(other)
    if given is None or others is None:
        return Relation.UNKNOWN
    return Relation.SAME if given == others else Relation.ARGUMENTS


def _written(call: Call) -> str | None:
    """Return the arguments in one spelling; as they were written where they are no JSON."""
    canonical: str | None = call.row["arguments"]
    return call.row["raw_arguments"] if canonical is None else canonical


def _agree(one: dict[str, Any], other: dict[str, Any], name: str) -> bool:
    return name in one and name in other and same_value(one[name], other[name])
