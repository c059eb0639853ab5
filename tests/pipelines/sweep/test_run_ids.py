"""What a run is given makes its id, and what is only about it does not."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.sweeps import planned


def ids(folder: Path, **parts: Any) -> list[str]:
    return [run.run_id for run in planned(folder, **parts).runs]


TASK = {"id": "ask", "prompt": "p", "files": ["inputs/a.txt"]}
FILES = {"inputs/a.txt": "a"}
TIER = {"skill": {"files": [{"from": "skill/", "to": ".skill/"}]}}
SKILL = {"skill/SKILL.md": "do this", "skill/more/x.txt": "x"}


def test_the_same_suite_elsewhere_gives_the_same_runs(tmp_path: Path) -> None:
    here = ids(tmp_path / "a", tasks=[TASK], files={**FILES, **SKILL}, tiers=TIER)
    there = ids(tmp_path / "b", tasks=[TASK], files={**FILES, **SKILL}, tiers=TIER)
    assert here == there


@pytest.mark.parametrize(
    "changed",
    [
        {"tasks": [TASK | {"prompt": "q"}]},
        {"files": {**FILES, **SKILL, "inputs/a.txt": "b"}},
        {"files": {**FILES, **SKILL, "skill/SKILL.md": "do that"}},
        {"files": {**FILES, **SKILL, "skill/more/y.txt": "one file more"}},
        {"tiers": {"skill": {"files": [{"from": "skill/", "to": ".other/"}]}}},
        {"tiers": {"skill": {**TIER["skill"], "agent_arguments": ["--skill", ".skill"]}}},
        {"tiers": {"skill": {**TIER["skill"], "setup": [["touch", "x"]]}}},
        {"experiment": "again"},
    ],
)
def test_what_a_run_is_given_makes_another_run(tmp_path: Path, changed: dict[str, Any]) -> None:
    same: dict[str, Any] = {"tasks": [TASK], "files": {**FILES, **SKILL}, "tiers": TIER}
    before = ids(tmp_path / "before", **same)
    assert not {*before} & {*ids(tmp_path / "after", **{**same, **changed})}


@pytest.mark.parametrize(
    "changed",
    [
        {"tasks": [TASK | {"checks": [{"kind": "exact", "value": "1"}]}]},
        {"tasks": [TASK | {"budget": {"turns": 3}}]},
        {"launch": {"concurrency": 9}},
        {"tiers": {"skill": {**TIER["skill"], "setup_seconds": 9}}},
    ],
)
def test_what_is_about_a_run_does_not(tmp_path: Path, changed: dict[str, Any]) -> None:
    same: dict[str, Any] = {"tasks": [TASK], "files": {**FILES, **SKILL}, "tiers": TIER}
    before = ids(tmp_path / "before", **same)
    assert ids(tmp_path / "after", **{**same, **changed}) == before


def test_more_trials_keep_those_that_were_planned(tmp_path: Path) -> None:
    few = ids(tmp_path, matrix={"trials": 2})
    many = ids(tmp_path, matrix={"trials": 5})
    assert many[:2] == few
    assert len(many) == 5
