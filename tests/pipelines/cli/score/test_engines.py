"""`midspan score` by other processes, on Ray, and of workspaces at addresses."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
import yaml

from midspan.pipelines.cli import score_elsewhere
from midspan.pipelines.cli.score import command
from midspan.pipelines.scoring import score as scoring
from midspan.pipelines.workspace import Workspace
from tests.pipelines.cli.conftest import Midspan
from tests.support.workspaces import rows

PAGE = Path(__file__).parents[4] / "docs" / "engines.md"


@pytest.fixture
def files(workspace: Path) -> Iterator[Any]:
    """A store that holds the workspace."""
    found = fsspec.filesystem("memory")
    for path in workspace.rglob("*"):
        if path.is_file() and not path.name.startswith("."):
            found.pipe_file(f"/agents/shop/{path.relative_to(workspace)}", path.read_bytes())
    yield found
    found.store.clear()
    found.pseudo_dirs[:] = [""]


def test_a_workspace_at_an_address(midspan: Midspan, files: Any, workspace: Path) -> None:
    done = midspan("score", "memory://agents/shop", "--workers", 1)
    midspan("score", workspace)
    count = len(rows(Workspace(workspace), "scores"))
    assert done == (0, f"memory://agents/shop: {count} score rows of 1 runs\n", "")
    refused = midspan("score", "memory://agents/shop", "--json")
    assert (refused.code, "is scored, and not shown" in refused.err) == (2, True)


def test_a_workspace_of_this_machine_by_its_address(midspan: Midspan, workspace: Path) -> None:
    assert midspan("score", f"file://{workspace}").code == 0
    assert rows(Workspace(workspace), "scores")
    assert not (workspace / ".lease.json").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nonsense://b"], "nothing reads nonsense:// addresses"),
        (["memory://nowhere"], "no such file or directory"),
        (["ws", "--address", "auto"], "--address names a Ray cluster\nAdd: --engine ray"),
    ],
)
def test_what_cannot_be_done_says_so(
    midspan: Midspan,
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(workspace.parent)
    done = midspan("score", *words)
    assert (done.code, message in done.err) == (2, True), done.err


def test_a_cluster_that_is_not_there_is_told_of_a_small_workspace_as_well(
    midspan: Midspan, workspace: Path
) -> None:
    nobody = "127.0.0.1:1"
    done = midspan("score", workspace, "--engine", "ray", "--address", nobody)
    assert (done.code, nobody in done.err) == (4, True), done.err


def test_partitions_that_could_not_be_scored_are_named_and_the_code_is_3(
    midspan: Midspan, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = scoring.score_workspace

    def in_part(*arguments: Any, **named: Any) -> Any:
        from dataclasses import replace

        return replace(whole(*arguments, **named), unjudged={"ws/*/bucket=2a": "the disk is gone"})

    monkeypatch.setattr(scoring, "score_workspace", in_part)
    done = midspan("score", workspace)
    assert done.code == 3
    assert done.err == (
        "not scored: ws/*/bucket=2a: the disk is gone\n"
        "Their rows are as they were. Run the same command again.\n"
    )


def test_the_commands_of_the_page_can_be_said_and_its_job_is_one() -> None:
    text = PAGE.read_text()
    (job,) = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL))
    assert (job["apiVersion"], job["kind"]) == ("ray.io/v1", "RayJob")
    said = [job["spec"]["entrypoint"], *re.findall(r"^ *(midspan score [^#\n]+)", text, re.M)]
    assert len(said) == 5
    for line in said:
        _, verb, *words = shlex.split(line)
        assert verb == "score"
        context = command.make_context("score", words)
        assert context.params["paths"]
    groups = [job["spec"]["rayClusterSpec"]["headGroupSpec"]]
    groups += job["spec"]["rayClusterSpec"]["workerGroupSpecs"]
    images = {each["template"]["spec"]["containers"][0]["image"] for each in groups}
    assert len(images) == 1, "the same midspan everywhere"


def test_one_worker_is_this_process() -> None:
    with score_elsewhere.executor_for("local", None, 1) as executor:
        assert dict(executor.run(abs, [(-1,), (2,)])) == {0: 1, 1: 2}
