"""What people said stands among the scores, is replaced by what they say now, and survives."""

from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.publish.human_rows import human_rows, keep_human_rows, score_name
from midspan.pipelines.workspace import Workspace
from tests.support.shop_runs import shop
from tests.support.workspaces import rows


def said(
    run: str, value: float, *, server: str = "phoenix", name: str = "polite"
) -> dict[str, Any]:
    return {"run_id": run, "trace_id": run, "name": name, "scorer": server, "value": value}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return shop(tmp_path, experiment="people")


def of_people(workspace: Workspace) -> list[tuple[Any, ...]]:
    found = rows(workspace, "scores", "run_id", "name", "scorer", "value", "source")
    return [row[:4] for row in found if row[4] == "human"]


def test_rows_are_kept_and_kept_again_changes_nothing(workspace: Workspace) -> None:
    run = rows(workspace, "runs", "run_id")[0][0]
    of_code = [row for row in rows(workspace, "scores") if "human" not in row]
    new = human_rows([said(run, 1.0)])

    assert keep_human_rows(workspace, new, "phoenix") == 1
    files = sorted((workspace.path / "scores").rglob("*.parquet"))
    assert keep_human_rows(workspace, new, "phoenix") == 0

    assert sorted((workspace.path / "scores").rglob("*.parquet")) == files
    assert of_people(workspace) == [(run, "polite", "phoenix", 1.0)]
    assert [row for row in rows(workspace, "scores") if "human" not in row] == of_code


def test_what_people_took_back_goes_and_other_servers_keep_theirs(workspace: Workspace) -> None:
    run = rows(workspace, "runs", "run_id")[0][0]
    keep_human_rows(workspace, human_rows([said(run, 1.0, server="mlflow")]), "mlflow")
    keep_human_rows(
        workspace,
        human_rows([said(run, 1.0), said(run, 0.0, server="phoenix:ann", name="right")]),
        "phoenix",
    )

    assert keep_human_rows(workspace, human_rows([said(run, 0.5)]), "phoenix") == 2

    assert of_people(workspace) == [
        (run, "polite", "mlflow", 1.0),
        (run, "polite", "phoenix", 0.5),
    ]


def test_scoring_again_keeps_what_people_said(workspace: Workspace) -> None:
    run = rows(workspace, "runs", "run_id")[0][0]
    keep_human_rows(workspace, human_rows([said(run, 1.0)]), "phoenix")

    workspace.score()

    assert of_people(workspace) == [(run, "polite", "phoenix", 1.0)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Is it polite?", "is_it_polite"), ("call_ok", "call_ok"), ("Ünï", "n"), ("?!", "")],
)
def test_a_free_name_becomes_the_name_of_a_score(name: str, expected: str) -> None:
    assert score_name(name) == expected
