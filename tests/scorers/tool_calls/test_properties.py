"""What holds for all expectations and all calls; small domains, so that things repeat."""

import json
from dataclasses import replace
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from midspan.scorers.recovery.operations import operations
from midspan.scorers.suite import ExpectedCalls
from midspan.scorers.tool_calls.expected_calls import CallsExpected, score_expected
from tests.scorers.builders import Row, tools
from tests.scorers.oracle.expected_calls import run_scores
from tests.scorers.tool_calls.helpers import call, expecting_each, scored_each, steps, values

ARGUMENTS = [
    {},
    {"x": 1},
    {"x": 1.0, "y": 2},
    {"x": True},
    {"x": [1, 2]},
    {"x": [2, 1]},
    {"x": 2, "y": 2},
    {"x": "[1, 2]"},
]
MATCHERS: list[dict[str, Any] | None] = [
    None,
    {"x": {"any_of": [1, 2]}},
    {"x": {"any_of": [1, [1, 2]]}, "y": {"optional": True}},
    {"x": {"optional": True}},
]
ARGUMENT_MODES = ["exact", "subset", "superset", "ignore", {"keys": ["x"]}]


@st.composite
def expectations(draw: st.DrawFn, *modes: str) -> dict[str, Any]:
    calls = []
    for _ in range(draw(st.integers(0, 4))):
        arguments = draw(st.sampled_from([*ARGUMENTS, *MATCHERS]))
        one = {"name": draw(st.sampled_from(["a", "b"]))}
        calls.append(one if arguments is None else {**one, "arguments": arguments})
    return {
        "mode": draw(st.sampled_from(modes)),
        "arguments": draw(st.sampled_from(ARGUMENT_MODES)),
        "lists": draw(st.sampled_from(["ordered", "multiset"])),
        "scope": draw(st.sampled_from(["all", "all", "state_changing", ["a", "c"]])),
        "state_changing": ["a", "c"],
        "calls": calls,
    }


@st.composite
def made_calls(draw: st.DrawFn, *, recorded: bool = True) -> list[Row]:
    texts = [json.dumps(one) for one in ARGUMENTS] + ["[1]", "{"]
    rows = []
    for number in range(draw(st.integers(0, 5))):
        unknown = not recorded and draw(st.booleans())
        rows.append(
            call(
                draw(st.sampled_from(["a", "b", "c"])),
                None if unknown else draw(st.sampled_from(texts)),
                failed=(failed := draw(st.sampled_from([False, False, True, None]))),
                executed=failed is not None,
                fault={True: "execution.error", False: "none", None: None}[failed],
                signature="e" if failed else None,
                turn=number,
                tools_digest="d",
            )
        )
    return rows


Case = tuple[dict[str, Any], list[Row]]


def several(*modes: str, recorded: bool = True) -> st.SearchStrategy[list[Case]]:
    """Several runs, each of a task of its own: judged together, as a workspace is."""
    return st.lists(st.tuples(expectations(*modes), made_calls(recorded=recorded)), max_size=8)


MODES = ("strict", "in_order", "any_order", "unordered", "subset")
UNORDERED = MODES[2:]

SCHEMA = '{"properties": {"x": {"type": "array"}}}'
ENCODED = tools({"name": "a", "schema": SCHEMA}, {"name": "b", "schema": SCHEMA})

quickly = settings(max_examples=30, deadline=None)


def in_scope(said: dict[str, Any], rows: list[Row]) -> tuple[ExpectedCalls, list[dict[str, Any]]]:
    """The expectation and the calls, less what the scope leaves out."""
    names = ["a", "b", "c"] if said["scope"] == "all" else ["a", "c"]
    expected = ExpectedCalls.model_validate(
        {**said, "calls": [one for one in said["calls"] if one["name"] in names]}
    )
    made = []
    for number, row in enumerate(rows):
        if row["name"] not in names or (said["scope"] == "state_changing" and row["failed"]):
            continue
        try:
            arguments = json.loads(row["raw_arguments"])
        except ValueError:
            arguments = None
        made.append({"call": number, "name": row["name"], "given": arguments})
    return expected, made


@quickly
@given(several(*MODES))
def test_agrees_with_trying_every_pairing(cases: list[Case]) -> None:
    tables = expecting_each(cases)
    tried = operations(tables).filter(pl.col("attempt") > 0).select("run_id", "call").collect()
    for number, ((said, rows), found) in enumerate(zip(cases, scored_each(cases), strict=True)):
        expected, made = in_scope(said, rows)
        if said["calls"] and not expected.calls and isinstance(said["scope"], list):
            assert found["status"].unique().to_list() == ["not_evaluated"]
            continue
        again = {call for run_id, call in tried.iter_rows() if run_id == f"r{number}"}
        assert values(found) == run_scores(expected, made, {*range(len(rows))} - again)


@quickly
@given(several(*MODES))
def test_places_of_calls_agree_with_the_counts(cases: list[Case]) -> None:
    for (said, _), found in zip(cases, scored_each(cases), strict=True):
        labels = [label for label, _ in steps(found)]
        precision = found.filter(pl.col("name") == "calls_precision").row(0, named=True)
        if precision["n"] is not None:
            assert labels.count("matched") == precision["numerator"]
            assert len(labels) == precision["n"]
        for label, value in steps(found):
            assert value is not None
            assert 0 <= value <= 1
            assert (value == 1) == (label == "matched")
            assert value == 0 or label in ("matched", "wrong_arguments")
        if said["mode"] in UNORDERED:
            assert "wrong_order" not in labels


