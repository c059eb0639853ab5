"""Checks that were changed judge runs that are done by what their records kept of them."""

from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.records import CheckResult, ResultRecord, read_result, write_result
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.local import judged
from midspan.pipelines.sweep.outlook import outlook
from midspan.pipelines.sweep.outlook_lines import change_lines
from midspan.pipelines.sweep.plan import SweepPlan
from midspan.pipelines.sweep.rejudging import CANNOT, judged_again
from midspan.pipelines.sweep.stored import store_sweep
from midspan.pipelines.workspace import Workspace
from tests.support.sweeps import planned

AMOUNT: dict[str, Any] = {"id": "amount", "kind": "number", "equals": 35.88}
OUT: dict[str, Any] = {"kind": "file", "path": "out.txt"}


def stored(folder: SweepFolder, *checks: dict[str, Any]) -> SweepPlan:
    task = {"id": "to-eur", "prompt": "p", "checks": checks}
    plan = planned(folder.root.parent / "suite", tasks=[task], matrix={"trials": 1})
    store_sweep(plan, folder)
    return plan


@pytest.fixture
def folder(tmp_path: Path) -> SweepFolder:
    """One run that answered 35.88 and left its file, and was judged."""
    folder = SweepFolder(tmp_path / "sweep")
    [run] = stored(folder, AMOUNT, OUT).runs
    checks = [
        CheckResult(id="amount", kind="number", passed=True),
        CheckResult(id="file-0", kind="file", passed=True),
    ]
    write_result(
        folder.spool,
        ResultRecord(
            run_id=run.run_id, ended_by="exit", exit_code=0, answer="35.88 EUR", checks=checks
        ),
    )
    judged(folder)
    assert outcome(folder) == "success"
    return folder


def outcome(folder: SweepFolder) -> str:
    scores = Workspace(folder.workspace).table("scores").collect()
    [label] = scores.filter(scores["name"] == "outcome")["label"]
    return str(label)


def checks(folder: SweepFolder) -> list[tuple[str, bool | None]]:
    [found] = Workspace(folder.workspace).table("runs").collect()["checks"].to_list()
    return [(each["id"], each["passed"]) for each in found]


def test_an_answer_is_judged_by_the_check_of_now(folder: SweepFolder) -> None:
    plan = stored(folder, {**AMOUNT, "equals": 77}, OUT)
    for _ in range(2):  # and not only at first
        judged(folder)
        assert outcome(folder) == "wrong"
        assert checks(folder) == [("amount", False), ("file-0", True)]
    [run] = plan.runs
    recorded = read_result(folder.result_of(run.run_id, 0))
    assert [each.passed for each in recorded.checks] == [True, True]
    assert list(change_lines(outlook(plan, folder))) == [
        "1 run was done before the checks of to-eur were changed: "
        "their answers are judged by the new ones"
    ]
    # The spool was left as it was, and holds when the check is what it was.
    stored(folder, AMOUNT, OUT)
    judged(folder)
    assert outcome(folder) == "success"


def test_a_check_that_reads_a_directory_that_is_gone_is_not_known_to_hold(
    folder: SweepFolder,
) -> None:
    plan = stored(folder, AMOUNT, {"kind": "file", "path": "other.txt"})
    judged(folder)
    assert outcome(folder) == "unscored"
    assert checks(folder) == [("amount", True), ("file-0", None)]
    [replaced] = judged_again(plan, folder).values()
    assert read_result(replaced).checks[1].detail == CANNOT
    told = list(change_lines(outlook(plan, folder)))
    assert told[1].startswith("of these, file-0 cannot be answered")
    suite = folder.root.parent / "suite" / "suite.yaml"
    assert told[1].endswith(
        f"midspan sweep run {suite} --only to-eur --into {folder.root.parent / 'sweep-2'}"
    )


def test_checks_that_only_got_other_names_or_neighbours_keep_what_was_found(
    folder: SweepFolder,
) -> None:
    exact = {"kind": "exact", "value": "35.88 EUR"}
    stored(folder, {**OUT, "id": "out"}, AMOUNT, exact, {"kind": "file", "path": "new.txt"})
    judged(folder)
    assert checks(folder) == [
        ("out", True),
        ("amount", True),
        ("exact-0", True),
        ("file-1", None),
    ]


def test_a_check_that_is_gone_judges_no_more(folder: SweepFolder) -> None:
    stored(folder, {**AMOUNT, "equals": 77}, OUT)
    stored(folder, OUT)
    judged(folder)
    assert (outcome(folder), checks(folder)) == ("success", [("file-0", True)])
