from typing import Any

import polars as pl
import pytest

from midspan.scorers.comparison import one_workspace
from midspan.scorers.comparison.gate import gate
from midspan.scorers.comparison.gate_result import GateResult, Outcome
from midspan.scorers.comparison.regression_set import regression_readings
from midspan.scorers.comparison.sides import without_baseline
from midspan.scorers.errors import Exit
from midspan.scorers.profile import Profile
from tests.scorers.comparison.builders import compared, ground, run_list, trials

STEADY = trials("a", *["1111"] * 40)


def gated(
    runs: dict[str, dict[str, str]],
    written: str,
    values: dict[str, list[float | None]] | None = None,
    set_: str | None = None,
    **more: Any,
) -> GateResult:
    asked = Profile.parse(f"profile: p\ncontract: 1\ngate: {{{written}}}").gate
    on = ground(run_list(runs, set=set_), values, **more)
    sides = one_workspace(on.cells, "model", baseline="a")
    comparison = compared(
        on, sides=sides, primary=list(asked.no_regression), names=list(asked.floors)
    )
    k = asked.regression_set.pass_hat if asked.regression_set else 1
    return gate(comparison, asked, regression_readings(on.cells, sides, k))


def outcomes(result: GateResult) -> dict[str, str]:
    return {str(each.score): each.outcome.value for each in result.requirements if each.score}


def test_as_good_as_before_passes() -> None:
    result = gated({**STEADY, **trials("b", *["1111"] * 40)}, "no_regression: {success: 0.2}")
    assert (outcomes(result), result.exit) == ({"success": "passed"}, Exit.DONE)


def test_worse_by_more_than_it_may_be_is_a_no() -> None:
    worse = trials("b", *["1111"] * 25, *["0011"] * 15)
    result = gated({**STEADY, **worse}, "no_regression: {success: 0.05}")
    assert (outcomes(result), result.exit) == ({"success": "failed"}, Exit.VERDICT_IS_NO)


def test_worse_by_less_than_matters_is_no_failure() -> None:
    worse = trials("b", *["1111"] * 30, *["0111"] * 10)
    result = gated({**STEADY, **worse}, "no_regression: {success: 0.3}")
    assert outcomes(result) == {"success": "passed"}


def test_what_could_not_have_been_seen_is_no_pass() -> None:
    few = {**trials("a", *["1111"] * 8), **trials("b", *["1111"] * 8)}
    for policy, outcome, code in [
        ("fail", Outcome.NOT_EVALUATED, Exit.NOT_EVALUATED),
        ("warn", Outcome.WARNING, Exit.DONE),
    ]:
        result = gated(few, f"no_regression: {{success: 0.05}}, underpowered: {policy}")
        assert (result.requirements[-1].outcome, result.exit) == (outcome, code)


def test_too_few_tasks_is_no_pass_even_where_that_only_warns() -> None:
    few = {**trials("a", *["1111"] * 5), **trials("b", *["1111"] * 5)}
    result = gated(few, "no_regression: {success: 0.5}, underpowered: warn")
    assert (outcomes(result), result.exit) == ({"success": "not evaluated"}, Exit.NOT_EVALUATED)


def test_a_margin_may_be_a_share_of_the_baseline() -> None:
    runs = {**trials("a", *["11"] * 12), **trials("b", *["11"] * 12)}
    tokens: list[float | None] = [100.0 + n % 3 for n in range(24)]
    tokens += [125.0 + n % 5 for n in range(24)]
    for written, outcome in [("10%", "failed"), ("60%", "passed")]:
        result = gated(runs, f"no_regression: {{tokens: {written}}}", {"tokens": tokens})
        assert outcomes(result) == {"tokens": outcome}
    assert result.requirements[-1].limit == pytest.approx(0.6 * 101)


def test_floors_are_held_by_the_estimate_of_every_side_but_the_baseline() -> None:
    runs = {**trials("a", *"0" * 8), **trials("b", *"1" * 8), **trials("c", *"10000000")}
    result = gated(runs, "floors: {success_rate: 0.6}")
    found = [(each.side, each.outcome.value) for each in result.requirements if each.score]
    assert found == [("b", "passed"), ("c", "failed")]
    assert result.exit == Exit.VERDICT_IS_NO


def test_a_floor_of_what_is_better_when_less_is_a_ceiling() -> None:
    runs = {**trials("a", *"1" * 8), **trials("b", *"eee11111")}
    for limit, outcome in [(0.5, "passed"), (0.2, "failed")]:
        result = gated(runs, f"floors: {{error_rate: {limit}}}")
        assert outcomes(result) == {"error_rate": outcome}
        assert result.requirements[-1].at_most


