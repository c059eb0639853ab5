"""Whether the parts of a suite agree: every name that is used is a name that exists."""

import math
from collections.abc import Collection, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Final

from midspan.scorers.file_format.problems import KeyPath, suggestion
from midspan.scorers.suite.harness import TARGET_PYTHON, CommandHarness, PythonHarness
from midspan.scorers.suite.matrix import NO_REVISION, NO_TIER, Matrix

if TYPE_CHECKING:
    from midspan.scorers.suite.suite import Suite

MAXIMUM_CELLS: Final = 1_000_000
"""More cells than this are taken for a mistake, before they fill the memory."""

Found = Iterator[tuple[KeyPath, str]]


def cross_references(suite: "Suite") -> Found:
    """Yield every disagreement, each at its key path."""
    yield from _repeated_tasks(suite)
    if suite.target is None:
        for name, tier in suite.tiers.items():
            if tier.checkout is not None:
                yield ("tiers", name, "checkout"), "there is no `target` to check out"
        yield from _of_no_target(suite)
    if suite.matrix is not None:
        parts = (_revisions, _harnesses, _tiers, _excluded, _reachable)
        yield from chain.from_iterable(part(suite, suite.matrix) for part in parts)


def _repeated_tasks(suite: "Suite") -> Found:
    first: dict[str, int] = {}
    for position, task in enumerate(suite.tasks):
        if task.id in first:
            yield (
                ("tasks", position, "id"),
                f"{task.id!r} is also the id of tasks[{first[task.id]}]",
            )
        first.setdefault(task.id, position)


def _of_no_target(suite: "Suite") -> Found:
    for name, harness in suite.harnesses.items():
        if getattr(harness, "python", None) == TARGET_PYTHON:
            yield ("harnesses", name, "python"), "there is no `target` whose interpreter to take"
        if getattr(harness, "from_target", False):
            yield ("harnesses", name, "from_target"), "there is no `target` to bring the program"


def _revisions(suite: "Suite", matrix: Matrix) -> Found:
    if suite.target is None and matrix.revisions is not None:
        yield ("matrix", "revisions"), "revisions are those of `target`, and there is none"
    if suite.target is not None and matrix.revisions is None:
        yield ("matrix",), "`target` needs `revisions`: the commits, tags or branches to run"


def _harnesses(suite: "Suite", matrix: Matrix) -> Found:
    if matrix.harnesses is None and not suite.harnesses:
        yield ("matrix",), "there is no harness; add `harnesses: {NAME: {kind: ...}}`"
    yield from _unknown("harnesses", matrix.harnesses or (), suite.harnesses)


def _tiers(suite: "Suite", matrix: Matrix) -> Found:
    yield from _unknown("tiers", matrix.tiers or (), suite.tiers)


def _unknown(section: str, used: Collection[str], defined: Collection[str]) -> Found:
    for position, name in enumerate(used):
        if name not in defined:
            near = suggestion(name, defined)
            message = f"`{section}` has no {name!r}.{near}"
            yield ("matrix", section, position), message


def _excluded(suite: "Suite", matrix: Matrix) -> Found:
    known: dict[str, Collection[str]] = {
        "task": [task.id for task in suite.tasks],
        "model": [model.name for model in matrix.models],
        "revision": [revision.label for revision in matrix.revisions or ()] or [NO_REVISION],
        "tier": matrix.tiers or list(suite.tiers) or [NO_TIER],
        "harness": matrix.harnesses or list(suite.harnesses),
    }
    count = math.prod(len(names) for names in known.values())
    if count > MAXIMUM_CELLS:
        yield ("matrix",), f"makes {count:,} cells; more than {MAXIMUM_CELLS:,} are refused"
        return
    wrong = False
    for position, rule in enumerate(matrix.exclude):
        for axis, value in rule.values().items():
            if value not in known[axis]:
                wrong = True
                near = suggestion(value, known[axis])
                message = f"the matrix has no {axis} {value!r}.{near}"
                yield ("matrix", "exclude", position, axis), message
    if not wrong and matrix.exclude and known["harness"] and not suite.cells:
        yield ("matrix", "exclude"), "leaves out every cell"


def _reachable(suite: "Suite", matrix: Matrix) -> Found:
    """Yield models that nobody knows how to reach: only an agent of one's own may know."""
    names = matrix.harnesses or suite.harnesses
    used = [suite.harnesses[name] for name in names if name in suite.harnesses]
    own = all(
        isinstance(harness, CommandHarness | PythonHarness) and harness.instrument == "auto"
        for harness in used
    )
    for position, model in enumerate(matrix.models):
        if not own and model.serve is None and model.endpoint is None:
            yield ("matrix", "models", position), "needs `serve` or `endpoint`"
