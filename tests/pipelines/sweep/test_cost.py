"""What is still to do may take and cost; what is not known is not told as nothing."""

from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.sweep.batches import Batch, batches
from midspan.pipelines.sweep.cost import Estimate, estimate
from midspan.pipelines.sweep.plan import SweepPlan
from midspan.pipelines.sweep.standing import Standing, standings
from tests.support.sweeps import finish, planned

MODELS = [{"name": f"lab/{name}", "endpoint": "http://127.0.0.1:9/v1"} for name in "ab"]


@pytest.fixture
def plan(tmp_path: Path) -> SweepPlan:
    """Two models, two tasks, four trials: 16 runs, 8 a model."""
    return planned(
        tmp_path / "suite",
        tasks=[{"id": "one", "prompt": "1"}, {"id": "two", "prompt": "2"}],
        matrix={"models": MODELS, "trials": 4},
    )


def jobs(plan: SweepPlan) -> tuple[Batch, ...]:
    return batches(plan.runs, "model-revision")


def found(plan: SweepPlan, spool: Path) -> dict[str, Standing]:
    return standings((run.run_id for run in plan.runs), spool)


def of(plan: SweepPlan, spool: Path, **more: Any) -> Estimate:
    return estimate(jobs(plan), found(plan, spool), **more)


def test_before_the_first_run_only_the_limit_is_known(plan: SweepPlan, tmp_path: Path) -> None:
    told = of(plan, tmp_path / "spool", timeout="4h", price_per_minute=0.025)
    assert told == Estimate(jobs=2, most_minutes=480, price_per_minute=0.025)
    assert told.most_usd == 12.0
    assert told.expected_usd is None


def test_without_a_price_no_cost_is_told(plan: SweepPlan, tmp_path: Path) -> None:
    told = of(plan, tmp_path / "spool", timeout="30m")
    assert (told.most_minutes, told.most_usd) == (60, None)


def test_finished_runs_tell_how_long_the_rest_takes(plan: SweepPlan, tmp_path: Path) -> None:
    """Three of model a's first task are done: its own task's time, its model's, then all's."""
    spool = tmp_path / "spool"
    for run, seconds in zip(plan.runs, (50, 60, 70), strict=False):
        finish(spool, run.run_id, seconds=seconds)
    told = of(plan, spool, timeout="4h", price_per_minute=0.5)
    assert told.timed_runs == 3
    assert told.expected_minutes == pytest.approx(5 + 8)
    assert told.expected_usd == pytest.approx(6.5)
    assert of(plan, spool, timeout="4h", at_a_time=5).expected_minutes == pytest.approx(1 + 1.6)


def test_each_task_takes_its_own_time(plan: SweepPlan, tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    first = {run.task.id: run for run in reversed(plan.runs) if run.model.name == "lab/a"}
    finish(spool, first["one"].run_id, seconds=60)
    finish(spool, first["two"].run_id, seconds=180)
    [of_a, of_b] = [
        estimate([job], found(plan, spool), timeout="4h").expected_minutes for job in jobs(plan)
    ]
    assert of_a == pytest.approx(3 * 1 + 3 * 3)
    assert of_b is None
    both = of(plan, spool, timeout="4h")
    assert both.expected_minutes == pytest.approx(12 + 8 * 2)


def test_a_job_whose_runs_are_done_costs_nothing(plan: SweepPlan, tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    for run in jobs(plan)[0].runs:
        finish(spool, run.run_id, seconds=6)
    told = of(plan, spool, timeout="1h", price_per_minute=1)
    assert (told.jobs, told.most_minutes) == (1, 60)
    assert told.expected_minutes == pytest.approx(0.8)
    for run in plan.runs:
        finish(spool, run.run_id, seconds=6)
    told = of(plan, spool, timeout="1h", price_per_minute=1)
    assert (told.jobs, told.most_minutes, told.expected_minutes) == (0, 0, None)


def test_a_timeout_that_is_too_short_is_told_and_caps_the_cost(
    plan: SweepPlan, tmp_path: Path
) -> None:
    spool = tmp_path / "spool"
    finish(spool, plan.runs[0].run_id, seconds=600)
    told = of(plan, spool, timeout="75m", price_per_minute=1)
    assert told.too_short == (jobs(plan)[1].name,)  # 80 minutes; the other has 70 to go
    assert told.expected_minutes == pytest.approx(70 + 75)


def test_runs_without_times_tell_nothing(plan: SweepPlan, tmp_path: Path) -> None:
    finish(tmp_path / "spool", plan.runs[0].run_id)
    assert of(plan, tmp_path / "spool", timeout="1h").expected_minutes is None


def test_without_a_timeout_budgets_are_the_limit(tmp_path: Path) -> None:
    tasks = [
        {"id": "one", "prompt": "1", "budget": {"seconds": 60}},
        {"id": "two", "prompt": "2", "budget": {"seconds": 600}},
    ]
    plan = planned(tmp_path / "suite", tasks=tasks, matrix={"trials": 2})
    here = [Batch(name="local", model="", revision=None, runs=plan.runs)]
    nothing = found(plan, tmp_path / "spool")
    assert estimate(here, nothing).most_minutes == 22
    assert estimate(here, nothing, at_a_time=2).most_minutes == 11
    assert estimate(here, nothing, at_a_time=9).most_minutes == 10


def test_a_run_without_a_limit_has_none(tmp_path: Path) -> None:
    tasks = [
        {"id": "one", "prompt": "1"},
        {"id": "two", "prompt": "2", "budget": {"seconds": None}},
    ]
    plan = planned(tmp_path / "suite", tasks=tasks)
    here = [Batch(name="local", model="", revision=None, runs=plan.runs)]
    assert estimate(here, found(plan, tmp_path / "spool")).most_minutes is None
