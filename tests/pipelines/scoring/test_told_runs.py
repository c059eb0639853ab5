"""One run to tell of, by the first digits of its id."""

from pathlib import Path

import polars as pl
import pytest

from midspan.pipelines.scoring.score import score_workspace
from midspan.pipelines.scoring.told_runs import find_run, short_ids, tell_run
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput
from midspan.scorers.setting import Setting
from tests.pipelines.scoring.test_chunks import told
from tests.support.own_scorers import installed, profile
from tests.support.workspaces import ingested

ONE, TWO, OTHER = "abc1" + "0" * 28, "abc2" + "0" * 28, "ffff" + "0" * 28


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return ingested(tmp_path, told(ONE, TWO, OTHER), resource={"midspan.task": "price"})


@pytest.mark.parametrize(
    ("prefix", "run_id"), [("f", OTHER), ("abc1", ONE), ("ABC2", TWO), (f" {ONE} ", ONE)]
)
def test_the_first_digits_are_enough(workspace: Workspace, prefix: str, run_id: str) -> None:
    assert find_run(workspace, prefix) == run_id


def test_no_run_begins_like_that(workspace: Workspace) -> None:
    with pytest.raises(InvalidInput) as caught:
        find_run(workspace, "0123")
    assert str(caught.value) == (
        f"{workspace.path}: no run has an id that begins with '0123'\n"
        f"The runs: midspan table {workspace.path} runs"
    )


def test_several_runs_begin_like_that(workspace: Workspace) -> None:
    with pytest.raises(InvalidInput) as caught:
        find_run(workspace, "ab")
    assert str(caught.value) == (
        f"{workspace.path}: more than one run has an id that begins with 'ab'\n"
        f"Give more digits:\n  {ONE} price gpt-4.1-mini\n  {TWO} price gpt-4.1-mini"
    )


def test_many_runs_begin_like_that(tmp_path: Path) -> None:
    workspace = ingested(tmp_path, told(*(f"{n:x}" + "0" * 31 for n in range(8))))
    with pytest.raises(InvalidInput) as caught:
        find_run(workspace, "")
    assert str(caught.value).splitlines()[2:] == [
        *(f"  {n:x}{'0' * 31} gpt-4.1-mini" for n in range(5)),
        "  ...",
    ]


def test_ids_are_as_short_as_they_can_be() -> None:
    near = "0" * 11 + "1" + "0" * 20
    run_ids = pl.Series([near, "0" * 32, "f" * 32])
    assert short_ids(run_ids, [near, "f" * 32]) == {near: "0" * 11 + "1", "f" * 32: "f" * 8}


def test_what_stands_in_the_workspace_is_told(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, above="tests.support.own_scorers:Above")
    score_workspace(workspace)
    installed(monkeypatch, other="tests.support.own_scorers:Steps")
    told = tell_run(workspace, "abc1")
    assert (told.run.id, told.scores["scorer"].to_list()) == (ONE, ["above"])


def test_a_run_that_was_not_scored_is_judged_and_nothing_is_written(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, above="tests.support.own_scorers:Above")
    told = tell_run(workspace, "abc1")
    assert told.scores.select("run_id", "scorer", "value").rows() == [(ONE, "above", 3.0)]
    assert workspace.parts("scores") == []


def test_what_is_asked_for_is_judged_anew_and_nothing_is_written(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, above="tests.support.own_scorers:Above")
    score_workspace(workspace)
    setting = Setting.of(profile=profile("scorers: {above: {least: 1}}"))
    told = tell_run(workspace, "abc1", setting=setting)
    assert told.scores["value"].to_list() == [2.0]
    assert workspace.table("scores").collect()["value"].to_list() == [3.0, 3.0, 3.0]
