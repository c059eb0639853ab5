"""Some of the runs of a sweep."""

from pathlib import Path

import pytest
import yaml

from midspan.pipelines.sweep.outcomes import outcomes
from midspan.pipelines.sweep.plan import SweepPlan, planned_sweep
from midspan.pipelines.sweep.revisions import resolver
from midspan.pipelines.sweep.selection import selected
from midspan.pipelines.sweep.worker import Worked
from midspan.scorers.errors import InvalidInput


@pytest.fixture
def plan(tmp_path: Path) -> SweepPlan:
    suite = {
        "suite": "shop",
        "contract": 1,
        "tasks": [{"id": name, "prompt": name} for name in ("refund-a", "refund-b", "quote")],
        "matrix": {
            "models": [
                {"name": name, "endpoint": "http://127.0.0.1:9/v1"}
                for name in ("org/one", "org/two")
            ],
            "trials": 2,
        },
        "harnesses": {"mine": {"kind": "command", "argv": ["true"], "version": "1.2"}},
    }
    file = tmp_path / "suite.yaml"
    file.write_text(yaml.safe_dump(suite))
    return planned_sweep(file, resolve=resolver())


@pytest.mark.parametrize(
    ("only", "count"),
    [
        ([], 12),
        (["refund-*"], 8),
        (["task=refund-a", "quote"], 8),
        (["refund-a", "model=org/one"], 2),
        (["model=org/*", "harness=mine"], 12),
    ],
)
def test_either_of_an_axis_and_all_of_the_axes(
    plan: SweepPlan, only: list[str], count: int
) -> None:
    chosen = selected(plan, only)
    assert len(chosen) == count
    assert [run for run in plan.runs if run in chosen] == chosen


@pytest.mark.parametrize(
    ("only", "said"),
    [
        (
            ["refunds"],
            "no task of the sweep is called 'refunds'\nThere are: refund-a, refund-b, quote",
        ),
        (["model=one"], "no model of the sweep is called 'one'\nThere are: org/one, org/two"),
        (
            ["size=1"],
            "--only size=1: there is no axis 'size'\nAxes: task, model, revision, tier, harness",
        ),
    ],
)
def test_what_is_not_there_is_said(plan: SweepPlan, only: list[str], said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        selected(plan, only)
    assert str(caught.value) == said


def test_every_planned_run_has_one_outcome_whether_it_was_run_or_not(plan: SweepPlan) -> None:
    ids = [run.run_id for run in plan.runs]
    worked = Worked(done=tuple(ids[:7]), infra=tuple(ids[7:9]), missing=tuple(ids[9:]))
    found = outcomes(plan.runs, worked, None)
    assert found["run_id"].to_list() == ids
    assert found["outcome"].to_list() == ["unknown"] * 7 + ["infra"] * 2 + ["not run"] * 3
    assert set(found["harness"]) == {"mine"}
