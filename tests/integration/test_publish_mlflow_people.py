"""What people say in a real MLflow: it stays, and it can be pulled."""

from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest

from midspan.pipelines.publish.mlflow import pull
from midspan.pipelines.publish.target import Target
from midspan.scorers.tables import SCORES
from tests.support.mlflow_publishing import published, trace
from tests.support.mlflow_state import assessments, experiment_id
from tests.support.shop_runs import shop, trace_of
from tests.support.workspaces import put


@pytest.fixture
def client(mlflow: Any) -> httpx.Client:
    found: httpx.Client = mlflow.client
    return found


def test_what_is_no_more_is_removed_and_people_are_left_alone(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="publish-stale", number=0xA06)
    row = {
        "run_id": trace(0xA06, 0)[3:],
        "trace_id": trace(0xA06, 0)[3:],
        "name": "mine",
        "scorer": "extra",
        "value": 1.0,
        "evidence": [],
        "scorer_version": "1",
        "config_hash": "",
        "source": "code",
        "status": "ok",
    }
    put(workspace, "scores", SCORES.frame([row]))
    published(workspace, servers.mlflow)
    number = experiment_id(client, "publish-stale")
    path = f"/api/3.0/mlflow/traces/{trace(0xA06, 0)}/assessments"
    before = assessments(client, number)
    ours = before[trace(0xA06, 0), None, "call_success_rate"]
    person = {"source_type": "HUMAN", "source_id": "ada"}
    theirs = {"trace_id": trace(0xA06, 0), "source": person, "feedback": {"value": 1.0}}
    for name, more in (
        ("call_success_rate", {"overrides": ours["assessment_id"]}),
        ("polite", {"rationale": "It was."}),
    ):
        body = {"assessment": {**theirs, "assessment_name": name, "valid": True, **more}}
        client.post(path, json=body).raise_for_status()

    scores = workspace.table("scores").collect()
    changed = scores.filter(pl.col("name") != "mine").with_columns(
        value=pl.when(pl.col("name") == "call_success_rate").then(0.25).otherwise("value")
    )
    with workspace.writing() as scratch:
        changed.write_parquet(scratch / "part.parquet")
        target = workspace.path / "scores" / "bucket=00" / "part-009999-000.parquet"
        removed = workspace.parts("scores")
        workspace.apply(moves={scratch / "part.parquet": target}, removed=removed)
    report = published(workspace, servers.mlflow)

    assert (report.left, report.removed) == ({}, 1)
    after = client.post(
        "/api/3.0/mlflow/traces/batchGetInfos", json={"trace_ids": [trace(0xA06, 0)]}
    ).json()["trace_infos"][0]["assessments"]
    told = [
        (one["source"]["source_id"], one["feedback"]["value"], one["valid"])
        for one in after
        if one["assessment_name"] in ("call_success_rate", "polite", "mine")
    ]
    assert sorted(told) == [
        ("ada", 1.0, True),
        ("ada", 1.0, True),
        ("tool_calls", 0.25, False),
    ]


def test_what_people_said_is_pulled(servers: Any, client: httpx.Client, tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="publish-pull", number=0xA07)
    published(workspace, servers.mlflow)
    one, span = trace(0xA07, 0), f"{trace_of(0xA07, 0) * 16 + 3:016x}"
    said: list[dict[str, Any]] = [
        {"assessment_name": "polite", "feedback": {"value": True}, "rationale": "It was."},
        {"assessment_name": "step.call_ok", "feedback": {"value": False}, "span_id": span},
        {"assessment_name": "Grade (1-5)", "feedback": {"value": 4}},
        {"assessment_name": "mood", "feedback": {"value": "calm"}},
        {"assessment_name": "???", "feedback": {"value": "calm"}},
        {"assessment_name": "both", "feedback": {"value": ["a", "b"]}},
        {"assessment_name": "answer", "expectation": {"value": "39 EUR"}},
    ]
    for body in said:
        given = {"trace_id": one, "source": {"source_type": "HUMAN", "source_id": "ada"}} | body
        client.post(
            f"/api/3.0/mlflow/traces/{one}/assessments",
            json={"assessment": given | {"valid": True}},
        ).raise_for_status()

    found = pull(workspace, Target(server="mlflow", url=servers.mlflow))

    columns = ("span_id", "name", "scorer", "value", "label", "explanation", "source")
    assert sorted(found.rows.select(columns).rows(), key=str) == sorted(
        [
            (None, "polite", "mlflow:ada", 1.0, "pass", "It was.", "human"),
            (span, "call_ok", "mlflow:ada", 0.0, "fail", None, "human"),
            (None, "grade_1-5", "mlflow:ada", 4.0, None, None, "human"),
            (None, "mood", "mlflow:ada", None, "calm", None, "human"),
        ],
        key=str,
    )
    assert set(found.rows["run_id"]) == {one[3:]}
    assert found.left == {
        "feedback under a name without a letter or digit": 1,
        "feedback that is neither a number, yes or no, nor a word": 1,
        "expectations, which say what should have been and judge nothing": 1,
    }
    elsewhere = pull(workspace, Target(server="mlflow", url=servers.mlflow), project="Default")
    assert elsewhere.rows.is_empty()
