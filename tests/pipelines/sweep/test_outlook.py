"""What is ahead of a sweep: rows a cell, jobs, and what they may cost."""

import json
import tempfile
from pathlib import Path
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.matrix import cells_frame, factors
from midspan.pipelines.sweep.outlook import outlook
from midspan.pipelines.sweep.standing import Standing, State
from tests.support.sweeps import finish, planned, sha_of

PARTS: dict[str, Any] = {
    "tasks": [{"id": "one", "prompt": "1"}, {"id": "two", "prompt": "2"}],
    "matrix": {
        "models": [{"name": "lab/a", "endpoint": "https://example.org/v1"}],
        "revisions": ["v1.0", "v2.0"],
        "trials": 3,
        "exclude": [{"task": "two", "revision": "v1.0"}],
    },
    "target": {"repository": "https://example.org/lib"},
    "launch": {"kind": "hf-jobs", "hf_jobs": {"flavor": "a10g-small", "timeout": "2h"}},
}


def test_all_of_it_as_json(tmp_path: Path) -> None:
    plan = planned(tmp_path / "suite", **PARTS)
    folder = SweepFolder(tmp_path / "sweep")
    finish(folder.spool, plan.runs[0].run_id, seconds=240)
    finish(folder.spool, plan.runs[1].run_id, ended_by="platform")
    (folder.spool / f"{plan.runs[2].run_id}-0.result.json").write_text("{}")
    ahead = outlook(plan, folder, prices={"a10g-small": 0.02}).as_dict()
    [unreadable] = ahead.pop("unreadable")
    assert "-0.result.json: not a result record" in unreadable
    variant = {"model": "lab/a", "tier": None, "harness": "loop"}
    assert json.loads(json.dumps(ahead)) == {
        "suite": "shop",
        "experiment": "shop",
        "into": str(tmp_path / "sweep"),
        "matrix": {"model": 1, "revision": 2, "harness": 1, "task": 2, "trial": 3},
        "runs": {"planned": 9, "done": 1, "again": 2, "missing": 6, "to_do": 8, "under_way": 0},
        "cells": [
            {**variant, "revision": revision, "task": task, "runs": 3, **states}
            for revision, task, states in (
                ("v1.0", "one", {"done": 1, "again": 2, "missing": 0}),
                ("v2.0", "one", {"done": 0, "again": 0, "missing": 3}),
                ("v2.0", "two", {"done": 0, "again": 0, "missing": 3}),
            )
        ],
        "revisions": [
            {"name": "v1.0", "ref": "v1.0", "sha": sha_of("v1.0")},
            {"name": "v2.0", "ref": "v2.0", "sha": sha_of("v2.0")},
        ],
        "launch": {
            "kind": "hf-jobs",
            "flavor": "a10g-small",
            "jobs": 2,
            "most_minutes": 240,
            "expected_minutes": 4 + 6,
            "usd_per_minute": 0.02,
            "most_usd": 4.8,
            "expected_usd": 0.2,
        },
        "no_longer_planned": [],
        "changed_settings": [],
    }


@settings(max_examples=25)
@given(st.data())
def test_the_cells_add_up_to_the_runs(data: st.DataObject) -> None:

    with tempfile.TemporaryDirectory() as folder:
        plan = planned(Path(folder), **PARTS)
    found = {
        run.run_id: Standing(run_id=run.run_id, state=state, launch=0)
        for run in plan.runs
        for state in [data.draw(st.sampled_from(get_args(State)))]
    }
    cells = cells_frame(plan, found)
    assert cells["runs"].sum() == len(plan.runs) == 9
    for state in get_args(State):
        assert cells[state].sum() == sum(one.state == state for one in found.values())
    assert (cells["done"] + cells["again"] + cells["missing"]).to_list() == cells["runs"].to_list()


def test_axes_that_a_suite_has_not_are_no_factors(tmp_path: Path) -> None:
    assert factors(planned(tmp_path)) == {"model": 1, "harness": 1, "task": 1, "trial": 2}


def test_here_there_are_no_jobs_and_no_price(tmp_path: Path) -> None:
    plan = planned(tmp_path / "suite", launch={"concurrency": 2})
    ahead = outlook(plan, SweepFolder(tmp_path / "sweep"))
    assert ahead.as_dict()["launch"] == {
        "kind": "local",
        "flavor": None,
        "jobs": None,
        "most_minutes": 5,
        "expected_minutes": None,
        "usd_per_minute": None,
        "most_usd": None,
        "expected_usd": None,
    }
