"""What all tasks expect as frames, made once: what the calls of many runs are held against."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import polars as pl

from midspan.scorers.canonical import arguments_hash, canonical_json
from midspan.scorers.matching.arguments import LITERAL_MODES
from midspan.scorers.matching.expectation import Expectation, Wanted
from midspan.scorers.matching.framed import framed
from midspan.scorers.matching.scope import Scope
from midspan.scorers.suite.expected_calls import ExpectedCalls, KeyedArguments, Lists

MAYBE_ENCODED: Final = re.compile(r'"(?:\s|\\[nrt])*[\[{]')
"""Text inside JSON that a schema may want decoded to a list or an object."""

TASKS: Final = {
    "task": pl.String(),
    "code": pl.UInt32(),
    "mode": pl.String(),
    "ordered": pl.Boolean(),
    "expected": pl.Int64(),
    "begin": pl.Int64(),
    "scope": pl.UInt32(),
    "scope_words": pl.String(),
    "unusable": pl.String(),
    "literal": pl.Boolean(),
    "countable": pl.Boolean(),
}
CALLS: Final = {"code": pl.UInt32(), "place": pl.UInt32(), "key": pl.UInt64()}


@dataclass(frozen=True, kw_only=True)
class TaskFrames:
    """What tasks expect; a task's place here is its `code` in the frames."""

    expectations: Sequence[Expectation]
    scopes: Sequence[Scope]
    tasks: pl.DataFrame
    """A row for each task; its calls `begin` at a row of `calls`. `literal`: a call with the name
    and the arguments of an expected one matches it. `countable`: none other does."""
    calls: pl.DataFrame
    """The expected calls in scope: code, place, name and `key`, the hash of their arguments;
    null where they are not compared."""
    names: pl.Enum
    """The names of all of them."""

    @classmethod
    def of(
        cls, expected: Mapping[str, ExpectedCalls], state_changing: tuple[str, ...]
    ) -> "TaskFrames":
        """Return the expectations of tasks, under a profile's state-changing tools."""
        expectations: list[Expectation] = []
        scopes: dict[Scope, int] = {}
        tasks: list[tuple[Any, ...]] = []
        calls: list[tuple[int, int, int | None, str]] = []
        for code, (task, said) in enumerate(expected.items()):
            scope = Scope.of(said, state_changing)
            place = scopes.setdefault(scope, len(scopes))
            expectation = Expectation.of(said, counts=scope.counts)
            expectations.append(expectation)
            size, ordered = len(expectation.calls), expectation.ordered
            keys = _keys(said, expectation.calls)
            known = (keys is not None, keys is not None and keys.tell_all)
            looked_at = (place, scope.words, scope.unusable(said))
            tasks.append((task, code, said.mode, ordered, size, len(calls), *looked_at, *known))
            hashes = [None] * size if keys is None else keys.hashes
            calls += [
                (code, at, key, one.name)
                for at, (one, key) in enumerate(zip(expectation.calls, hashes, strict=True))
            ]
        names = pl.Enum(sorted({name for *_, name in calls}))
        return cls(
            expectations=expectations,
            scopes=list(scopes),
            tasks=framed(tasks, TASKS),
            calls=framed(calls, {**CALLS, "name": names}),
            names=names,
        )


class _Keys(NamedTuple):
    hashes: list[int | None]
    """Of the arguments of each call; None: not compared."""
    tell_all: bool
    """Whether calls with other arguments never match."""


def _keys(said: ExpectedCalls, wanted: Sequence[Wanted]) -> _Keys | None:
    """Return the keys of expected calls; None where equal arguments need not match."""
    mode = said.arguments
    if mode not in (*LITERAL_MODES, "ignore") and not isinstance(mode, KeyedArguments):
        return None
    texts: list[str | None] = []
    for one in wanted:
        literals = one.arguments.literals
        if literals is None and one.arguments.compared:
            return None
        texts.append(None if literals is None else canonical_json(dict(literals)))
    compared = {one.name for one, text in zip(wanted, texts, strict=True) if text is not None}
    free = {one.name for one, text in zip(wanted, texts, strict=True) if text is None}
    return _Keys(
        hashes=[None if text is None else arguments_hash(text) for text in texts],
        tell_all=mode in ("exact", "ignore")
        and _in_order(said.lists)
        and compared.isdisjoint(free)
        and not any(text and MAYBE_ENCODED.search(text) for text in texts),
    )


def _in_order(lists: Lists) -> bool:
    return lists == "ordered" if isinstance(lists, str) else {*lists.values()} <= {"ordered"}
