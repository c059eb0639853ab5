"""The workspace remembers the suite and the profile that its runs were scored with."""

import json
import shutil
from pathlib import Path

import pytest

from midspan.pipelines.scoring.judged_by import JUDGED_BY, files_judged_by, recall
from midspan.pipelines.scoring.score import score_workspace
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput
from tests.support.shop_runs import shop

PROFILE = "profile: strict\ncontract: 1\n"
SUITE = "suite: shop\ncontract: 1\nprofile: profile.yaml\ntasks: [{id: price, prompt: p}]\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "profile.yaml").write_text(PROFILE)
    (tmp_path / "suite.yaml").write_text(SUITE)
    return shop(tmp_path, experiment="shop")


def test_scored_without_files_there_is_no_record(workspace: Workspace) -> None:
    assert not (workspace.path / JUDGED_BY).exists()
    assert recall(workspace.path).notes == ()


def test_a_suite_with_its_profile(workspace: Workspace) -> None:
    folder = workspace.path.parent
    workspace.score(suite=folder / "suite.yaml")
    record = json.loads((workspace.path / JUDGED_BY).read_text())
    assert {name: file["path"] for name, file in record.items()} == {
        "suite": "../suite.yaml",
        "suite_profile": "../profile.yaml",
    }
    found = recall(workspace.path)
    assert (found.suite, found.profile) == (folder / "suite.yaml", None)
    assert found.notes == ("with suite.yaml and profile.yaml, as it was scored",)


def test_named_files_hold_and_the_others_stay(workspace: Workspace, tmp_path: Path) -> None:
    folder, other = workspace.path.parent, tmp_path / "other.yaml"
    workspace.score(suite=folder / "suite.yaml", profile=folder / "profile.yaml")
    found = recall(workspace.path, profile=other)
    assert (found.suite, found.profile) == (folder / "suite.yaml", other)
    found = recall(workspace.path, suite=other)
    assert (found.suite, found.profile) == (other, folder / "profile.yaml")


def test_the_profile_of_a_suite_does_not_hold_for_another(workspace: Workspace) -> None:
    suite, other = workspace.path.parent / "suite.yaml", workspace.path.parent / "other.yaml"
    workspace.score(suite=suite)
    (workspace.path.parent / "profile.yaml").unlink()
    found = recall(workspace.path, suite=other)
    assert (found.suite, found.profile, found.notes) == (other, None, ())


def test_the_folder_may_move_and_files_elsewhere_are_absolute(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("profiles") / "far.yaml"
    elsewhere.write_text(PROFILE)
    workspace.score(suite=workspace.path.parent / "suite.yaml", profile=elsewhere)
    moved = tmp_path_factory.mktemp("moved") / "all"
    shutil.move(workspace.path.parent, moved)
    found = recall(moved / workspace.path.name)
    assert (found.suite, found.profile) == (moved / "suite.yaml", elsewhere)


def test_scoring_without_files_ends_it_and_one_scorer_alone_does_not(workspace: Workspace) -> None:
    profile = workspace.path.parent / "profile.yaml"
    workspace.score(profile=profile)
    score_workspace(workspace, only=["loop"])
    assert recall(workspace.path).profile == profile
    workspace.score()
    assert recall(workspace.path).profile is None


def test_scores_of_which_some_were_judged_otherwise(workspace: Workspace) -> None:
    suite, profile = workspace.path.parent / "suite.yaml", workspace.path.parent / "profile.yaml"
    workspace.score(suite=suite)
    files = files_judged_by(workspace.path, profile=profile)
    for _ in range(2):
        score_workspace(workspace, only=["loop"], files=files)
        assert recall(workspace.path).notes == (
            f"with profile.yaml, by which not all of {workspace.path} was scored; to judge all "
            f"runs alike: midspan score {workspace.path} --profile {profile}",
        )
    workspace.score(profile=profile)
    assert recall(workspace.path).notes == ("with profile.yaml, as it was scored",)


def test_only_some_scorers_by_the_same_files_change_nothing(workspace: Workspace) -> None:
    suite = workspace.path.parent / "suite.yaml"
    workspace.score(suite=suite)
    record = (workspace.path / JUDGED_BY).read_bytes()
    files = files_judged_by(workspace.path, suite=suite)
    score_workspace(workspace, only=["loop"], files=files)
    assert (workspace.path / JUDGED_BY).read_bytes() == record


def test_what_was_changed_is_said_and_what_is_gone_is_an_error(workspace: Workspace) -> None:
    profile = workspace.path.parent / "profile.yaml"
    workspace.score(profile=profile)
    profile.write_text(PROFILE + "# more\n")
    found = recall(workspace.path)
    assert found.profile == profile
    assert found.notes == (
        f"{profile}: was changed since {workspace.path} was scored; it is used as it is now",
    )
    profile.unlink()
    with pytest.raises(InvalidInput, match=r"profile.yaml: is gone; .* was scored with it") as told:
        recall(workspace.path)
    assert told.value.fix == "Say where it is now: --profile FILE. Or score the workspace again."


@pytest.mark.parametrize("option", ["suite", "profile"])
def test_another_file_at_the_same_place_is_an_error(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory, option: str
) -> None:
    """A workspace that was copied beside a suite which it has nothing to do with."""
    folder, other = workspace.path.parent, tmp_path_factory.mktemp("other")
    named = {"suite": folder / "suite.yaml", "profile": folder / "profile.yaml"}[option]
    workspace.score(**{option: named})
    shutil.copytree(workspace.path, other / workspace.path.name)
    for file, was, now in (("suite", "shop", "bakery"), ("profile", "strict", "loose")):
        content = (folder / f"{file}.yaml").read_text()
        (other / f"{file}.yaml").write_text(content.replace(f"{file}: {was}", f"{file}: {now}"))
    copied = other / workspace.path.name
    with pytest.raises(InvalidInput) as told:
        recall(copied)
    was, now = {"suite": ("shop", "bakery"), "profile": ("strict", "loose")}[option]
    assert told.value.args[0] == (
        f"{other}/{option}.yaml: is the {option} {now!r}; {copied} was scored with "
        f"the {option} {was!r}"
    )
    assert told.value.fix == (
        f"Say where that one is: --{option} FILE. Or score the workspace again."
    )
    assert recall(copied, **{option: named}).notes == ()


def test_a_record_of_an_earlier_midspan_names_no_suite(workspace: Workspace) -> None:
    suite = workspace.path.parent / "suite.yaml"
    workspace.score(suite=suite, profile=workspace.path.parent / "profile.yaml")
    record = json.loads((workspace.path / JUDGED_BY).read_text())
    assert [file.pop("name") for file in record.values()] == ["shop", "strict"]
    (workspace.path / JUDGED_BY).write_text(json.dumps(record))
    suite.write_text(SUITE.replace("suite: shop", "suite: bakery"))
    assert recall(workspace.path).notes == (
        "with profile.yaml, as it was scored",
        f"{suite}: was changed since {workspace.path} was scored; it is used as it is now",
    )


def test_a_record_that_is_none_is_an_error(workspace: Workspace) -> None:
    (workspace.path / JUDGED_BY).write_text("nothing")
    with pytest.raises(InvalidInput, match="does not say what the runs were judged by"):
        recall(workspace.path)
    (workspace.path / JUDGED_BY).unlink()
