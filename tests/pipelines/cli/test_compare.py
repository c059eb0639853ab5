"""`midspan compare`."""

import json
from pathlib import Path
from shutil import copytree

import pytest

from tests.pipelines.cli.conftest import Midspan
from tests.support.compared import tasks, workspace_of

BOTH = {"a": tasks(*["11"] * 10), "b": tasks(*["00"] * 9, "11")}


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_a_comparison_on_80_columns(midspan: Midspan, tmp_path: Path) -> None:
    workspace_of(tmp_path / "ws", {**BOTH, "b": {**BOTH["b"], "alone": "11"}})
    done = midspan("compare", tmp_path / "ws", "--by", "model", "--primary", "success,tokens")
    assert (done.code, done.err) == (0, "")
    assert max(map(len, done.out.splitlines())) <= 80
    lines = [line.rstrip() for line in done.out.splitlines()]
    assert lines[:4] == [
        "Compared on 10 tasks that both did, by model",
        "",
        "b against a",
        "  worse: success (100 % → 10 %), tokens (100.50 → 145.50)",
    ]
    table = [line.split() for line in lines[5:8]]
    assert table[0] == ["success", "↑", "figure", "difference", "p"]
    assert table[1] == ["a", "100", "%", "(66", "to", "100)", "baseline"]
    assert table[2][:3] == ["b", "18", "%"]
    assert " ".join(table[2][6:]).startswith("-90 points (-100 to ")
    assert table[2][-2:] == ["0.008", "worse"]
    text = " ".join(done.out.split())
    assert "fail now: t0 2/2 → 0/2, t1 2/2 → 0/2," in text
    assert "left out: only b has a value: alone" in text
    assert "can be seen: differences of 38 points or more, 4 times in 5 (10 tasks, 2" in text


def test_json_holds_everything_and_no_number_that_json_lacks(
    midspan: Midspan, tmp_path: Path
) -> None:
    workspace_of(tmp_path / "ws", BOTH)
    done = midspan("compare", tmp_path / "ws", "--by", "model", "--json")
    found = json.loads(done.out)
    assert done.code == 0
    assert (found["by"], found["sides"], found["contrasts"]) == ("model", ["a", "b"], [["a", "b"]])
    success = next(score for score in found["scores"] if score["name"] == "success")
    assert (success["better"], success["primary"]) == ("higher", True)
    [difference] = success["differences"]
    assert (difference["verdict"], difference["value"], difference["tasks"]) == ("worse", -0.9, 10)
    assert [one["share"] for one in found["coverage"]] == [1.0, 1.0]
    assert found["matrix"][0] == {"task": "t0", "done": [[2, 2], [2, 2]]}


def test_markdown_is_a_table_for_each_primary_score(midspan: Midspan, tmp_path: Path) -> None:
    workspace_of(tmp_path / "ws", BOTH)
    done = midspan("compare", tmp_path / "ws", "--by", "model", "--markdown")
    assert done.code == 0
    assert "| success ↑ | figure | difference | p | verdict | tasks / runs |" in done.out
    assert "- **b** against **a**: worse: success (100 % → 10 %)" in done.out


def test_two_workspaces(midspan: Midspan, tmp_path: Path) -> None:
    workspace_of(tmp_path / "main", {"a": tasks(*"1" * 8)}, revision="v1")
    workspace_of(tmp_path / "pr", {"a": tasks(*"0" * 8)}, revision="v2")
    done = midspan("compare", tmp_path / "main", tmp_path / "pr")
    assert done.code == 0
    assert "pr against main" in done.out
    assert "the two have no revision in common" in done.out
    by = midspan("compare", tmp_path / "main", tmp_path / "pr", "--by", "model")
    assert "pr · a against main · a" in by.out


