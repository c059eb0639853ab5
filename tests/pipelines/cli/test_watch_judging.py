"""A watch judges by what is named, else by what the workspace was scored with, and says so."""

import subprocess
from pathlib import Path

import pytest

from midspan.pipelines.cli.watch_judging import recalled, unknown_to
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.scoring.judged_by import JUDGED_BY
from midspan.pipelines.watch.settings import WatchSettings
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput
from tests.support.otlp import write
from tests.support.shop_runs import shop
from tests.support.watch_command import COMMAND
from tests.support.watched import story

PROFILE = "profile: strict\ncontract: 1\n"
SUITE = "suite: shop\ncontract: 1\ntasks: [{id: price, prompt: p}]\n"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    (tmp_path / "profile.yaml").write_text(PROFILE)
    (tmp_path / "suite.yaml").write_text(SUITE)
    (tmp_path / "other.yaml").write_text(SUITE.replace("price", "prices"))
    made = shop(tmp_path, experiment="shop")
    monkeypatch.chdir(tmp_path)
    return Workspace(made.path.relative_to(tmp_path))


def settings_of(
    workspace: Workspace, *, suite: str | None = None, profile: str | None = None
) -> WatchSettings:
    return WatchSettings(
        workspace=workspace.path,
        state=workspace.path / ".watch",
        suite=Path(suite) if suite else None,
        profile=Path(profile) if profile else None,
    )


def test_of_a_workspace_that_nobody_scored_there_is_nothing_to_say(workspace: Workspace) -> None:
    write(Path("spans.jsonl"), story().spans)
    ingest([Path("spans.jsonl")], Path("unscored"))
    workspace = Workspace(Path("unscored"))
    for settings in (settings_of(workspace), settings_of(workspace, suite="suite.yaml")):
        assert recalled(settings) == (settings, [])


def test_scored_without_files_it_goes_on_without(workspace: Workspace) -> None:
    workspace.score()
    settings = settings_of(workspace)
    assert recalled(settings) == (settings, [])


def test_what_it_was_scored_with_is_used_and_said(workspace: Workspace) -> None:
    workspace.score(suite=Path("suite.yaml"), profile=Path("profile.yaml"))
    asked, said = recalled(settings_of(workspace))
    assert asked == settings_of(workspace, suite="suite.yaml", profile="profile.yaml")
    assert said == [
        f"runs are judged by suite.yaml and profile.yaml, which {workspace.path} was scored with"
    ]
    asked, said = recalled(settings_of(workspace, suite="suite.yaml"))
    assert asked == settings_of(workspace, suite="suite.yaml", profile="profile.yaml")
    assert said == [f"runs are judged by profile.yaml, which {workspace.path} was scored with"]
    named = settings_of(workspace, suite="suite.yaml", profile="profile.yaml")
    assert recalled(named) == (named, [])


def test_named_where_others_were_it_says_what_that_means(workspace: Workspace) -> None:
    workspace.score()
    settings = settings_of(workspace, suite="suite.yaml", profile="profile.yaml")
    assert recalled(settings) == (
        settings,
        [
            f"runs that come now are judged by suite.yaml and profile.yaml, and those in "
            f"{workspace.path} were by no suite or profile; to judge all of them alike: "
            f"midspan score {workspace.path} --suite suite.yaml --profile profile.yaml"
        ],
    )
    workspace.score(suite=Path("suite.yaml"))
    settings = settings_of(workspace, suite="other.yaml")
    assert recalled(settings) == (
        settings,
        [
            f"runs that come now are judged by other.yaml, and those in {workspace.path} were by "
            "suite.yaml; to judge all of them alike: "
            f"midspan score {workspace.path} --suite other.yaml"
        ],
    )


def test_a_suite_that_was_changed_since_is_said(workspace: Workspace) -> None:
    workspace.score(suite=Path("suite.yaml"))
    Path("suite.yaml").write_text(SUITE.replace("price", "prices"))
    asked, said = recalled(settings_of(workspace))
    assert asked.suite == Path("suite.yaml")
    assert said == [
        f"runs are judged by suite.yaml, which {workspace.path} was scored with",
        f"runs that come now are judged by suite.yaml, and those in {workspace.path} were by "
        "suite.yaml as it was then; to judge all of them alike: "
        f"midspan score {workspace.path} --suite suite.yaml",
    ]


def test_another_suite_of_the_same_name_is_told_by_its_folder(workspace: Workspace) -> None:
    workspace.score(suite=Path("suite.yaml"))
    Path("other").mkdir()
    Path("other/suite.yaml").write_text(SUITE.replace("price", "prices"))
    _, said = recalled(settings_of(workspace, suite="other/suite.yaml"))
    assert said == [
        f"runs that come now are judged by other/suite.yaml, and those in {workspace.path} were "
        f"by suite.yaml; to judge all of them alike: "
        f"midspan score {workspace.path} --suite other/suite.yaml"
    ]


def test_one_that_cannot_be_used_is_told_before_anything_is_started(workspace: Workspace) -> None:
    workspace.score(suite=Path("suite.yaml"))
    Path("suite.yaml").write_text("suite: shop\ncontract: 1\ntasks: 7\n")
    with pytest.raises(InvalidInput, match=r"suite\.yaml"):
        recalled(settings_of(workspace))
    Path("suite.yaml").unlink()
    with pytest.raises(InvalidInput, match=r"suite\.yaml: is gone; .* was scored with it"):
        recalled(settings_of(workspace))


def test_runs_of_tasks_that_the_suite_does_not_have(workspace: Workspace) -> None:
    assert unknown_to(settings_of(workspace)) == []
    settings = settings_of(workspace, suite="suite.yaml")
    assert unknown_to(settings) == [
        "suite.yaml: 4 runs are of a task that it does not have: refund"
    ]
    Path("suite.yaml").unlink()
    assert unknown_to(settings) == []


def test_runs_that_come_later_are_judged_as_those_before(workspace: Workspace) -> None:
    """And the workspace still says by what, also where nobody named it again."""
    workspace.score(suite=Path("suite.yaml"))
    record = (workspace.path / JUDGED_BY).read_bytes()
    write(Path("spool") / "spans.jsonl", story(trace=7, run_id="7" * 32).spans)
    words = ["spool", "--into", str(workspace.path), "--once"]
    done = subprocess.run([*COMMAND, *words], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == [
        f"runs are judged by suite.yaml, which {workspace.path} was scored with",
        "1 file read",
        "1 run scored: 1 unscored",
        "unscored: no check said whether they did what was asked; their other scores stand",
        "suite.yaml: 4 runs are of a task that it does not have: refund",
    ]
    assert (workspace.path / JUDGED_BY).read_bytes() == record
