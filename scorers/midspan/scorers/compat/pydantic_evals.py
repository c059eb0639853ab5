"""Pydantic Evals: `ToolCorrectness` and `TrajectoryMatch`, which compare names of tools.

Executions count, in order; those that ended in an error only in the modes `with_failed`
(`include_failed=True`). A call that was not executed has no span there.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from midspan.scorers.compat.case import Case, Mode, Reads

Names = Sequence[str]


def _tools(made: Names, wanted: Names) -> float:
    return float(Counter(made) == Counter(wanted))


def _tools_and_others(made: Names, wanted: Names) -> float:
    return float(Counter(wanted) <= Counter(made))


def _exact(made: Names, wanted: Names) -> float:
    return float(made == wanted)


def _in_order(made: Names, wanted: Names) -> float:
    return _f1(_common_subsequence(made, wanted), made, wanted)


def _any_order(made: Names, wanted: Names) -> float:
    return _f1((Counter(made) & Counter(wanted)).total(), made, wanted)


def _f1(shared: int, made: Names, wanted: Names) -> float:
    if not made and not wanted:
        return 1.0
    if not shared:
        return 0.0
    precision, recall = shared / len(made), shared / len(wanted)
    return 2 * precision * recall / (precision + recall)


def _common_subsequence(made: Names, wanted: Names) -> int:
    """Return the length of the longest one."""
    lengths = [0] * (len(wanted) + 1)
    for name in made:
        diagonal = 0
        for index, other in enumerate(wanted, start=1):
            above = lengths[index]
            lengths[index] = diagonal + 1 if name == other else max(above, lengths[index - 1])
            diagonal = above
    return lengths[-1]


def _over_names(judge: Callable[[Names, Names], float], failed: bool) -> Callable[[Case], float]:
    def over_case(case: Case) -> float:
        made = [call.name for call in case.made if call.executed and (failed or not call.errored)]
        return judge(made, [call.name for call in case.wanted])

    return over_case


_WAYS: Final[dict[str, tuple[Callable[[Names, Names], float], bool, str]]] = {
    "tools": (_tools, True, "the same tools equally often"),
    "tools.allow_extra": (_tools_and_others, True, "the expected tools, others allowed"),
    "exact": (_exact, True, "the same tools in the same order"),
    "in_order": (_in_order, False, "F1 of the longest common subsequence of tools"),
    "any_order": (_any_order, False, "F1 of the tools in common"),
}

MODES: Final = tuple(
    Mode(
        name=f"pydantic_evals.{way}{suffix}",
        description=f"Pydantic Evals, {which}: {what}.",
        judge=_over_names(judge, failed),
        reads=Reads.NAMES,
        binary=binary,
    )
    for way, (judge, binary, what) in _WAYS.items()
    for failed, suffix, which in (
        (False, "", "failed executions left out"),
        (True, ".with_failed", "failed executions included"),
    )
)
"""Two evaluators and three orders, with failed executions and without."""