def test_the_profile_says_what_decides(midspan: Midspan, tmp_path: Path) -> None:
    workspace_of(tmp_path / "ws", BOTH)
    profile = tmp_path / "p.yaml"
    profile.write_text("profile: p\ncontract: 1\ncompare: {primary: [tokens], minimum_tasks: 11}\n")
    done = midspan("compare", tmp_path / "ws", "--by", "model", "--profile", profile)
    assert done.code == 2
    assert "10 tasks in both, and 11 are needed" in done.out
    assert "nothing could be compared: 10 tasks in both, and 11 are needed" in done.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "one workspace is compared along an axis, and none is named"),
        (["--by", "tier"], "every run has the same tier, (none)"),
        (["--by", "model", "--baseline", "c"], "no run has the model 'c'"),
        (["--by", "model", "--scores", "tokns"], "no such score: tokns. Did you mean 'tokens'?"),
        (["--by", "modell"], "Invalid value for '--by'"),
    ],
)
def test_what_cannot_be_compared_is_exit_2(
    midspan: Midspan, tmp_path: Path, words: list[str], says: str
) -> None:
    workspace_of(tmp_path / "ws", BOTH)
    done = midspan("compare", tmp_path / "ws", *words)
    assert (done.code, done.out) == (2, "")
    assert says in done.err


def test_the_same_workspace_twice_is_no_comparison(midspan: Midspan, tmp_path: Path) -> None:
    workspace_of(tmp_path / "ws", BOTH)
    done = midspan("compare", tmp_path / "ws", tmp_path / "." / "ws")
    assert done.code == 2
    assert "are the same workspace" in done.err


def test_a_copy_of_a_workspace_holds_nothing_new(midspan: Midspan, tmp_path: Path) -> None:
    workspace_of(tmp_path / "ws", BOTH)
    copytree(tmp_path / "ws", tmp_path / "copy")
    done = midspan("compare", tmp_path / "ws", tmp_path / "copy")
    assert (done.code, done.out) == (2, "")
    assert "are in" in done.err
    assert "as well: they would be compared with themselves" in done.err


def test_runs_that_the_platform_lost_are_no_comparison(midspan: Midspan, tmp_path: Path) -> None:
    workspace_of(tmp_path / "ws", {"a": tasks(*["ii"] * 8), "b": tasks(*["ii"] * 8)})
    for words in ((), ("--json",), ("--all",), ("--primary", "")):
        done = midspan("compare", tmp_path / "ws", "--by", "model", *words)
        assert done.code == 2
        assert done.err.startswith("nothing could be compared: no ")


def test_primary_scores_that_cannot_be_told_are_exit_2_whatever_hints_there_are(
    midspan: Midspan, tmp_path: Path
) -> None:
    workspace_of(tmp_path / "ws", BOTH)
    of = ("compare", tmp_path / "ws", "--by", "model")
    assert midspan(*of, "--primary", "seconds").code == 2
    assert midspan(*of, "--primary", "seconds,success").code == 0


def test_many_sides_fit_80_columns_and_their_hints_wait(midspan: Midspan, tmp_path: Path) -> None:
    ends = tasks(*["10", "01", "11", "00"] * 2)
    workspace_of(tmp_path / "ws", {f"model-{number:03}": ends for number in range(30)})
    done = midspan("compare", tmp_path / "ws", "--by", "model", "--primary", "success")
    assert max(map(len, done.out.splitlines())) <= 80
    assert "model-007 against model-000: no difference seen: success" in done.out
    assert len(done.out.splitlines()) < 80
    everything = midspan("compare", tmp_path / "ws", "--by", "model", "--all")
    assert max(map(len, everything.out.splitlines())) <= 80
    assert "t0: model-000 2/2, model-001 2/2, " in everything.out


def test_no_shared_task_is_exit_2_and_says_so(midspan: Midspan, tmp_path: Path) -> None:
    workspace_of(tmp_path / "ws", {"a": {"x": "1"}, "b": {"y": "1"}})
    done = midspan("compare", tmp_path / "ws", "--by", "model")
    assert done.code == 2
    assert "no task that both did" in done.out
    assert "nothing could be compared: no task has a value on both sides" in done.err


@pytest.mark.parametrize("ends", [["1"], ["1"] * 5, ["1111"] * 5])
def test_too_few_tasks_are_exit_2_however_often_they_were_tried(
    midspan: Midspan, tmp_path: Path, ends: list[str]
) -> None:
    workspace_of(tmp_path / "ws", {"a": tasks(*ends), "b": tasks(*ends)})
    done = midspan("compare", tmp_path / "ws", "--by", "model")
    assert done.code == 2
    assert f"{len(ends)} task{'s' * (len(ends) > 1)} in both, and 6 are needed" in done.err


