from collections.abc import Sequence
from dataclasses import replace

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from midspan.scorers.answer_judge import Verdict
from midspan.scorers.gamma_reward import GammaReward
from midspan.scorers.outcome_scores import Outcome
from midspan.scorers.suite import Check
from tests.scorers.builders import Row, calls, runs, spans, tables
from tests.scorers.oracle import outcome as oracle
from tests.scorers.outcome_scoring import suite

VERDICTS = {None: False, " ": None, "x": True, "y": False}
"""What is said of the check of the suite that reads an answer."""


def judge(asked: Sequence[tuple[Check, str | None]]) -> list[Verdict]:
    assert {check.id for check, _ in asked} <= {"amount"}
    assert len({answer for _, answer in asked}) == len(asked), "the same answer is judged once"
    return [(VERDICTS[answer], None) for _, answer in asked]


KINDS = ["json", "state", "key_points", "expected_calls"]


@st.composite
def random_run(draw: st.DrawFn) -> Row:
    check = st.fixed_dictionaries(
        {
            "id": st.sampled_from(["amount", "b", "calls"]),
            "kind": st.sampled_from(KINDS[:3]),
            "passed": st.sampled_from([True, True, True, False, None]),
            "detail": st.none(),
        }
    )
    return draw(
        st.fixed_dictionaries(
            {
                "task": st.sampled_from([None, "price", "talk", "other"]),
                "planned": st.booleans(),
                "status": st.sampled_from(["ok", "ok", "ok", "error", "incomplete", "missing"]),
                "ended_by": st.sampled_from(
                    [None, *["exit"] * 4, "timeout", "budget", "signal", "platform"]
                ),
                "exit_code": st.sampled_from([None, 0, 0, 0, 1]),
                "answer": st.sampled_from([None, " ", "x", "x", "y"]),
                "turns": st.sampled_from([None, 0, 1, 3]),
                "llm_calls": st.sampled_from([None, 0, 2]),
                "calls": st.sampled_from([None, 0, 1]),
                "output_tokens": st.sampled_from([None, 0, 9]),
                "root_span_id": st.sampled_from([None, "root"]),
                "checks": st.none() | st.lists(check, max_size=3),
            }
        )
    )


SPAN = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["llm", "tool", "agent"]),
        "status": st.sampled_from(["ok", "error"]),
        "error_type": st.sampled_from(
            [None, "KeyError", "max steps", "context length", "client_left"]
        ),
        "duplicate_of": st.sampled_from([None, None, "s"]),
        "calls_emitted": st.sampled_from([None, 0, 1]),
    }
)


@settings(deadline=None)
@given(
    st.lists(st.tuples(random_run(), st.lists(SPAN, max_size=3)), max_size=4),
    st.booleans(),
    st.booleans(),
)
def test_it_says_what_plain_python_says(
    drawn: list[tuple[Row, list[Row]]], with_suite: bool, with_judge: bool
) -> None:
    given_runs = [run | {"run_id": f"r{n}"} for n, (run, _) in enumerate(drawn)]
    given_spans = [
        span | {"run_id": f"r{n}", "span_id": "root" if at == 0 else f"s{at}", "start_ns": at}
        for n, (_, of_run) in enumerate(drawn)
        for at, span in enumerate(of_run)
    ]
    made = [{"run_id": run["run_id"], "call": 0} for run in given_runs if run["calls"]]
    given_tables = tables(
        suite() if with_suite else None,
        runs=runs(*given_runs),
        spans=spans(*given_spans),
        calls=calls(*made),
    )
    frames = replace(given_tables, answer_judge=judge if with_judge else None)
    found = pl.concat(
        [Outcome().score(frames).collect(), GammaReward(gamma=0.5).score(frames).collect()],
        how="diagonal",
    )
    said = {
        (row["run_id"], row["name"]): row["value"] if row["name"] != "outcome" else row["label"]
        for row in found.to_dicts()
        if row["name"] != "answer_coverage"
    }
    table = runs(*given_runs).to_dicts()
    expected = {}
    for row in table:
        of_task = {"price": [("amount", "json"), ("calls", "expected_calls")], "talk": []}
        wanted = of_task.get(row["task"] or "") if with_suite else None
        judged = bool(wanted) and row["status"] != "missing"
        matches = bool(row["calls"]) if judged and row["calls"] is not None else None
        its = [span for span in spans(*given_spans).to_dicts() if span["run_id"] == row["run_id"]]
        for name, value in oracle.rows(
            row, its, wanted, matches, VERDICTS.get if with_judge else None
        ).items():
            expected[row["run_id"], name] = value
    assert said == expected
