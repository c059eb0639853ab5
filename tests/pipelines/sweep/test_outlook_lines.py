"""What is ahead of a sweep is told in the units that people plan with."""

from pathlib import Path
from typing import Any

from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.outlook import outlook
from midspan.pipelines.sweep.outlook_lines import outlook_lines
from midspan.pipelines.sweep.stored import store_sweep
from tests.support.sweeps import finish, planned

PAGE = Path(__file__).parents[3] / "docs" / "sweep.md"
JOBS: dict[str, Any] = {
    "tasks": [{"id": f"task-{number}", "prompt": "p"} for number in range(4)],
    "matrix": {
        "models": [
            {"name": name, "endpoint": "https://example.org/v1"} for name in ("lab/a", "lab/b")
        ],
        "revisions": ["v1.0", "v2.0"],
        "trials": 5,
    },
    "target": {"repository": "https://example.org/lib"},
    "tiers": {"bare": {}, "clone": {"checkout": "."}, "skill": {}},
    "launch": {
        "kind": "hf-jobs",
        "concurrency": 4,
        "hf_jobs": {"flavor": "a10g-large", "timeout": "4h"},
    },
}


def lines(folder: Path, *, seconds: float | None = None, **parts: Any) -> list[str]:
    """With every tenth run done, in so many seconds."""
    plan = planned(folder / "suite", **{**JOBS, **parts})
    sweep = SweepFolder(folder / "sweep")
    for run in plan.runs[::10] if seconds else ():
        finish(sweep.spool, run.run_id, seconds=seconds)
    return list(outlook_lines(outlook(plan, sweep, prices={"a10g-large": 0.025})))


def test_jobs_and_what_they_cost(tmp_path: Path) -> None:
    """As docs/sweep.md shows it."""
    told = lines(tmp_path, seconds=640 / 3)
    shown = [told[0], *(line for line in told if line.startswith("On HF Jobs"))]
    assert shown == [
        "240 runs: 24 done, 216 missing",
        "On HF Jobs: 4 jobs on a10g-large at $1.50 an hour, 4 at a time; all of them "
        "at most 16 h ($24.00), about 3.2 h ($4.80) by 24 runs that are done",
    ]
    assert "\n".join(shown) in PAGE.read_text()


def test_a_price_that_is_not_known_is_no_price(tmp_path: Path) -> None:
    launch = {**JOBS["launch"], "hf_jobs": {"flavor": "other", "timeout": "90m"}}
    assert lines(tmp_path, launch=launch)[2] == (
        "On HF Jobs: 4 jobs on other, 4 at a time; all of them at most 6 h"
    )


def test_a_timeout_that_is_too_short(tmp_path: Path) -> None:
    launch = {**JOBS["launch"], "hf_jobs": {"flavor": "a10g-large", "timeout": "30m"}}
    told = lines(tmp_path, seconds=600, launch=launch)
    assert told[3].startswith("The timeout of 30m is too short for 4 of them (lab-a-v1-0-")
    assert told[3].endswith("): raise `timeout`, or say `per: cell`")


def test_here_without_a_limit_no_time_is_told(tmp_path: Path) -> None:
    tasks = [{"id": "one", "prompt": "p", "budget": {"seconds": None}}]
    told = lines(tmp_path, tasks=tasks, launch={"kind": "local", "concurrency": 2})
    assert told[2] == "On this machine, 2 runs at a time"


def test_commits_of_another_repository_are_not_those_that_the_sweep_began_with(
    tmp_path: Path,
) -> None:
    sweep = SweepFolder(tmp_path / "sweep")
    target = {"repository": "https://example.org/lib"}
    store_sweep(planned(tmp_path / "suite", **{**JOBS, "target": target}), sweep)
    for repository, since in ((target["repository"], True), ("https://example.org/fork", False)):
        plan = planned(tmp_path / "suite", **{**JOBS, "target": {"repository": repository}})
        told = list(outlook_lines(outlook(plan, sweep)))[1]
        assert told.startswith(f"{repository}: v1.0 = ")
        assert told.endswith("(as when this sweep began)") is since
