from typing import Any

import polars as pl
import pytest

from midspan.scorers.aggregate import CELL, VARIANT, cells, variants
from midspan.scorers.comparison.runs import told_outcomes
from tests.scorers.builders import Row, runs, scores

CHECKED = {"checks": [{"id": "x", "kind": "state", "passed": True, "detail": None}]}
OK = {"task": "t", "model": "m", "planned": True, "outcome": "success", **CHECKED}


def with_outcomes(*rows: Row) -> pl.LazyFrame:
    table = runs(*({key: row[key] for key in row if key != "outcome"} for row in rows))
    outcomes = [row["outcome"] for row in rows]
    return table.with_columns(outcome=pl.Series(outcomes, dtype=pl.String)).lazy()


def cells_of(*rows: Row, scored: pl.DataFrame | None = None) -> list[dict[str, Any]]:
    given = scores() if scored is None else scored
    return cells(with_outcomes(*rows), given.lazy()).collect().to_dicts()


def ended(*outcomes: str, **same: Any) -> list[Row]:
    return [{**OK, **same, "outcome": outcome} for outcome in outcomes]


def test_a_cell_in_full() -> None:
    outcomes = ["success", "success", "wrong", "timeout", "no_answer", "infra"]
    score = {"run_id": "r0", "name": "turns", "value": 4.0}
    [cell] = cells_of(
        *ended(*outcomes, revision="v2", tier="skill", harness="pi@1"), scored=scores(score)
    )
    assert cell == {
        "experiment": "e",
        "task": "t",
        "model": "m",
        "revision": "v2",
        "tier": "skill",
        "harness": "pi@1",
        "runs": 6,
        "counted": 5,
        "successes": 2,
        "success_rate": 0.4,
        "error_rate": 0.4,
        "infra_rate": 1 / 6,
        "pass_at_1": pytest.approx(0.4),
        "pass_at_2": pytest.approx(0.7),
        "pass_at_3": pytest.approx(0.9),
        "pass_at_4": 1.0,
        "pass_at_5": 1.0,
        "pass_hat_1": pytest.approx(0.4),
        "pass_hat_2": pytest.approx(0.1),
        "pass_hat_3": 0.0,
        "pass_hat_4": 0.0,
        "pass_hat_5": 0.0,
        "turns_per_success": 2.0,
        "turns": 4.0,
    }


@pytest.mark.parametrize(
    ("outcome", "success", "error"),
    [
        ("success", 1.0, 0.0),
        ("wrong", 0.0, 0.0),
        ("unscored", 0.0, 0.0),
        ("no_answer", 0.0, 1.0),
        ("agent_error", 0.0, 1.0),
        ("provider_error", 0.0, 1.0),
        ("timeout", 0.0, 1.0),
        ("budget", 0.0, 1.0),
    ],
)
def test_what_each_outcome_adds_to_the_rates(outcome: str, success: float, error: float) -> None:
    [cell] = cells_of(*ended(outcome))
    assert (cell["success_rate"], cell["error_rate"], cell["infra_rate"]) == (success, error, 0.0)


def test_of_infra_alone_there_is_no_rate_but_its_own() -> None:
    [cell] = cells_of(*ended("infra", "infra"))
    assert (cell["runs"], cell["counted"]) == (2, 0)
    assert (cell["success_rate"], cell["error_rate"], cell["infra_rate"]) == (None, None, 1.0)


@pytest.mark.parametrize("checks", [None, []])
def test_a_task_without_checks_has_no_success_rate(checks: list[Any] | None) -> None:
    [cell] = cells_of(*ended("unscored", "agent_error", checks=checks))
    assert (cell["success_rate"], cell["error_rate"], cell["counted"]) == (None, 0.5, 2)


def test_a_run_of_a_checked_task_counts_though_its_own_checks_never_ran() -> None:
    [cell] = cells_of(*ended("success"), *ended("agent_error", "unscored", checks=None))
    assert cell["success_rate"] == 1 / 3


def test_a_task_is_checked_where_any_variant_has_its_checks() -> None:
    crashed = ended("agent_error", model="crashes", checks=None)
    rates = {cell["model"]: cell["success_rate"] for cell in cells_of(*ended("success"), *crashed)}
    assert rates == {"m": 1.0, "crashes": 0.0}


def test_beside_planned_runs_others_do_not_count() -> None:
    [cell] = cells_of(*ended("wrong", "infra"), *ended("success", "infra", planned=False))
    assert (cell["runs"], cell["counted"], cell["successes"]) == (4, 1, 0)
    assert (cell["success_rate"], cell["infra_rate"]) == (0.0, 0.5)


def test_where_none_is_planned_all_runs_count() -> None:
    [cell] = cells_of(*ended("wrong", "success", planned=False))
    assert (cell["counted"], cell["success_rate"]) == (2, 0.5)


@pytest.mark.parametrize("axis", CELL)
def test_every_axis_parts_cells_and_so_does_what_is_not_recorded(axis: str) -> None:
    values = ["a", "b"] if axis == "experiment" else ["a", "b", None]
    rows = [{**OK, axis: value} for value in values for _ in range(2)]
    assert [(cell[axis], cell["runs"]) for cell in cells_of(*rows)] == [(v, 2) for v in values]


