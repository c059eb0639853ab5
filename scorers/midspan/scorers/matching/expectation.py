"""The expected calls of a task in the form that calls made are held against."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from midspan.scorers.canonical import canonical_json
from midspan.scorers.file_format import ArgumentMatcher
from midspan.scorers.matching.arguments import ExpectedArguments, GivenArguments
from midspan.scorers.matching.judgement import ORDERED_MODES, UNKNOWN, Row
from midspan.scorers.suite.expected_calls import ExpectedCall, ExpectedCalls

Reading = tuple[str, GivenArguments | None]
"""A name that a call goes by, and its arguments under it; None: not recorded."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One expected call."""

    name: str
    arguments: ExpectedArguments
    written: ExpectedCall


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """The expected calls that count, and whether their order does."""

    calls: tuple[Wanted, ...]
    ordered: bool

    @classmethod
    def of(
        cls, expected: ExpectedCalls, *, counts: Callable[[str], bool] = lambda name: True
    ) -> "Expectation":
        """Return the expectation; `counts` says which tools are looked at.

        Where order does not count, calls stand in an order of our own: that in which they were
        written shows nowhere.
        """
        ordered = expected.mode in ORDERED_MODES
        written = [call for call in expected.calls if counts(call.name)]
        if not ordered:
            often = Counter(call.name for call in written)
            written.sort(key=lambda call: (call.name, _text(call) if often[call.name] > 1 else ""))
        return cls(
            calls=tuple(
                Wanted(
                    name=call.name,
                    arguments=ExpectedArguments(call=call, expected=expected),
                    written=call,
                )
                for call in written
            ),
            ordered=ordered,
        )

    @cached_property
    def by_name(self) -> dict[str, list[int]]:
        """Return the places of the expected calls of each tool."""
        places: dict[str, list[int]] = defaultdict(list)
        for place, wanted in enumerate(self.calls):
            places[wanted.name].append(place)
        return dict(places)

    def row(self, readings: Iterable[Reading]) -> Row:
        """Return how far a call that was made agrees with each expected call of its tool."""
        credits: dict[int, float] = {}
        for name, given in readings:
            for place in self.by_name.get(name, ()):
                credit = _credit(self.calls[place].arguments, given)
                credits[place] = max(credit, credits.get(place, credit))
        return tuple(sorted(credits.items()))


def _credit(expected: ExpectedArguments, given: GivenArguments | None) -> float:
    if not expected.compared:
        return 1.0
    return UNKNOWN if given is None else expected.credit(given)


def _text(call: ExpectedCall) -> str:
    if call.arguments is None:
        return ""
    if any(isinstance(rule, ArgumentMatcher) for rule in call.arguments.values()):
        return canonical_json(call.model_dump(mode="json")["arguments"])
    return canonical_json(dict(call.arguments))
