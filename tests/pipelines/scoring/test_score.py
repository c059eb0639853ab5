"""Scoring a workspace: rows replaced, rows kept, and scorers that raise."""

from pathlib import Path

import polars as pl
import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.scoring.score import ScoringSummary, score_workspace
from midspan.pipelines.workspace import Workspace
from midspan.scorers.tables import SCORES
from tests.support.otlp import RUN, Json, write
from tests.support.own_scorers import OTHER, installed, spans
from tests.support.workspaces import ingested, put, rows


def test_the_built_in_scorers_leave_rows_that_keep_the_contract(tmp_path: Path) -> None:
    workspace = ingested(tmp_path, spans())
    summary = score_workspace(workspace)
    scores = SCORES.validate(workspace.table("scores").collect())
    unknown = scores.filter(pl.col("status") == "not_evaluated").height
    assert summary == ScoringSummary(
        rows=scores.height, not_evaluated=unknown, failed={}, runs=1, gone=()
    )
    assert {"valid_call_rate", "longest_loop"} <= set(scores["name"])
    assert set(scores["trace_id"]) == {f"{1:032x}"}, "run rows are named by the root's trace"


def test_a_row_of_a_scorer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, steps="Steps")
    workspace = ingested(tmp_path, spans())
    score_workspace(workspace)
    ((row),) = workspace.table("scores").collect().to_dicts()
    assert row == {
        "run_id": RUN,
        "span_id": None,
        "call": None,
        "name": "steps",
        "scorer": "steps",
        "trace_id": f"{1:032x}",
        "value": 3.0,
        "label": None,
        "numerator": None,
        "n": None,
        "explanation": None,
        "evidence": [],
        "scorer_version": "7",
        "config_hash": row["config_hash"],
        "source": "code",
        "status": "ok",
        "reason": None,
    }


def test_scoring_again_replaces_its_own_rows_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = ingested(tmp_path, spans())
    installed(monkeypatch, steps="Steps", gone="Steps")
    score_workspace(workspace)
    _said_by_a_person(workspace)
    installed(monkeypatch, steps="Steps")
    for _ in range(2):
        score_workspace(workspace)
    assert rows(workspace, "scores", "scorer", "name", "source", "value") == [
        ("annotator", "helpful", "human", 0.0),
        ("gone", "steps", "code", 3.0),
        ("steps", "steps", "code", 3.0),
    ]
    assert len(workspace.parts("scores")) == 1


def test_a_run_that_changed_loses_its_scores_but_not_what_people_said(tmp_path: Path) -> None:
    told = spans()
    workspace = ingested(tmp_path, [*told[:2], *spans(trace=2, run_id=OTHER)])
    score_workspace(workspace)
    _said_by_a_person(workspace)
    ingest([write(tmp_path / "late.jsonl", told[2:])], workspace.path)
    left = rows(workspace, "scores", "run_id", "source")
    assert [source for run_id, source in left if run_id == RUN] == ["human"]
    assert "code" in {source for run_id, source in left if run_id == OTHER}


@pytest.mark.parametrize(
    ("value", "reason", "version"),
    [
        ("Raises", "RuntimeError: the disk of the scorer is full", "7"),
        ("Exits", "SystemExit: 0", "7"),
        ("Twice", "InvalidInput: table scores: (run_id, span_id, call, name, scorer)", "7"),
        ("no_such_module:Scorer", "InvalidInput: scorer bad: cannot be loaded from", None),
    ],
)
def test_a_scorer_that_raises_leaves_failed_rows_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, reason: str, version: str | None
) -> None:
    installed(monkeypatch, bad=value, steps="Steps")
    workspace = ingested(tmp_path, [*spans(), *spans(trace=2, run_id=OTHER)])
    summary = score_workspace(workspace)
    assert list(summary.failed) == ["bad"]
    assert summary.failed["bad"].startswith(reason)
    assert rows(workspace, "scores", "run_id", "scorer", "status", "value") == [
        (OTHER, "bad", "failed", None),
        (OTHER, "steps", "ok", 3.0),
        (RUN, "bad", "failed", None),
        (RUN, "steps", "ok", 3.0),
    ]
    failed = workspace.table("scores").filter(pl.col("status") == "failed").collect()
    assert set(failed["reason"]) == {summary.failed["bad"]}
    assert set(failed["scorer_version"]) == {version or "unknown"}


