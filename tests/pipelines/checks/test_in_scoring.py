"""What came of checks where the run ran, read again by scoring: outcome, success, coverage."""

from dataclasses import replace
from pathlib import Path

import pytest

from midspan.pipelines.checks import run_checks
from midspan.pipelines.demo.runner import run_demo
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.records import (
    PLAN_FILE,
    PlannedRun,
    ResultRecord,
    write_plan,
    write_result,
)
from midspan.pipelines.workspace import Workspace
from midspan.scorers.outcome_scores import Outcome
from midspan.scorers.setting import Setting
from midspan.scorers.suite import Suite
from tests.support.otlp import RUN, Story, call, write

SUITE = Suite.parse("""
suite: shop
contract: 1
tasks:
  - id: price
    prompt: How much?
    checks:
      - {kind: expected_calls}
      - {kind: key_points, values: ["35.88", EUR], at_least: 0.5}
    expected_calls: {calls: [{name: lookup, arguments: {id: ORD-1}}]}
""")
TASK = SUITE.tasks[0]
PLANNED = PlannedRun(run_id=RUN, experiment="shop", task="price")
NEVER = PlannedRun(run_id="f" * 32, experiment="shop", task="price", trial=1)


def scores(path: Path, setting: Setting) -> dict[tuple[str, str], object]:
    """Return value or label of each score by run and name; why of those that have none."""
    workspace = Workspace(path)
    tables = replace(workspace.tables(), setting=setting)
    rows = Outcome().score(tables).collect().iter_rows(named=True)
    return {
        (row["run_id"][:1], row["name"]): row["reason"] or (row["value"], row["label"])
        for row in rows
    }


@pytest.mark.parametrize(
    ("wanted", "answer", "outcome", "value"),
    [
        ("ORD-1", "35.88", "success", 1.0),
        ("ORD-2", "35.88", "wrong", 0.0),
        ("ORD-1", "no idea", "wrong", 0.0),
    ],
)
def test_expected_calls_decide_with_the_checks_that_were_run(
    tmp_path: Path, wanted: str, answer: str, outcome: str, value: float
) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    story = Story()
    with story.agent(output=answer):
        story.llm(call("lookup", {"id": wanted}, id="c1"))
        story.tool("lookup", {"id": wanted}, id="c1")
        story.llm(text=answer)
    write(spool / f"{RUN}-0.otlp.jsonl", story.spans)
    checks = run_checks(TASK.checks, answer=answer, directory=tmp_path)
    assert [check.passed for check in checks] == [None, answer == "35.88"]
    record = ResultRecord(run_id=RUN, ended_by="exit", exit_code=0, answer=answer, checks=checks)
    write_result(spool, record)
    write_plan(spool / PLAN_FILE, [PLANNED, NEVER])
    ingest([spool], tmp_path / "workspace")
    found = scores(tmp_path / "workspace", Setting.of(suite=SUITE))
    run = RUN[:1]
    assert found[run, "outcome"] == (None, outcome)
    assert found[run, "success"] == (value, "pass" if value else "fail")
    met = float(wanted == "ORD-1")
    assert found[run, "check.expected_calls-0"] == (met, "pass" if met else "fail")
    assert found[run, "answer_coverage"] == (0.5 if answer == "35.88" else 0.0, None)
    # Planned and never launched: an outcome all the same, and no success to judge.
    assert found["f", "outcome"] == (None, "infra")
    assert ("f", "success") not in found
    # Without the suite nothing says which calls were expected.
    alone = scores(tmp_path / "workspace", Setting.of())
    assert alone[run, "outcome"] == (None, "unscored")
    assert alone[run, "success"] != (1.0, "pass")


def test_a_demo_that_was_interrupted_leaves_planned_runs(tmp_path: Path) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_demo(tmp_path, tasks=["order-status"], workers=1, progress=interrupt)
    ran = len(list((tmp_path / "spool").glob("*.result.json")))
    ingest([tmp_path / "spool"], tmp_path / "workspace")
    runs = Workspace(tmp_path / "workspace").table("runs").collect()
    assert (runs.height, ran < 12) == (144, True)
    assert runs.filter(status="missing", planned=True).height == 144 - ran
