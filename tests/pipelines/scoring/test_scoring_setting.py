"""What a scoring is judged by: profile, suite, some scorers only."""

from pathlib import Path

import pytest

from midspan.pipelines.scoring.score import score_workspace
from midspan.scorers.errors import InvalidInput
from midspan.scorers.setting import Setting
from midspan.scorers.suite import Suite
from tests.support.otlp import Story, call
from tests.support.own_scorers import installed, profile, spans
from tests.support.workspaces import ingested, rows


def test_a_profile_sets_parameters_and_turns_scorers_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, above="Above", steps="Steps")
    workspace = ingested(tmp_path, spans())
    score_workspace(workspace)
    judged = Setting.of(profile=profile("scorers: {above: {least: 2}, steps: false}"))
    summary = score_workspace(workspace, setting=judged)
    assert rows(workspace, "scores", "scorer", "value") == [("above", 1.0)]
    assert summary.rows == 1, "what is turned off has no rows, of earlier scorings neither"


@pytest.mark.parametrize(
    ("scorers", "problem"),
    [
        ("{above: {leest: 2}}", r"scorer above: has no parameter 'leest'. Did you mean 'least'\?"),
        ("{above: {least: two}}", r'scorer above: least cannot be "two": Input should be a valid'),
        ("{loop: {at_least: 1}}", r"loop: at_least must be 2 or more, not 1"),
    ],
)
def test_a_wrong_parameter_is_an_error_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scorers: str, problem: str
) -> None:
    installed(monkeypatch, above="Above", loop="midspan.scorers.loop:Loop")
    workspace = ingested(tmp_path, spans())
    with pytest.raises(InvalidInput, match=problem):
        score_workspace(workspace, setting=Setting.of(profile=profile(f"scorers: {scorers}")))
    assert workspace.parts("scores") == []


def test_only_some_scorers_replace_their_rows_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, above="Above", steps="Steps")
    workspace = ingested(tmp_path, spans())
    score_workspace(workspace)
    judged = Setting.of(profile=profile("scorers: {above: {least: 2}, steps: false}"))
    summary = score_workspace(workspace, setting=judged, only=["above"])
    assert summary.rows == 1
    assert rows(workspace, "scores", "scorer", "value") == [("above", 1.0), ("steps", 3.0)]


def test_only_what_is_installed_can_be_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, above="Above")
    workspace = ingested(tmp_path, spans())
    for words, problem in (
        ({"only": ["abov"]}, r"no such scorer: abov. Did you mean 'above'\?\nThere are above."),
        ({"only": ["steps"]}, r"steps is a score, not a scorer\nName above."),
        ({"compat": ["adk.exact"]}, r"no such scorer: compat."),
    ):
        with pytest.raises(InvalidInput, match=problem):
            score_workspace(workspace, only=words.get("only", ()), compat=words.get("compat", ()))


def test_what_the_suite_says_reaches_the_scorers_and_is_not_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, retries="Retries")
    suite = Suite.parse(
        "suite: s\ncontract: 1\ntasks: [{id: price, prompt: p, budget: {retries: 4}}]"
    )
    workspace = ingested(tmp_path, spans(), resource={"midspan.task": "price"})
    summary = score_workspace(workspace, setting=Setting.of(suite=suite))
    assert (summary.gone, rows(workspace, "scores", "name", "value")) == ((), [("retries", 4.0)])
    summary = score_workspace(workspace)
    assert (summary.gone, rows(workspace, "scores")) == (("retries",), [])


def test_rows_tell_in_which_setting_they_were_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, steps="Steps")
    workspace = ingested(tmp_path, spans())
    hashes = set()
    for text in ("", "tools: {state_changing: [look]}"):
        score_workspace(workspace, setting=Setting.of(profile=profile(text)))
        hashes |= set(workspace.table("scores").collect()["config_hash"])
    assert len(hashes) == 2


def test_faults_are_those_of_the_profile_and_the_stored_ones_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, rate="Failed")
    story = Story()
    with story.agent():
        story.llm(call("look", {}, id="a"))
        story.tool("look", id="a", result="shop: refused, the till is shut")
    workspace = ingested(tmp_path, story.spans)
    found = []
    for text in ("", 'errors: {forms: ["^shop: refused"]}'):
        score_workspace(workspace, setting=Setting.of(profile=profile(text)))
        found += rows(workspace, "scores", "value")
    assert found == [(0.0,), (1.0,)]
    assert rows(workspace, "calls", "fault") == [("none",)]