def test_scores_of_runs_are_means_over_the_runs_that_have_them() -> None:
    scored = scores(
        {"run_id": "r0", "name": "turns", "value": 4.0},
        {"run_id": "r1", "name": "turns", "value": 6.0},
        {"run_id": "r2", "name": "turns", "status": "not_evaluated"},
        {"run_id": "r0", "name": "loops", "value": 1.0},
        {"run_id": "r0", "span_id": "s", "name": "loop", "value": 9.0},
        {"run_id": "r3", "name": "turns", "value": 8.0},
        {"run_id": "gone", "name": "turns", "value": 99.0},
    )
    rows = [*ended("success", "success", "success"), *ended("success", model=None)]
    found = [
        (cell["model"], cell["turns"], cell["loops"]) for cell in cells_of(*rows, scored=scored)
    ]
    assert found == [("m", 5.0, 1.0), (None, 8.0, None)]
    assert "loop" not in cells_of(*rows, scored=scored)[0]


def test_no_runs() -> None:
    assert cells(with_outcomes(), scores().lazy()).collect().height == 0
    assert variants(with_outcomes(), scores().lazy()).height == 0


def test_a_variant_is_the_mean_over_its_tasks_however_many_runs_they_have() -> None:
    rows = [
        *ended("success", task="easy"),
        *ended("success", "wrong", "wrong", "timeout", task="hard"),
        *ended("unscored", task="free", checks=None),
        *ended("infra", task="down"),
    ]
    scored = scores(
        *({"run_id": f"r{n}", "name": "turns", "value": v} for n, v in enumerate([1.0, 2.0, 4.0]))
    )
    [variant] = variants(with_outcomes(*rows), scored.lazy()).to_dicts()
    assert {name: variant[name] for name in variant if not name.startswith("pass_")} == (
        {
            "experiment": "e",
            "model": "m",
            "revision": None,
            "tier": None,
            "harness": None,
            "tasks": 4,
            "runs": 7,
            "counted": 6,
            "successes": 2,
            "success_rate": (1.0 + 0.25) / 2,
            "error_rate": (0.0 + 0.25 + 0.0) / 3,
            "infra_rate": 1 / 4,
            "turns_per_success": (1.0 + 6.0) / 2,
            "turns": (1.0 + 3.0) / 2,
        }
    )


@pytest.mark.parametrize("axis", VARIANT)
def test_every_axis_but_the_task_parts_variants(axis: str) -> None:
    rows = [{**OK, "task": task, axis: value} for task in "tu" for value in "ab"]
    found = variants(with_outcomes(*rows), scores().lazy()).select(axis, "tasks", "runs").rows()
    assert found == [("a", 2, 2), ("b", 2, 2)]


def test_shares_of_few_events_are_counted_together_over_runs_and_over_cells() -> None:
    rows = [*ended("success", "success", task="t"), *ended("success", task="u")]
    scored = scores(
        *(
            {"run_id": run, "name": "retry_efficiency", "value": up / n, "numerator": up, "n": n}
            for run, up, n in [("r0", 1.0, 1), ("r1", 0.0, 3), ("r2", 4.0, 4)]
        )
    )
    found = cells(with_outcomes(*rows), scored.lazy()).collect()["retry_efficiency"].to_list()
    assert found == [1 / 4, 1.0]
    [variant] = variants(with_outcomes(*rows), scored.lazy()).to_dicts()
    assert variant["retry_efficiency"] == 5 / 8


def test_per_success_of_a_variant_is_a_ratio_of_sums_and_null_without_a_success() -> None:
    rows = [*ended("success", "wrong", task="t"), *ended("wrong", task="u")]
    scored = scores(
        *({"run_id": f"r{n}", "name": "tokens", "value": v} for n, v in enumerate([1.0, 2.0, 4.0]))
    )
    per_cell = cells(with_outcomes(*rows), scored.lazy()).collect()
    assert per_cell["tokens_per_success"].to_list() == [3.0, None]
    [variant] = variants(with_outcomes(*rows), scored.lazy()).to_dicts()
    assert variant["tokens_per_success"] == 7.0


def test_what_a_run_took_is_unknown_where_its_record_does_not_tell() -> None:
    scored = scores(
        {"run_id": "r0", "name": "tokens", "value": 5.0},
        {"run_id": "r1", "name": "tokens", "status": "not_evaluated", "reason": "x"},
        {"run_id": "r0", "name": "attempts_per_operation", "value": 1.5, "numerator": 3.0, "n": 2},
    )
    [cell] = cells_of(*ended("success", "success"), scored=scored)
    assert cell.get("tokens_per_success") is None
    # A run without an operation made no attempt.
    assert cell["attempts_per_success"] == 1.5


def test_steps_are_held_against_the_best_success_at_the_task() -> None:
    rows = [
        *ended("success", "success", "wrong", model="a", turns=4),
        *ended("success", model="b", turns=2),
        *ended("success", model="a", task="once", turns=9),
    ]
    rows[2]["turns"] = 1
    found = cells(with_outcomes(*rows), scores().lazy()).collect()
    assert found.select("task", "model", "step_ratio").rows() == [
        ("once", "a", None),
        ("t", "a", 2.0),
        ("t", "b", 1.0),
    ]


def test_runs_that_do_not_count_give_no_values_either() -> None:
    scored = scores(
        {"run_id": "r0", "name": "tokens", "value": 4.0},
        {"run_id": "r1", "name": "tokens", "value": 400.0},
    )
    [cell] = cells_of(*ended("success", "infra"), scored=scored)
    assert cell["tokens"] == 4.0


def test_an_outcome_that_was_scored_comes_first() -> None:
    scored = scores({"run_id": "r0", "name": "outcome", "label": "wrong"})
    told = told_outcomes(with_outcomes(*ended("success", "success")), scored.lazy())
    assert told.sort("run_id").collect()["outcome"].to_list() == ["wrong", "success"]