@quickly
@given(several(*UNORDERED, recorded=False), st.randoms(use_true_random=False), st.booleans())
def test_the_order_in_which_expectations_are_written_never_shows(
    cases: list[Case], random: Any, partial_credit: bool
) -> None:
    shuffled = [
        ({**said, "calls": random.sample(said["calls"], len(said["calls"]))}, rows)
        for said, rows in cases
    ]
    one = scored_each(cases, partial_credit=partial_credit)
    other = scored_each(shuffled, partial_credit=partial_credit)
    for mine, its in zip(one, other, strict=True):
        assert_frame_equal(mine, its, check_row_order=False)


@quickly
@given(several(*MODES, recorded=False))
def test_the_fast_path_gives_what_comparing_each_call_gives(cases: list[Case]) -> None:
    tables = replace(expecting_each(cases), tools=ENCODED.lazy())
    fast = CallsExpected().score(tables).collect()
    slow = score_expected(tables, partial_credit=False, columns=False).collect()
    assert_frame_equal(fast, slow, check_row_order=False)


@st.composite
def countable(draw: st.DrawFn) -> Case:
    """What needs no look at single calls, more or less: literal arguments, most calls made."""
    one = st.tuples(st.sampled_from(["a", "b"]), st.sampled_from([{}, {"x": 1}, {"x": 2}]))
    wanted = draw(st.lists(one, max_size=5))
    others = st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), one), max_size=2)
    made = [each for each in wanted if draw(st.integers(0, 4))]
    made += [(name, arguments) for name, (_, arguments) in draw(others)]
    said = {
        "mode": draw(st.sampled_from(MODES)),
        "arguments": draw(st.sampled_from(["exact", "exact", "ignore"])),
        "calls": [{"name": name, "arguments": arguments} for name, arguments in wanted],
    }
    order = draw(st.sampled_from([made, draw(st.permutations(made))]))
    rows = [
        call(
            name,
            json.dumps(arguments),
            failed=(failed := draw(st.booleans())),
            fault="execution.error" if failed else "none",
            signature="e" if failed else None,
            turn=turn,
        )
        for turn, (name, arguments) in enumerate(order)
    ]
    return said, rows


@settings(max_examples=60, deadline=None)
@given(st.lists(countable(), min_size=1, max_size=12), st.booleans())
def test_counting_gives_what_comparing_each_call_gives(
    cases: list[Case], partial_credit: bool
) -> None:
    tables = expecting_each(cases)
    fast = score_expected(tables, partial_credit=partial_credit).collect()
    slow = score_expected(tables, partial_credit=partial_credit, columns=False).collect()
    assert_frame_equal(fast, slow, check_row_order=False)


@quickly
@given(several(*MODES))
def test_some_scores_are_as_they_are_among_all(cases: list[Case]) -> None:
    tables = expecting_each(cases)
    every = CallsExpected().score(tables).collect()
    for each in CallsExpected.declares:
        alone = CallsExpected(scores=(each.name,)).score(tables).collect()
        wanted = every.filter(pl.col("name") == each.name).select(alone.columns)
        assert_frame_equal(alone, wanted, check_row_order=False, check_dtypes=False)


@quickly
@given(several(*MODES), st.data())
def test_what_was_not_recorded_is_never_judged_wrongly(
    cases: list[Case], data: st.DataObject
) -> None:
    blind = [
        (
            said,
            [{**row, "raw_arguments": None} if data.draw(st.booleans()) else row for row in rows],
        )
        for said, rows in cases
    ]
    first = "first_attempt_match"  # Which attempts are retries is read from their arguments.
    for known, unknown in zip(scored_each(cases), scored_each(blind), strict=True):
        found = values(unknown)
        for name, value in values(known).items():
            assert name == first or found.get(name) in (None, value)


@quickly
@given(several(*MODES), st.randoms(use_true_random=False))
def test_rows_of_a_table_may_come_in_any_order(cases: list[Case], random: Any) -> None:
    tables = expecting_each(cases)
    calls = tables.calls.collect()
    shuffled = calls[random.sample(range(calls.height), calls.height)]
    other = replace(tables, calls=shuffled.lazy())
    one, its = (CallsExpected().score(each).collect() for each in (tables, other))
    assert_frame_equal(one, its, check_row_order=False)


@quickly
@given(several(*MODES))
def test_partial_credit_is_never_less_and_never_above_one(cases: list[Case]) -> None:
    pairs = zip(scored_each(cases), scored_each(cases, partial_credit=True), strict=True)
    for full, part in ((values(one), values(other)) for one, other in pairs):
        assert full.keys() == part.keys()
        for name, value in full.items():
            credited = part[name]
            if name in ("calls_precision", "calls_recall", "calls_f1") and value is not None:
                assert credited is not None
                assert value <= credited <= 1
            else:
                assert credited == value
