from typing import Any

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from midspan.scorers.recovery import operations, responses
from midspan.scorers.retry_budget import RetryBudget
from midspan.scorers.score import score_rows
from midspan.scorers.setting import Setting
from midspan.scorers.suite import Suite
from midspan.scorers.tables import Tables
from tests.scorers.builders import Row, calls, runs, spans, tables
from tests.scorers.oracle.retry_budget import retry_scores
from tests.scorers.strategies import judged_calls

SUITE = """
suite: shop
contract: 1
tasks:
  - {id: strict, prompt: Go., budget: {retries: 1}}
  - {id: never, prompt: Go., budget: {retries: 0}}
  - {id: free, prompt: Go., budget: {retries: null}}
"""

LOOK = {"raw_arguments": '{"order": "ORD-1042"}'}
OTHER = {"raw_arguments": '{"order": "ORD-1042", "country": "Norway"}'}
FAILS = {"failed": True, "fault": "execution.error", "signature": "e1", "transient": False}
WORKS = {"failed": False, "fault": "none"}


def read(*rows: Row, run: Row | None = None, tokens: int | None = 100) -> Tables:
    """A run with one call a turn, and a model call for each of them."""
    turns = [{"turn": turn, **row} for turn, row in enumerate(rows)]
    llms = [
        {
            "span_id": f"m{row['turn']}",
            "kind": "llm",
            "turn": row["turn"],
            "input_tokens": tokens,
            "output_tokens": 10,
        }
        for row in turns
    ]
    total = None if tokens is None else tokens * len(rows)
    known = {"run_id": "r", "input_tokens": total, "output_tokens": 10 * len(rows)}
    return tables(
        Setting.of(suite=Suite.parse(SUITE)),
        calls=calls(*turns),
        spans=spans(*llms),
        runs=runs(known | (run or {})),
    )


def scored(given: Tables) -> pl.DataFrame:
    scorer = RetryBudget()
    rows = score_rows(scorer.score(given).collect(), name="retry_budget", scorer=scorer)
    return rows.sort("run_id", "name")


def values(given: Tables) -> dict[str, float | None]:
    return dict(scored(given).select("name", "value").rows())


def test_the_rows_in_full() -> None:
    # The first retry is the identical call, the second says more and works.
    given = read(LOOK | FAILS, LOOK | FAILS, OTHER | WORKS, run={"retry_budget": 1})
    columns = ["name", "value", "numerator", "n", "explanation", "evidence"]
    assert scored(given).select(columns).rows() == [
        ("attempts_per_operation", 3.0, 3.0, 1, "3 attempts for 1 operation", []),
        ("overrun", 1.0, None, None, "2 retries spent of a budget of 1", ["s1", "s2"]),
        ("retries_spent", 2.0, None, None, "2 retries over 1 operation", ["s1", "s2"]),
        ("retry_efficiency", 0.5, 1.0, 2, "1 operation recovered by 2 retries", ["s1", "s2"]),
        ("retry_waste", 0.5, 1.0, 2, "degenerate: 1 of 2 retries", ["s1"]),
        ("wasted_token_share", 1 / 3, 110.0, 330, "110 of 330 tokens wasted", ["s1"]),
        (
            *("wasted_tokens", 110.0, None, None),
            *("110 in 1 turn of nothing but degenerate retries", ["s1"]),
        ),
    ]


def test_without_a_failure_nothing_was_retried() -> None:
    assert values(read(LOOK | WORKS, OTHER | WORKS)) == {
        "attempts_per_operation": 1.0,
        "retries_spent": 0.0,
        "wasted_token_share": 0.0,
        "wasted_tokens": 0.0,
    }


def test_without_an_attempt_there_is_no_row() -> None:
    assert scored(read()).height == 0
    assert scored(read(LOOK | {"executed": False, "failed": None})).height == 0


def test_the_budget_is_the_tasks_else_the_harness() -> None:
    def overrun(**run: Any) -> float | None:
        return values(read(LOOK | FAILS, LOOK | FAILS, OTHER | WORKS, run=run)).get("overrun")

    assert overrun() is None
    assert overrun(task="free") is None
    assert overrun(task="strict") == 1.0
    assert overrun(task="strict", retry_budget=5) == 1.0
    assert overrun(task="never") == 2.0
    assert overrun(task="free", retry_budget=5) == 0.0
    assert overrun(task="unknown", retry_budget=0) == 2.0


