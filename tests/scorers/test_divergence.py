"""Two runs of one task side by side, and where the second leaves the first."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midspan.scorers import divergence as module
from midspan.scorers.divergence import Divergence, Relation, divergence
from midspan.scorers.run_view import runs_of
from tests.scorers.builders import calls, runs, tables

Made = tuple[str, str | None]


def diverging(first: Sequence[Made], second: Sequence[Made], **same: Any) -> Divergence:
    """Two runs of calls: a tool, and its arguments as JSON."""
    rows = [
        {"run_id": run_id, "call": n, "name": name, "raw_arguments": given, **same}
        for run_id, made in (("a", first), ("b", second))
        for n, (name, given) in enumerate(made)
    ]
    made_calls = calls(*rows) if rows else calls()
    one, other = runs_of(tables(runs=runs({"run_id": "a"}, {"run_id": "b"}), calls=made_calls))
    return divergence(one, other)


def told(found: Divergence) -> list[tuple[int | None, str, int | None]]:
    return [
        (
            None if pair.first is None else pair.first.number,
            pair.relation.value,
            None if pair.second is None else pair.second.number,
        )
        for pair in found.pairs
    ]


LOOK, SEND = ("look", '{"id": 1}'), ("send", '{"to": "x", "n": 1}')


def test_the_same_calls_do_not_diverge_however_they_are_spelled() -> None:
    found = diverging([LOOK, SEND], [("look", '{"id":1}'), ("send", '{"n":1,"to":"x"}')])
    assert (found.at, found.outcome_at) == (None, None)
    assert told(found) == [(0, "same", 0), (1, "same", 1)]


def test_other_arguments_are_named() -> None:
    found = diverging([LOOK, SEND], [LOOK, ("send", '{"to": "y", "n": 1, "cc": "z"}')])
    assert found.at == 1
    assert found.pairs[1].relation is Relation.ARGUMENTS
    assert found.pairs[1].arguments == ("to", "cc")


def test_a_truth_value_is_no_number() -> None:
    found = diverging([("look", '{"id": 1}')], [("look", '{"id": true}')])
    assert found.pairs[0].arguments == ("id",)


def test_an_inserted_call_moves_no_other() -> None:
    found = diverging([LOOK, SEND], [LOOK, ("think", "{}"), SEND])
    assert told(found) == [(0, "same", 0), (None, "only the second", 1), (1, "same", 2)]
    assert found.at == 1
    assert found.apart.first is None
    assert found.apart.second is not None
    assert found.apart.second.name == "think"


def test_where_each_does_something_else_both_are_told() -> None:
    found = diverging([LOOK, SEND], [LOOK, ("think", "{}")])
    assert told(found) == [
        (0, "same", 0),
        (1, "only the first", None),
        (None, "only the second", 1),
    ]
    assert (found.apart.first, found.apart.second) == (found.first.calls[1], found.second.calls[1])


def test_many_calls_that_are_alike_do_not_outweigh_one_that_is_the_same() -> None:
    alike = [("look", f'{{"id": {n}, "a": 1, "b": 1, "c": 1}}') for n in range(4)]
    found = diverging(
        [*alike[:3], LOOK], [LOOK, *[(n, g.replace('"id"', '"di"')) for n, g in alike]]
    )
    assert (3, "same", 0) in told(found)


def test_of_two_calls_of_the_tool_the_more_alike_is_the_pair() -> None:
    first = [("send", '{"to": "x", "n": 1}'), ("send", '{"to": "y", "n": 2}')]
    found = diverging(first, [("send", '{"to": "y", "n": 3}')])
    assert told(found) == [(0, "only the first", None), (1, "other arguments", 0)]


def test_arguments_that_are_no_json_are_compared_as_written() -> None:
    broken = ("look", '{"id": "')
    assert diverging([broken], [broken]).at is None
    found = diverging([broken], [LOOK])
    assert (found.at, found.pairs[0].arguments) == (0, ())


def test_arguments_that_were_not_recorded_are_no_difference_and_no_agreement() -> None:
    found = diverging([("look", None), SEND], [LOOK, LOOK])
    assert found.pairs[0].relation is Relation.UNKNOWN
    assert found.at == 1


def test_what_came_back_differs_before_the_calls_do() -> None:
    rows = [
        {
            "run_id": run_id,
            "call": n,
            "name": "look",
            "raw_arguments": f'{{"id": {n}}}',
            "result": r,
        }
        for run_id, results in (("a", "xyz"), ("b", "xwz"))
        for n, r in enumerate(results)
    ]
    one, other = runs_of(tables(runs=runs({"run_id": "a"}, {"run_id": "b"}), calls=calls(*rows)))
    found = divergence(one, other)
    assert (found.at, found.outcome_at) == (None, 1)


@pytest.mark.parametrize(("first", "second"), [([], []), ([LOOK], []), ([], [LOOK])])
def test_runs_without_calls(first: Sequence[Made], second: Sequence[Made]) -> None:
    found = diverging(first, second)
    assert found.at == (None if first == second else 0)
    assert len(found.pairs) == len(first) + len(second)


def test_calls_that_come_late_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    found = diverging([LOOK] * 9, [LOOK, LOOK, *[SEND] * 5])
    assert told(found)[:2] == [(0, "same", 0), (1, "same", 1)]
    assert (len(found.pairs), found.unpaired) == (8, (4, 2))


CALLS = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(['{"x": 1}', '{"x": 2}', "{"])))


def longest_common(one: Sequence[Made], other: Sequence[Made]) -> int:
    if not one or not other:
        return 0
    if one[0] == other[0]:
        return 1 + longest_common(one[1:], other[1:])
    return max(longest_common(one[1:], other), longest_common(one, other[1:]))


@given(CALLS.map(lambda made: made[:7]), CALLS.map(lambda made: made[:7]))
def test_every_call_stands_once_in_order_and_as_many_as_can_be_agree(
    first: Sequence[Made], second: Sequence[Made]
) -> None:
    found = diverging(first, second)
    ones = [pair.first.number for pair in found.pairs if pair.first]
    others = [pair.second.number for pair in found.pairs if pair.second]
    assert (ones, others) == (list(range(len(first))), list(range(len(second))))
    same = sum(pair.relation is Relation.SAME for pair in found.pairs)
    assert same == longest_common(first, second)
    common = next(
        (n for n, pair in enumerate(zip(first, second, strict=False)) if pair[0] != pair[1]),
        min(len(first), len(second)),
    )
    assert found.at == (None if first == second else common)
    assert pl.Series(others).is_sorted()
