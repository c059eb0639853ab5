"""Google ADK: `TrajectoryEvaluator` with its three match types, which agentevals-cli uses too.

All calls of the run are one invocation. Failed calls count.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from midspan.scorers.compat.case import Case, MadeCall, Mode, Reads, WantedCall

Same = Callable[[MadeCall, WantedCall], bool]


def _equal(made: MadeCall, wanted: WantedCall) -> bool:
    return made.name == wanted.name and made.arguments == wanted.arguments


def _same_name(made: MadeCall, wanted: WantedCall) -> bool:
    return made.name == wanted.name


def _exact(same: Same, case: Case) -> bool:
    pairs = zip(case.made, case.wanted, strict=False)
    return len(case.made) == len(case.wanted) and all(same(*pair) for pair in pairs)


def _in_order(same: Same, case: Case) -> bool:
    made = iter(case.made)
    return all(any(same(call, wanted) for call in made) for wanted in case.wanted)


def _any_order(same: Same, case: Case) -> bool:
    left = list(case.made)
    for wanted in case.wanted:
        found = next((index for index, made in enumerate(left) if same(made, wanted)), None)
        if found is None:
            return False
        del left[found]
    return True


_WAYS: Final[dict[str, tuple[Callable[[Same, Case], bool], str]]] = {
    "exact": (_exact, "the same calls in the same order"),
    "in_order": (_in_order, "the expected calls in their order, others between them allowed"),
    "any_order": (_any_order, "the expected calls in any order, others allowed"),
}

MODES: Final = tuple(
    mode
    for way, (judge, what) in _WAYS.items()
    for mode in (
        Mode(
            name=f"adk.{way}",
            description=f"Google ADK tool trajectory: {what}.",
            judge=partial(judge, _equal),
        ),
        Mode(
            name=f"adk.{way}.ignore",
            description=f"Google ADK tool trajectory, arguments ignored: {what}.",
            judge=partial(judge, _same_name),
            reads=Reads.NAMES,
        ),
    )
)
"""The match types, each also with `ignore_args`."""