def test_a_turn_is_wasted_when_each_of_its_calls_is() -> None:
    failed = [LOOK | FAILS | {"turn": 0}, LOOK | FAILS | {"turn": 1}]
    other = {"name": "list_countries", "raw_arguments": "{}", "turn": 1} | WORKS
    assert values(read(*failed))["wasted_tokens"] == 110.0
    assert values(read(*failed, other))["wasted_tokens"] == 0.0


def test_tokens_that_were_not_recorded_are_not_guessed() -> None:
    rows = scored(read(LOOK | FAILS, LOOK | FAILS, tokens=None))
    unknown = rows.filter(status="not_evaluated").select("name", "value", "reason").rows()
    assert unknown == [
        ("wasted_token_share", None, "tokens were not recorded for each model call"),
        ("wasted_tokens", None, "tokens of such a turn were not recorded"),
    ]


UNTOLD = {"raw_arguments": None}
REASON = "the arguments of the calls were not recorded"


def unknown(given: Tables) -> list[tuple[str, str]]:
    """The scores that are not evaluated, with the reasons."""
    return scored(given).filter(status="not_evaluated").select("name", "reason").rows()


def test_whether_a_retry_was_degenerate_is_not_known_without_arguments() -> None:
    given = read(UNTOLD | FAILS, UNTOLD | FAILS, UNTOLD | WORKS)
    assert unknown(given) == [
        ("retry_waste", REASON),
        ("wasted_token_share", REASON),
        ("wasted_tokens", REASON),
    ]
    assert values(given)["retries_spent"] == 2.0


def test_a_known_waste_beside_an_unknown_one_is_no_sum() -> None:
    given = read(LOOK | FAILS, LOOK | FAILS, UNTOLD | WORKS)
    assert [name for name, _ in unknown(given)] == [
        *("retry_waste", "wasted_token_share", "wasted_tokens")
    ]


def test_a_turn_with_a_call_of_use_is_not_wasted_whatever_the_others_are() -> None:
    other = {"name": "list_countries", "raw_arguments": "{}", "turn": 1} | WORKS
    given = read(UNTOLD | FAILS | {"turn": 0}, UNTOLD | FAILS | {"turn": 1}, other)
    assert unknown(given) == [("retry_waste", REASON)]
    assert values(given)["wasted_tokens"] == 0.0


@st.composite
def turns(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    rows = [
        row | {"turn": draw(st.sampled_from([None, row["call"] // 2, row["call"]]))}
        for row in draw(judged_calls())
    ]
    llms = [
        {
            "run_id": run_id,
            "span_id": f"m{run_id}{turn}",
            "kind": "llm",
            "turn": turn,
            "status": draw(st.sampled_from(["ok", "ok", "error"])),
            "input_tokens": draw(st.sampled_from([None, 5, 7])),
            "output_tokens": draw(st.sampled_from([None, 1, 2])),
        }
        for run_id in ("r0", "r1")
        for turn in range(12)
        if draw(st.booleans())
    ]
    return rows, llms


@settings(deadline=None, max_examples=40)
@given(turns())
@example(([], []))
def test_agrees_with_the_plain_reference(drawn: tuple[list[Row], list[Row]]) -> None:
    rows, llms = drawn
    given_calls, given_spans = calls(*rows), spans(*llms)
    known = runs({"run_id": "r0"}, {"run_id": "r1"})
    given = tables(calls=given_calls, spans=given_spans, runs=known)
    plain = retry_scores(
        operations(given).collect().rows(named=True),
        responses(given).collect().rows(named=True),
        given_calls.rows(named=True),
        given_spans.rows(named=True),
    )
    found: dict[str, dict[str, Any]] = {}
    result = scored(given).filter(pl.col("name") != "wasted_token_share")
    for row in result.select("run_id", "name", "value", "numerator", "n").rows():
        run_id, name, value, numerator, n = row
        found.setdefault(run_id, {})[name] = value if n is None else (numerator, n)
    assert found == plain
