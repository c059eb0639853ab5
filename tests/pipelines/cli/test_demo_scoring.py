"""The demo judges its runs by its own suite and profile."""

from pathlib import Path

from midspan.pipelines.cli.demo import _ingest_and_score
from midspan.pipelines.demo import SUITE, run_demo
from midspan.pipelines.files import load_setting
from midspan.pipelines.workspace import Workspace
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


def test_the_demo_scores_by_it(tmp_path: Path) -> None:
    run_demo(tmp_path, tasks=["order-status"])
    assert _ingest_and_score(tmp_path / "spool", tmp_path / "workspace")
    scores = Workspace(tmp_path / "workspace").table("scores").collect()
    digest = load_setting(suite=SUITE).digest
    of_loop = set(scores.filter(scorer="loop")["config_hash"])
    assert of_loop == {config_hash(load_scorer("loop"), digest)}