def test_equal_sides_are_a_verdict_that_claims_no_certainty(
    midspan: Midspan, tmp_path: Path
) -> None:
    workspace_of(tmp_path / "ws", {"a": tasks(*"1" * 8), "b": tasks(*"1" * 8)})
    done = midspan("compare", tmp_path / "ws", "--by", "model", "--primary", "success")
    assert done.code == 0
    assert "no difference seen: success" in done.out
    text = " ".join(done.out.split())
    assert (
        "not seen: a difference of 80 points or more would have been, 4 times in 5 "
        "(8 tasks, 1 run of each)" in text
    )


def test_a_mistyped_primary_score_of_a_profile_is_no_comparison(
    midspan: Midspan, tmp_path: Path
) -> None:
    workspace_of(tmp_path / "ws", BOTH)
    profile = tmp_path / "p.yaml"
    profile.write_text("profile: p\ncontract: 1\ncompare: {primary: [succes]}\n")
    done = midspan("compare", tmp_path / "ws", "--by", "model", "--profile", profile)
    assert done.code == 2
    assert "no such score: succes. Did you mean 'success'?" in done.err


def test_an_empty_workspace(midspan: Midspan, tmp_path: Path) -> None:
    workspace_of(tmp_path / "ws", {})
    done = midspan("compare", tmp_path / "ws", "--by", "model")
    assert done.code == 2
    assert "the workspace holds no run" in done.err


def test_runs_that_were_not_scored_are_told(midspan: Midspan, tmp_path: Path) -> None:
    workspace_of(tmp_path / "ws", BOTH, scored=False)
    done = midspan("compare", tmp_path / "ws", "--by", "model")
    assert "a: 0 of 20 runs evaluated; 20 not scored (midspan score)" in done.out
    assert "tokens ↓  no run has it: midspan score" in done.out


@pytest.mark.parametrize("beside", [("--by", "model"), ("--json",), ("--markdown",), ("--all",)])
def test_two_runs_are_shown_in_one_way_only(
    midspan: Midspan, tmp_path: Path, beside: tuple[str, ...]
) -> None:
    workspace_of(tmp_path / "ws", BOTH)
    done = midspan("compare", tmp_path / "ws", "--runs", "0", "1", *beside)
    assert done.code == 2
    assert done.err == (
        f"midspan compare: --runs shows two runs call by call, and takes no {beside[0]}\n"
    )


def test_a_marker_that_the_profile_has_is_a_score_and_a_mistyped_one_is_none(
    midspan: Midspan, tmp_path: Path
) -> None:
    workspace_of(tmp_path / "ws", BOTH)
    profile = tmp_path / "p.yaml"
    profile.write_text("profile: p\ncontract: 1\nmarkers: {sorry: {answer: sorry}}\n")
    of = ("compare", tmp_path / "ws", "--by", "model", "--profile", profile, "--scores")
    done = midspan(*of, "marker.sorry")
    assert (done.code, done.err) == (0, "")
    done = midspan(*of, "marker.sory")
    assert done.code == 2
    assert "no such score: marker.sory. Did you mean 'marker.sorry'?" in done.err


def test_a_suite_beside_a_profile_is_read_and_the_profile_holds(
    midspan: Midspan, tmp_path: Path
) -> None:
    workspace_of(tmp_path / "ws", BOTH)
    profile, suite = tmp_path / "p.yaml", tmp_path / "s.yaml"
    profile.write_text("profile: p\ncontract: 1\ncompare: {minimum_tasks: 11}\n")
    of = ("compare", tmp_path / "ws", "--by", "model", "--profile", profile, "--suite", suite)
    done = midspan(*of)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"midspan compare: {suite}: there is no such file\n")
    suite.write_text("suite: s\ncontract: 1\nprofile: gone.yaml\ntasks: [{id: a, prompt: p}]\n")
    assert "10 tasks in both, and 11 are needed" in midspan(*of).err
