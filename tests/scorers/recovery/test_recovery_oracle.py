"""The scorer and the plain-Python oracle say the same of random runs."""

import json
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midspan.scorers.recovery import Recovery, episodes, operations, responses
from tests.scorers.builders import Row, calls, runs, tables
from tests.scorers.oracle import recovery as oracle
from tests.scorers.recovery.runs import SETTING, canonical

LONG = "the quick brown fox jumps over the lazy dog, and then once more"
NAMES = [
    "look",
    "look",
    "find_item",
    "find_user_item",
    "think",
    "submit",
    "final_answer",
    "pay",
    "transfer_call",
    "get_item",
]
ROLES = {
    "neutral": {"think"},
    "terminal": {"submit", "final_answer"},
    "answer": {"final_answer"},
    "transfer": {"transfer_call"},
    "read_only": {"find_item", "find_user_item", "get_item"},
    "state_changing": {"pay"},
}
VALUES = st.sampled_from(
    [
        "ORD-1042",
        "ord 1042",
        "ORD-1043",
        "ORD-2044",
        "x",
        "X.",
        "ab",
        "A-b",
        "",
        "*",
        7,
        1042,
        True,
        None,
        LONG,
        LONG + ".",
        LONG[:45],
        ["ORD-1042", 2],
        {"deep": "ORD-1042"},
    ]
)
RAW = st.one_of(
    st.dictionaries(st.sampled_from(["id", "note"]), VALUES, max_size=2).map(json.dumps),
    st.sampled_from([None, '{"id": "ORD-10', '{"id": "ord-10', "{}"]),
)


RUNS = [f"r{n}" for n in range(6)]


@st.composite
def failing_calls(draw: st.DrawFn) -> list[Row]:
    """Calls of some runs: parallel turns, agents side by side, what did not run, cycles."""
    rows: list[Row] = []
    for run_id in RUNS:
        # Few tools and few arguments in one run, so that they repeat and compete.
        names = st.sampled_from(draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3)))
        arguments = st.sampled_from(draw(st.lists(RAW, min_size=1, max_size=3)))
        turn = 0
        for number in range(draw(st.integers(0, 10))):
            turn += draw(st.sampled_from([0, 0, 1, 2]))
            failed = draw(st.sampled_from([True, True, True, False, None]))
            fault = draw(st.sampled_from(["execution.error", "model.bad_arguments"]))
            rows.append(
                {
                    "run_id": run_id,
                    "call": number,
                    "turn": turn,
                    "span_id": f"s{number}",
                    "agent": draw(st.sampled_from([None, None, "a"])),
                    "name": draw(names),
                    "raw_arguments": draw(arguments),
                    "executed": draw(st.sampled_from([True, True, bool(failed)])),
                    "failed": failed,
                    "fault": fault if failed else "none",
                    "transient": draw(st.booleans()) if failed else None,
                    "signature": draw(st.sampled_from(["e1", "e2"])) if failed else None,
                }
            )
    return draw(st.permutations(rows))


def by_run(rows: list[Row]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        roles = {role: row["name"] in names for role, names in ROLES.items()}
        found.setdefault(row["run_id"], []).append({**canonical(row), **roles})
    return found


def given_tables(rows: list[Row]) -> Any:
    return tables(SETTING, calls=calls(*rows), runs=runs(*({"run_id": run_id} for run_id in RUNS)))


@settings(deadline=None, max_examples=20)
@given(failing_calls())
def test_operations_agree(rows: list[Row]) -> None:
    found = operations(given_tables(rows)).collect()
    expected = [
        (run_id, call, operation)
        for run_id, run in sorted(by_run(rows).items())
        for call, operation in sorted(oracle.operations(run).items())
    ]
    assert found.select("run_id", "call", "operation").rows() == expected


@settings(deadline=None, max_examples=40)
@given(failing_calls())
def test_responses_agree(rows: list[Row]) -> None:
    found = responses(given_tables(rows)).collect()
    expected = [
        (run_id, call, *response)
        for run_id, run in sorted(by_run(rows).items())
        for call, response in sorted(oracle.responses(run).items())
    ]
    assert found.rows() == [
        (run_id, call, responding, kind, degenerate, cycle)
        for run_id, call, responding, kind, degenerate, cycle in expected
    ]


@settings(deadline=None, max_examples=20)
@given(failing_calls())
def test_episodes_are_the_operations_that_began_with_a_failure(rows: list[Row]) -> None:
    found = episodes(given_tables(rows)).collect()
    expected = []
    for run_id, run in sorted(by_run(rows).items()):
        of = oracle.operations(run)
        for opening in sorted(run, key=lambda call: call["call"]):
            if not opening["failed"] or of[opening["call"]] != opening["call"]:
                continue
            its = [call for call in run if of.get(call["call"]) == opening["call"]]
            closing = [call["call"] for call in its if not call["failed"]]
            expected.append((run_id, opening["call"], min(closing, default=None)))
    assert found.select("run_id", "call", "closing_call").rows() == expected
    recovered = pl.col("label").str.starts_with("recovered:")
    assert found.filter(recovered != pl.col("closing_call").is_not_null()).is_empty()


@settings(deadline=None, max_examples=10)
@given(failing_calls(), st.randoms())
def test_the_order_of_rows_changes_nothing(rows: list[Row], random: Any) -> None:
    shuffled = random.sample(rows, len(rows))
    key = ["run_id", "span_id", "call", "name"]
    one, other = (
        Recovery().score(given_tables(each)).collect().sort(key) for each in (rows, shuffled)
    )
    assert one.equals(other)


@pytest.mark.parametrize("rows", [[], [{"run_id": "r0", "turn": 0, "failed": False}]])
def test_nothing_failed(rows: list[Row]) -> None:
    assert Recovery().score(given_tables(rows)).collect().is_empty()


@pytest.mark.parametrize("seed", range(2))
def test_many_runs_agree(seed: int) -> None:
    """Parallel failures of one tool that compete for calls, more of them than drawn above."""
    random = Random(seed)
    rows: list[Row] = []
    for run in range(250):
        turn = 0
        names = random.sample(NAMES, random.randint(1, 3))
        for number in range(random.randint(2, 10)):
            turn += random.choice([0, 0, 1])
            failed = random.random() < 0.6
            text = f"ORD-{random.choice('12')}{random.choice('123')}{random.choice('34')}"
            arguments = {"id": text, "note": random.choice(["", "x", LONG, LONG[:44]])}
            transient = failed and random.random() < 0.4
            rows.append(
                {
                    **{"run_id": f"r{run:03}", "call": number, "turn": turn, "agent": None},
                    **{"span_id": f"s{number}", "name": random.choice(names), "executed": True},
                    "raw_arguments": json.dumps(arguments),
                    "failed": failed,
                    "fault": "execution.error" if failed else "none",
                    "transient": transient if failed else None,
                    "signature": random.choice(["e1", "e1", "e2"]) if failed else None,
                }
            )
    random.shuffle(rows)
    found = responses(given_tables(rows)).collect().rows()
    chained = operations(given_tables(rows)).collect().select("run_id", "call", "operation").rows()
    runs = sorted(by_run(rows).items())
    assert found == [
        (run_id, call, *response)
        for run_id, run in runs
        for call, response in sorted(oracle.responses(run).items())
    ]
    assert chained == [
        (run_id, *pair) for run_id, run in runs for pair in sorted(oracle.operations(run).items())
    ]
