"""LangChain agentevals: trajectory match, four modes by four ways to compare arguments.

Each call is a message of its own, on both sides. The assignment is greedy as there: a call is
spent on the first one that it fits, and a better use for it is not looked for.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from midspan.scorers.compat.case import Arguments, Case, MadeCall, Mode, Reads, WantedCall

Fits = Callable[[Arguments, Arguments], bool]
Calls = Sequence[MadeCall | WantedCall]


def _exact(one: Arguments, other: Arguments) -> bool:
    return one == other


def _subset(one: Arguments, other: Arguments) -> bool:
    return all(key in other and other[key] == value for key, value in one.items())


def _superset(one: Arguments, other: Arguments) -> bool:
    return _subset(other, one)


def _ignore(one: Arguments, other: Arguments) -> bool:
    return True


def _fit(one: MadeCall | WantedCall, other: MadeCall | WantedCall, fits: Fits) -> bool:
    return one.name == other.name and fits(one.arguments or {}, other.arguments or {})


def _covers(calls: Calls, reference: Calls, fits: Fits) -> bool:
    """Return whether every call of the reference finds a call of its own."""
    left = list(calls)
    for wanted in reference:
        found = next((at for at, call in enumerate(left) if _fit(call, wanted, fits)), None)
        if found is None:
            return False
        del left[found]
    return True


def _strict(fits: Fits, case: Case) -> bool:
    pairs = zip(case.made, case.wanted, strict=False)
    return len(case.made) == len(case.wanted) and all(_fit(*pair, fits) for pair in pairs)


def _is_superset(fits: Fits, case: Case) -> bool:
    return _covers(case.made, case.wanted, fits)


def _is_subset(fits: Fits, case: Case) -> bool:
    # The sides change places whole, so `subset` of arguments then means the other way round.
    return _covers(case.wanted, case.made, fits)


def _unordered(fits: Fits, case: Case) -> bool:
    return _is_superset(fits, case) and _is_subset(fits, case)


_WAYS: Final[dict[str, tuple[Callable[[Fits, Case], bool], str]]] = {
    "strict": (_strict, "the same calls in the same order"),
    "unordered": (_unordered, "each side's calls are found in the other"),
    "superset": (_is_superset, "every expected call is found"),
    "subset": (_is_subset, "every call made is an expected one"),
}

_ARGUMENTS: Final[dict[str, Fits]] = {
    "exact": _exact,
    "ignore": _ignore,
    "subset": _subset,
    "superset": _superset,
}

MODES: Final = tuple(
    Mode(
        name=f"langchain.{way}.{arguments}",
        description=f"LangChain agentevals, arguments {arguments}: {what}.",
        judge=partial(judge, fits),
        reads=Reads.NAMES if arguments == "ignore" else Reads.ARGUMENTS,
    )
    for way, (judge, what) in _WAYS.items()
    for arguments, fits in _ARGUMENTS.items()
)
"""`trajectory_match_mode` by `tool_args_match_mode`."""