def test_an_interrupt_is_no_failure_of_a_scorer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, slow="Interrupted")
    workspace = ingested(tmp_path, spans())
    with pytest.raises(KeyboardInterrupt):
        score_workspace(workspace)


def test_scores_stand_in_the_buckets_of_their_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, steps="Steps")
    workspace = Workspace.create(tmp_path / "ws", buckets=256)
    told = [*spans(), *spans(trace=2, run_id=OTHER)]
    ingest([write(tmp_path / "spans.jsonl", told)], workspace.path)
    score_workspace(workspace)
    assert [part.parent.name for part in workspace.parts("scores")] == ["bucket=01", "bucket=b0"]


def test_progress_counts_runs_also_within_a_chunk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, one="Steps", two="Steps")
    seen: list[tuple[str, int, int]] = []
    workspace = ingested(tmp_path, [*spans(), *spans(trace=2, run_id=OTHER)])
    score_workspace(workspace, progress=lambda *step: seen.append(step))
    assert seen == [("scoring", 1, 2), ("scoring", 2, 2)]


def many(runs: int) -> list[Json]:
    told = []
    for number in range(runs):
        told += spans(trace=number + 1, run_id=f"{number:032x}")
    return told


@pytest.mark.parametrize("buckets", [1, 256])
@pytest.mark.parametrize("steps", [1, 7])
def test_chunks_change_nothing(tmp_path: Path, buckets: int, steps: int) -> None:
    told = write(tmp_path / "spans.jsonl", many(7))
    tables = []
    for name, chunk in (("whole", 10_000), ("chunked", steps)):
        workspace = Workspace.create(tmp_path / name, buckets=buckets)
        ingest([told], workspace.path)
        summary = score_workspace(workspace, steps=chunk)
        assert summary.runs == 7
        tables.append(rows(workspace, "scores"))
    assert tables[0] == tables[1]
    assert tables[0]


def test_a_large_bucket_has_a_file_for_each_chunk_in_order_of_runs(tmp_path: Path) -> None:
    workspace = ingested(tmp_path, many(5))
    score_workspace(workspace, steps=6)
    parts = [pl.read_parquet(part)["run_id"].unique().sort() for part in workspace.parts("scores")]
    assert [[int(run_id, 16) for run_id in part] for part in parts] == [[0, 1], [2, 3], [4]]


def test_what_people_said_of_a_run_that_is_gone_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, steps="Steps")
    workspace = Workspace.create(tmp_path / "ws", buckets=256)
    ingest([write(tmp_path / "spans.jsonl", spans())], workspace.path)
    score_workspace(workspace)
    _said_by_a_person(workspace, run_id="f" * 32, bucket="ff")
    score_workspace(workspace)
    assert rows(workspace, "scores", "run_id", "source") == [(RUN, "code"), ("f" * 32, "human")]


def test_a_raise_costs_the_runs_that_were_judged_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, bad="RaisesOnOther")
    workspace = ingested(tmp_path, [*spans(), *spans(trace=2, run_id=OTHER)])
    summary = score_workspace(workspace, steps=1)
    assert summary.failed == {"bad": "RuntimeError: no such run please (1 of 2 runs)"}
    assert rows(workspace, "scores", "run_id", "status") == [(OTHER, "failed"), (RUN, "ok")]


def _said_by_a_person(workspace: Workspace, *, run_id: str = RUN, bucket: str = "00") -> None:
    row = {
        "run_id": run_id,
        "name": "helpful",
        "scorer": "annotator",
        "value": 0.0,
        "evidence": [],
        "scorer_version": "1",
        "config_hash": "",
        "source": "human",
        "status": "ok",
    }
    put(workspace, "scores", SCORES.frame([row]), bucket=bucket)


def test_a_workspace_scores_itself_by_a_suite_and_a_profile(tmp_path: Path) -> None:
    profile = tmp_path / "profile.yaml"
    profile.write_text("profile: shop\ncontract: 1\nscorers: {loop: false}\n")
    workspace = ingested(tmp_path, spans())
    summary = workspace.score(profile=profile)
    names = set(workspace.table("scores").collect()["name"])
    assert summary.runs == 1
    assert "valid_call_rate" in names
    assert "longest_loop" not in names
