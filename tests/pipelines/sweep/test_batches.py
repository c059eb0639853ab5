"""Each batch is one job: one model, and names that labels may have."""

import re
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.sweep.batches import Per, batches
from midspan.pipelines.sweep.plan import SweepPlan
from tests.support.sweeps import planned

SUITE: dict[str, Any] = {
    "tasks": [{"id": "one", "prompt": "1"}, {"id": "two", "prompt": "2"}],
    "matrix": {
        "models": [
            {"name": name, "endpoint": "http://127.0.0.1:9/v1"} for name in ("lab/a", "lab.a")
        ],
        "revisions": ["v1.0", "v2.0"],
        "trials": 3,
    },
    "target": {"repository": "https://example.org/lib"},
    "tiers": {"bare": {}, "clone": {"checkout": "."}},
}


@pytest.fixture
def plan(tmp_path: Path) -> SweepPlan:
    return planned(tmp_path, **SUITE)


@pytest.mark.parametrize(
    ("per", "jobs", "runs"), [("model-revision", 4, 12), ("cell", 16, 3), ("run", 48, 1)]
)
def test_how_many_there_are(plan: SweepPlan, per: Per, jobs: int, runs: int) -> None:
    found = batches(plan.runs, per)
    assert [len(batch.runs) for batch in found] == [runs] * jobs
    assert [run for batch in found for run in batch.runs] == list(plan.runs)
    assert len({batch.name for batch in found}) == jobs
    for batch in found:
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,100}", batch.name)
        assert {run.model.name for run in batch.runs} == {batch.model}
        assert {run.planned.revision for run in batch.runs} == {batch.revision}


def test_names_say_what_is_in_them(plan: SweepPlan) -> None:
    names = [batch.name.rpartition("-")[0] for batch in batches(plan.runs, "model-revision")]
    assert names == ["lab-a-v1-0", "lab-a-v2-0", "lab-a-v1-0", "lab-a-v2-0"]
    assert batches(plan.runs, "run")[0].name.startswith("lab-a-v1-0-bare-loop-one-0-")


def test_a_batch_keeps_its_name_whatever_is_left_of_it(plan: SweepPlan) -> None:
    whole = {batch.name for batch in batches(plan.runs, "model-revision")}
    assert {batch.name for batch in batches(plan.runs[5:6], "model-revision")} < whole


def test_a_long_name_is_cut_and_still_its_own(tmp_path: Path) -> None:
    models = [
        {"name": f"lab/{'x' * 120}{end}", "endpoint": "http://127.0.0.1:9/v1"} for end in "ab"
    ]
    plan = planned(tmp_path, matrix={"models": models})
    names = [batch.name for batch in batches(plan.runs, "model-revision")]
    assert [len(name) for name in names] == [100, 100]
    assert len({*names}) == 2


def test_without_a_target_there_is_no_revision(tmp_path: Path) -> None:
    [batch] = batches(planned(tmp_path).runs, "model-revision")
    assert batch.revision is None
    assert batch.name.startswith("lab-small-")
