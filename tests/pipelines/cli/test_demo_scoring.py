"""The demo judges its runs by its own suite and profile."""

from pathlib import Path

import pytest

from midspan.pipelines.cli.demo import _ingest_and_score
from midspan.pipelines.comparison.compare import compare_workspaces
from midspan.pipelines.demo.runner import run_demo
from midspan.pipelines.demo.tasks import SUITE
from midspan.pipelines.files import load_setting
from midspan.pipelines.scoring.judged_by import recall
from midspan.pipelines.workspace import Workspace
from midspan.scorers.comparison import Verdict
from midspan.scorers.faults.again import rules_of
from midspan.scorers.faults.rules import FaultRules
from midspan.scorers.plugins import load_scorer
from midspan.scorers.score import config_hash


def test_what_the_demo_judges_by() -> None:
    setting = load_setting(suite=SUITE)
    assert len(setting.tasks) == 12
    assert setting.profile.tools.state_changing == ("refund_order", "write_file")
    assert "run_shell" in setting.profile.tools.roles.shell
    assert {task.retries for task in setting.tasks.values()} == {3}
    assert rules_of(setting.profile) == FaultRules(), "its faults are those that are stored"
    profile = setting.profile
    assert list(profile.markers) == ["used-grep", "read-notes", "hammered"]
    assert list(profile.rules) == ["no-triples", "look-first", "short", "first-try"]
    assert [name for name, task in setting.tasks.items() if task.rules] == ["return-days"]
    compared = [name for name, task in setting.tasks.items() if task.expected]
    assert len(compared) == 11
    assert all(task.checks for task in setting.tasks.values())


def test_the_demo_scores_by_it(tmp_path: Path) -> None:
    run_demo(tmp_path, tasks=["order-status"])
    assert _ingest_and_score(tmp_path)
    recalled = recall(tmp_path / "workspace")
    assert (recalled.suite, recalled.profile) == (tmp_path / "suite" / "suite.yaml", None)
    scores = Workspace(tmp_path / "workspace").table("scores").collect()
    digest = load_setting(suite=SUITE).digest
    of_loop = set(scores.filter(scorer="loop")["config_hash"])
    assert of_loop == {config_hash(load_scorer("loop"), digest)}
    costs = scores.filter(name="cost_usd")
    assert costs["status"].unique().to_list() == ["ok"], "every model of the demo has a price"
    assert costs["value"].min() > 0  # type: ignore[operator]
    assert scores.filter(name="provider_retries")["status"].unique().to_list() == ["ok"]


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_the_seed_the_comparison_finds_what_was_planted_and_no_more(
    tmp_path: Path, seed: int
) -> None:
    """v2's errors help to recover. Of a run's first call no revision has said anything yet."""
    run_demo(tmp_path, seed=seed)
    assert _ingest_and_score(tmp_path)
    profile = load_setting(suite=SUITE).profile
    found = compare_workspaces([Workspace(tmp_path / "workspace")], by="revision", profile=profile)
    assert [(score.name, score.differences[0].verdict) for score in found.deciding] == [
        ("recovery_rate", Verdict.BETTER),
        ("rule.first-try", Verdict.UNSEEN),
    ]
