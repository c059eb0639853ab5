"""The expectations of all tasks at hand, as frames to join calls with."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from midspan.scorers.canonical import arguments_hash, canonical_json
from midspan.scorers.matching import Expectation, GivenArguments, Row, Wanted
from midspan.scorers.matching.arguments import LITERAL_MODES
from midspan.scorers.suite import ExpectedCalls, KeyedArguments
from midspan.scorers.tool_calls.scope import Scope

MAYBE_ENCODED: Final = re.compile(r'"(?:\s|\\[nrt])*[\[{]')
"""Text inside JSON that a schema may want decoded to a list or an object."""

TASKS: Final = {
    "task": pl.String(),
    "code": pl.UInt32(),
    "mode": pl.String(),
    "ordered": pl.Boolean(),
    "expected": pl.UInt32(),
    "scope": pl.UInt32(),
    "counts_failed": pl.Boolean(),
    "scope_words": pl.String(),
    "unusable": pl.String(),
}
NAMES: Final = {"code": pl.UInt32(), "name": pl.String(), "by_name": pl.UInt32()}
LITERALS: Final = {
    "code": pl.UInt32(),
    "name": pl.String(),
    "key": pl.UInt64(),
    "by_value": pl.UInt32(),
}


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Every distinct row of credits, by a number."""

    all: list[Row] = field(default_factory=list)
    ids: dict[Row, int] = field(default_factory=dict)

    def id(self, row: Row) -> int:
        """Return the number of a row, a new one where it is new."""
        if row not in self.ids:
            self.ids[row] = len(self.all)
            self.all.append(row)
        return self.ids[row]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What tasks expect; a task's place here is its `code` in the frames."""

    expectations: list[Expectation]
    scopes: list[Scope]
    rows: Rows
    tasks: pl.DataFrame
    names: pl.DataFrame
    """The expected tools of each task; `by_name`: their row, where arguments are not compared."""
    literals: pl.DataFrame
    """The row of a call whose arguments are those that are expected, by their hash."""


def prepare(
    expected: Mapping[str, ExpectedCalls], state_changing: tuple[str, ...], *, literals: bool = True
) -> Prepared:
    """Return the expectations of tasks; without `literals` every pair is compared one by one."""
    rows, expectations, scopes = Rows(), [], dict[Scope, int]()
    task_rows: list[tuple[Any, ...]] = []
    name_rows: list[tuple[int, str, int | None]] = []
    literal_rows: list[tuple[int, str, int, int]] = []
    for code, (task, said) in enumerate(expected.items()):
        scope = Scope.of(said, state_changing)
        expectation = Expectation.of(said, counts=scope.counts)
        expectations.append(expectation)
        place = scopes.setdefault(scope, len(scopes))
        size, ordered = len(expectation.calls), expectation.ordered
        words = (scope.failed, scope.words, scope.unusable(said))
        task_rows.append((task, code, said.mode, ordered, size, place, *words))
        for name, places in expectation.by_name.items():
            wanted = [expectation.calls[at] for at in places]
            name_rows.append((code, name, _by_name(wanted, places, rows)))
            for canonical in _literals(said, wanted) if literals else ():
                row = _by_value(expectation, name, places, canonical)
                literal_rows.append((code, name, arguments_hash(canonical), rows.id(row)))
    return Prepared(
        expectations=expectations,
        scopes=list(scopes),
        rows=rows,
        tasks=pl.DataFrame(task_rows, schema=TASKS, orient="row"),
        names=pl.DataFrame(name_rows, schema=NAMES, orient="row"),
        literals=pl.DataFrame(literal_rows, schema=LITERALS, orient="row"),
    )


def _by_name(wanted: Iterable[Wanted], places: Iterable[int], rows: Rows) -> int | None:
    if any(each.arguments.compared for each in wanted):
        return None
    return rows.id(tuple((place, 1.0) for place in places))


def _by_value(expectation: Expectation, name: str, places: list[int], canonical: str) -> Row:
    """Return the row of a call with the very arguments of one of the expected calls."""
    if len(places) == 1:
        return ((places[0], 1.0),)
    return expectation.row([(name, GivenArguments.read(canonical))])


def _literals(expected: ExpectedCalls, wanted: Iterable[Wanted]) -> list[str]:
    """Return the arguments for which it holds that whoever gives the same is judged alike.

    That is so where neither the mode nor the text in them leaves it to the tool's schema.
    """
    mode = expected.arguments
    if mode not in LITERAL_MODES and not isinstance(mode, KeyedArguments):
        return []
    literals = (each.arguments.literals for each in wanted)
    canonical = sorted({canonical_json(one) for one in literals if one is not None})
    return [] if any(map(MAYBE_ENCODED.search, canonical)) else canonical
