import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from midspan.pipelines.servers import installing, pins
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.places import place_problems
from midspan.pipelines.sweep.plan import SweepPlan
from midspan.scorers.errors import Exit

Planned = Callable[..., SweepPlan]


def problems(plan: SweepPlan) -> list[tuple[str, str | None]]:
    found = list(place_problems(plan, SweepFolder(Path("nowhere"))))
    assert {problem.exit_code for problem in found} <= {Exit.SURROUNDINGS}
    return [(problem.what, problem.fix) for problem in found]


def test_a_machine_that_has_all_of_it(planned: Planned, tmp_path: Path) -> None:
    before = set(tmp_path.rglob("*"))
    plan = planned()
    made = set(tmp_path.rglob("*")) - before
    assert problems(plan) == []
    assert set(tmp_path.rglob("*")) - before == made, "a look makes nothing"


def test_what_is_missing_is_told_at_once(
    planned: Planned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned(tier="{setup: [[/opt/shop/init], [shop]]}")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(installing, "find_spec", lambda _name: None)
    monkeypatch.setattr(pins, "CHECKOUT", tmp_path)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    monkeypatch.setattr(sys, "_base_executable", "/bin/false")
    assert [what for what, _ in problems(plan)] == [
        "git is not on this machine",
        "neither uv nor pip is on this machine, so no revision can be installed",
        "tier t: the setup command /opt/shop/init is not on this machine",
    ]


def test_a_cache_that_cannot_be_written(
    planned: Planned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned()
    (tmp_path / "file").touch()
    monkeypatch.setenv("MIDSPAN_HOME", str(tmp_path / "file"))
    ((what, fix),) = problems(plan)
    assert what == f"cannot write to {tmp_path}/file/cache: Not a directory"
    assert fix == "Name a folder that you can write to: export MIDSPAN_HOME=DIR"


def test_without_a_target_nothing_is_needed(
    planned: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned()
    suite = plan.suite.model_copy(update={"target": None})
    monkeypatch.setenv("PATH", "/nowhere")
    bare = SweepPlan(suite=suite, suite_file=plan.suite_file, experiment="e", runs=())
    assert problems(bare) == []
