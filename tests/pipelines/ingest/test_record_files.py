"""Plans and result records beside the spans, and without any."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.records import (
    CheckResult,
    HarnessRecord,
    write_plan,
    write_result,
)
from midspan.pipelines.workspace import Workspace
from tests.pipelines.ingest.stories import OTHER, counts, planned, result, story
from tests.support.otlp import RUN, SECOND, write, write_text
from tests.support.workspaces import ingested, rows


def test_result_and_plan_beside_a_file(tmp_path: Path) -> None:
    file = write(tmp_path / f"{RUN}-0.otlp.jsonl", story())
    write_plan(
        tmp_path / "plan.jsonl",
        [planned(suite="shop", set="regression", revision_sha="40c0698", trial=3)],
    )
    write_result(
        tmp_path,
        result(
            ended_by="budget",
            budget="turns",
            answer="35.88",
            checks=[CheckResult(id="amount", kind="json", passed=False, detail="39 != 35.88")],
            harness=HarnessRecord(name="pi", tools_digest="aa" * 8, retry_budget=3),
            sampling={"seed": 0},
        ),
    )
    ingest([file], tmp_path / "ws")
    workspace = Workspace(tmp_path / "ws")
    planned_columns = ("experiment", "suite", "task", "set", "revision_sha", "trial", "planned")
    assert rows(workspace, "runs", *planned_columns) == [
        ("shop", "shop", "refund", "regression", "40c0698", 3, True)
    ]
    ended_columns = (
        "ended_by",
        "exit_code",
        "answer",
        "retry_budget",
        "harness_digest",
        "checks",
    )
    assert rows(workspace, "runs", *ended_columns) == [
        (
            "budget",
            0,
            "35.88",
            3,
            "aa" * 8,
            [{"id": "amount", "kind": "json", "passed": False, "detail": "39 != 35.88"}],
        )
    ]
    ((detail,),) = rows(workspace, "runs", "detail")
    assert msgspec.json.decode(detail)["sampling"] == {"seed": 0}
    assert (tmp_path / "ws" / "plan.jsonl").read_bytes() == (tmp_path / "plan.jsonl").read_bytes()


def test_a_planned_run_without_a_trace_is_a_run(tmp_path: Path) -> None:
    write(tmp_path / "in" / f"{RUN}-0.otlp.jsonl", story())
    write_plan(tmp_path / "in" / "plan.jsonl", [planned(), planned(OTHER, trial=1)])
    ingest([tmp_path / "in"], tmp_path / "ws")
    columns = ("run_id", "trace_ids", "status", "planned", "trial", "turns", "calls")
    assert rows(Workspace(tmp_path / "ws"), "runs", *columns) == [
        (OTHER, [], "missing", True, 1, None, None),
        (RUN, [f"{1:032x}"], "ok", True, 0, 2, 1),
    ]


def test_a_revision_is_called_what_the_plan_calls_it(tmp_path: Path) -> None:
    """Its name may be changed in a suite; the runs that are done are those of the same commit."""
    spans = story()
    for span in spans:
        span["attributes"].append({"key": "midspan.revision", "value": {"stringValue": "v1.0"}})
    workspace = ingested(tmp_path, spans)
    assert rows(workspace, "runs", "revision") == [("v1.0",)]
    sha = "5b6b" * 10
    plan = write_plan(tmp_path / "plan.jsonl", [planned(revision="old", revision_sha=sha)])
    ingest([plan], workspace.path)
    columns = ("revision", "revision_sha", "status", "notes")
    assert rows(workspace, "runs", *columns) == [("old", sha, "ok", [])]


def test_spans_of_a_planned_run_that_come_later_take_its_place(tmp_path: Path) -> None:
    plan = write_plan(tmp_path / "plan.jsonl", [planned()])
    ingest([plan], tmp_path / "ws")
    # Named apart, so that the plan does not stand beside the file.
    ingest([write(tmp_path / "later" / "spans.jsonl", story())], tmp_path / "ws")
    assert rows(Workspace(tmp_path / "ws"), "runs", "run_id", "status", "planned") == [
        (RUN, "ok", True)
    ]


def test_a_result_that_comes_later_reaches_its_run(tmp_path: Path) -> None:
    workspace = ingested(tmp_path, story())
    path = write_result(tmp_path, result(answer="later", started_ns=5, ended_ns=9))
    summary = ingest([path], tmp_path / "ws")
    assert (summary.spans_in, summary.runs) == (0, 1)
    assert rows(workspace, "runs", "answer", "ended_by", "end_ns") == [
        ("later", "exit", 8 * SECOND)
    ]
    assert ingest([path], tmp_path / "ws").runs == 0, "the same record changes nothing"


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        ({"ended_by": "signal", "exit_code": 137}, "error"),
        ({"ended_by": "signal", "exit_code": None}, "error"),
        ({"ended_by": "exit", "exit_code": 3}, "error"),
        ({"ended_by": "exit", "exit_code": None}, "ok"),
        ({"ended_by": "exit", "exit_code": 0}, "ok"),
    ],
)
def test_a_run_whose_process_failed_is_not_ok(
    tmp_path: Path, ending: dict[str, Any], status: str
) -> None:
    workspace = ingested(tmp_path, story())
    ingest([write_result(tmp_path, result(**ending))], tmp_path / "ws")
    assert rows(workspace, "runs", "status", "exit_code") == [(status, ending["exit_code"])]


def test_a_process_that_failed_leaves_a_broken_off_trace_incomplete(tmp_path: Path) -> None:
    spans = story()
    del spans[0]["endTimeUnixNano"]
    workspace = ingested(tmp_path, spans)
    ingest([write_result(tmp_path, result(ended_by="signal"))], tmp_path / "ws")
    assert rows(workspace, "runs", "status") == [("incomplete",)]


def test_a_run_that_left_only_a_record(tmp_path: Path) -> None:
    path = write_result(tmp_path, result(ended_by="launch_failed", started_ns=5, ended_ns=9))
    ingest([path], tmp_path / "ws")
    columns = ("status", "ended_by", "start_ns", "end_ns", "checks")
    assert rows(Workspace(tmp_path / "ws"), "runs", *columns) == [
        ("missing", "launch_failed", 5, 9, [])
    ]


def test_records_that_cannot_be_read_are_quarantined_once(tmp_path: Path) -> None:
    write_text(tmp_path / "in" / f"{RUN}-0.result.json", '{"run_id": "x"')
    good = msgspec.json.encode(planned()).decode()
    write_text(tmp_path / "in" / "plan.jsonl", good, '{"run_id": "short"}')
    summary = ingest([tmp_path / "in"], tmp_path / "ws")
    assert (counts(summary), summary.runs) == ((2, 0, 0, 2), 1)
    quarantined = rows(Workspace(tmp_path / "ws"), "quarantine", "file", "position", "reason")
    assert [(Path(file).name, position) for file, position, _ in quarantined] == [
        (f"{RUN}-0.result.json", 1),
        ("plan.jsonl", 2),
    ]
    assert [reason.split(":")[0] for *_, reason in quarantined] == [
        "not a result record",
        "not a planned run",
    ]
    assert counts(ingest([tmp_path / "in"], tmp_path / "ws")) == (0, 0, 0, 0)
    assert len(rows(Workspace(tmp_path / "ws"), "quarantine")) == 2


def test_runs_without_any_span_come_in_one_after_the_other(tmp_path: Path) -> None:
    write_plan(tmp_path / "plan.jsonl", [planned(), planned(run_id=OTHER)])
    write_result(tmp_path, result(answer="one"))
    ingest([tmp_path], tmp_path / "ws")
    write_result(tmp_path, result(run_id=OTHER, answer="two"))
    ingest([tmp_path], tmp_path / "ws")
    assert sorted(rows(Workspace(tmp_path / "ws"), "runs", "answer")) == [("one",), ("two",)]