def test_a_score_that_no_run_has_is_no_pass() -> None:
    runs = {**trials("a", *"1" * 8), **trials("b", *"1" * 8)}
    result = gated(runs, "floors: {parse_pass_rate: 0.9}, no_regression: {tokens: 10%}")
    assert outcomes(result) == {"parse_pass_rate": "not evaluated", "tokens": "not evaluated"}
    assert result.exit == Exit.NOT_EVALUATED


def test_a_score_that_many_runs_lack_is_no_pass() -> None:
    runs = {**trials("a", *"1" * 8), **trials("b", *"1" * 8)}
    on = ground(run_list(runs), {"tokens": [1.0] * 16})
    rows = on.scores.collect().with_row_index("row")
    lost = pl.col("row") >= 14
    rows = rows.with_columns(
        value=pl.when(~lost).then("value"),
        status=pl.when(lost).then(pl.lit("not_evaluated")).otherwise(pl.col("status").cast(str)),
    ).with_columns(pl.col("status").cast(on.scores.collect_schema()["status"]))
    on = type(on)(runs=on.runs, scores=rows.drop("row").lazy(), facts=on.facts, cells=on.cells)
    asked = Profile.parse("profile: p\ncontract: 1\ngate: {floors: {tokens: 5}}").gate
    result = gate(compared(on, names=["tokens"]), asked, {})
    [floor] = [each for each in result.requirements if each.score]
    assert floor.outcome is Outcome.NOT_EVALUATED
    assert floor.reason == "could not be evaluated on 2 of 8 runs"


@pytest.mark.parametrize("end", ["i", "?"])
def test_thin_coverage_of_either_side_outweighs_every_verdict(end: str) -> None:
    thin = [f"1{end}"] * 8
    for runs in ({"a": thin, "b": ["00"] * 8}, {"a": ["11"] * 8, "b": thin}):
        result = gated(
            {model: trials(model, *ends)[model] for model, ends in runs.items()},
            "floors: {success_rate: 0.99}",
        )
        assert result.exit == Exit.NOT_EVALUATED
        assert result.verdict == "could not evaluate"


def test_a_clear_no_outweighs_what_could_not_be_told() -> None:
    runs = {**trials("a", *"1" * 8), **trials("b", *"0" * 8)}
    result = gated(runs, "floors: {success_rate: 0.5, parse_pass_rate: 0.9}")
    assert result.exit == Exit.VERDICT_IS_NO


def test_a_profile_that_asks_for_nothing_lets_nothing_through() -> None:
    result = gated({**trials("a", *"1" * 8), **trials("b", *"1" * 8)}, "coverage: 0.5")
    assert result.exit == Exit.NOT_EVALUATED
    assert "asks for nothing" in result.requirements[-1].reason


@pytest.mark.parametrize(
    ("ends", "outcome", "found"),
    [
        (["111"] * 10, "passed", 1.0),
        (["111"] * 8 + ["110"] * 2, "failed", 0.8),
        (["111"] * 9 + ["110"], "passed", 0.9),
        # With one run lost, three in a row cannot be told of that task.
        (["111"] * 9 + ["11i"], "not evaluated", 1.0),
        (["11"] * 10, "not evaluated", None),
    ],
)
def test_regression_tasks_must_pass_so_many_trials_in_a_row(
    ends: list[str], outcome: str, found: float | None
) -> None:
    result = gated(
        {"a": STEADY["a"], **trials("b", *ends)},
        "coverage: 0.9, regression_set: {pass_hat: 3, at_least: 0.9}"
        if ends[-1] != "11i"
        else "coverage: 0.9, regression_set: {pass_hat: 3, at_least: 0.95}",
        set_="regression",
    )
    last = result.requirements[-1]
    assert (last.outcome.value, last.found) == (outcome, found)


def test_without_regression_tasks_their_bar_is_not_met() -> None:
    runs = {**trials("a", *["111"] * 8), **trials("b", *["111"] * 8)}
    result = gated(runs, "regression_set: {pass_hat: 3, at_least: 0.9}", set_="capability")
    assert (result.requirements[-1].reason, result.exit) == (
        "no task of the regression set was run",
        Exit.NOT_EVALUATED,
    )


def test_floors_alone_need_no_baseline() -> None:
    on = ground(run_list({**trials("a", *"1" * 3), **trials("b", *"0" * 3)}))
    sides = without_baseline(on.cells, by=None)
    asked = Profile.parse("profile: p\ncontract: 1\ngate: {floors: {success_rate: 0.5}}").gate
    comparison = compared(on, sides=sides, primary=[], names=["success"])
    result = gate(comparison, asked, {}, baselines=False)
    found = [(each.side, each.outcome.value) for each in result.requirements if each.score]
    assert found == [("a", "passed"), ("b", "failed")]
