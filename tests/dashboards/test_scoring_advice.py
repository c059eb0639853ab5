"""What is said of a score that no run has: the command that gives it, with the file it needs."""

import pytest

from midspan.dashboards.gate_words import found
from midspan.dashboards.junit import junit
from midspan.dashboards.markdown import comparison_markdown
from midspan.dashboards.scoring_advice import command_for
from midspan.dashboards.terminal.comparison import comparison_page
from midspan.pipelines.comparison.compare import compare_workspaces
from midspan.pipelines.comparison.gate import gate_workspaces
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from midspan.scorers.plugins import declarations
from midspan.scorers.profile import Profile
from tests.dashboards.terminal.printing import printed
from tests.support.otlp import write
from tests.support.watched import story

PROFILE = """
profile: p
contract: 1
gate: {floors: {success_rate: 0.5, calls_match: 0.5, tokens: 9000}, no_regression: {success: 0.05}}
"""
SUITE = """
suite: shop
contract: 1
profile: profile.yaml
tasks:
  - id: price
    prompt: p
    answer: {format: json}
    checks: [{id: amount, kind: key_points, values: ["35"]}]
    expected_calls: {calls: []}
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("advice")
    (folder / "profile.yaml").write_text(PROFILE)
    (folder / "suite.yaml").write_text(SUITE)
    for trace, revision in ((1, "v1"), (2, "v2")):
        spans = story(trace=trace, run_id=f"{trace}" * 32, task="price").spans
        for span in spans:
            span["attributes"].append(
                {"key": "midspan.revision", "value": {"stringValue": revision}}
            )
        write(folder / "spool" / f"{trace}.jsonl", spans)
    ingest([folder / "spool"], folder / "ws")
    return Workspace(folder / "ws")


def names_of(workspace: Workspace) -> set[str]:
    return set(workspace.table("scores").collect()["name"])


def test_the_scores_that_only_a_suite_gives_are_those_that_it_is_named_for(
    workspace: Workspace,
) -> None:
    workspace.score()
    plain = names_of(workspace)
    workspace.score(suite=workspace.path.parent / "suite.yaml")
    given = names_of(workspace) - plain
    assert {"success", "check.amount", "calls_match", "answer_pass"} <= given
    assert {name: command_for(name) for name in given} == dict.fromkeys(
        given, "midspan score --suite FILE"
    )
    assert {command_for(name) for name in plain} == {"midspan score"}


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("success_rate", "midspan score --suite FILE"),
        ("tokens_per_success", "midspan score --suite FILE"),
        ("pass_hat_3", "midspan score --suite FILE"),
        ("error_rate", "midspan score"),
        ("marker.tests", "midspan score --profile FILE"),
        ("compat.adk.exact", "midspan score --suite FILE --compat adk.exact"),
    ],
)
def test_figures_and_families(name: str, command: str) -> None:
    assert command_for(name) == command


def test_every_name_is_one_that_scorers_give() -> None:
    suited = {name for name in declarations() if command_for(name) == "midspan score --suite FILE"}
    assert suited == {
        *("success", "check.*", "answer_pass", "answer_coverage", "gamma_reward", "overrun"),
        *("call_match", "calls_match", "calls_precision", "calls_recall", "calls_f1"),
        *("selection_rate", "argument_rate", "order_rate", "first_attempt_match"),
    }


def test_compare_and_gate_name_it(workspace: Workspace) -> None:
    workspace.score()
    told = "no run has it: midspan score --suite FILE"
    comparison = compare_workspaces([workspace], by="revision")
    assert f"success ↑  {told}" in printed(comparison_page(comparison))
    assert f"- cannot be told: {told}" in comparison_markdown(comparison)
    asked = Profile.parse(PROFILE)
    result = gate_workspaces([workspace], asked, by="revision")
    said = {
        (each.kind.name, each.score): found(each, result)
        for each in result.requirements
        if each.score
    }
    assert said["FLOOR", "success_rate"] == told
    assert said["FLOOR", "calls_match"] == told
    assert said["NO_REGRESSION", "success"] == told
    assert told not in said["FLOOR", "tokens"]
    assert junit(result).count(told) == 3
