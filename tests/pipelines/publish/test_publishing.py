"""What holds for all servers: one publisher at a time, and none that keeps anything from others."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.exchange import GaveUp, ServerError
from midspan.pipelines.publish.foretold import foretold
from midspan.pipelines.publish.manifest import Manifest
from midspan.pipelines.publish.mlflow.api import Gone, Refused
from midspan.pipelines.publish.progress import Progress, Step, untold
from midspan.pipelines.publish.publishing import Publish, publish
from midspan.pipelines.publish.report import Account, Published
from midspan.pipelines.publish.target import Target
from midspan.pipelines.storage.locks import only_publisher
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import Exit, SurroundingsError
from tests.support.otlp import Story, call
from tests.support.shop_runs import RUNS, shop
from tests.support.workspaces import ingested

PHOENIX = Target(server="phoenix", url="http://127.0.0.1:9")
MLFLOW = Target(server="mlflow", url="http://127.0.0.1:9")

HOLDER = """
import sys
from pathlib import Path
from midspan.pipelines.storage.locks import only_publisher
with only_publisher(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return shop(tmp_path, experiment="shop")


def failing(error: Exception) -> "Publish":
    """Return a publisher that comes to two of eight spans before it fails, at Phoenix alone."""

    def publisher(
        workspace: Workspace,
        target: Target,
        asked: Asked,
        *,
        manifest: Manifest,
        tell: Progress = untold,
    ) -> Published:
        account = Account(server=target.server, url=target.url, tell=tell)
        account.asked("spans", 8)
        account.stored("spans", 2)
        if target.server == "phoenix":
            raise error
        account.stored("spans", 6)
        return account.published()

    return publisher


@pytest.mark.parametrize(
    "error",
    [
        httpx.DecodingError("no gzip"),
        ServerError("/v1/spans answered without 'data'"),
        GaveUp("HTTP 503, for 60 s"),
        Gone("mlflow gave no answer"),
        Refused(httpx.Response(500, text="no room")),
    ],
)
def test_an_unusable_answer_keeps_nothing_from_the_other_server(
    workspace: Workspace, error: Exception
) -> None:
    told: list[Step] = []
    done = publish(
        workspace,
        [PHOENIX, MLFLOW],
        tell=told.append,
        publishers=lambda _: failing(error),
    )
    assert done.exit_code == Exit.SURROUNDINGS
    assert str(done.failed["phoenix"]) == (
        f"phoenix at http://127.0.0.1:9 gave an answer that cannot be used: {error}\n"
        "See what stands between here and the server: a proxy may answer in its place."
    )
    [mlflow] = done.published
    assert (mlflow.server, mlflow.counts["spans"].stored) == ("mlflow", 8)
    assert told[-1] == Step("mlflow", "spans", "done", 6)


def test_how_far_it_came_is_said_where_it_ends_early(workspace: Workspace) -> None:
    full = SurroundingsError("published.jsonl: No space left on device", fix="Make room.")
    done = publish(workspace, [PHOENIX], publishers=lambda _: failing(full))
    assert done.failed == {"phoenix": full}
    assert done.notes == ("phoenix: it had come to 2 of 8 spans",)


def test_a_second_publisher_is_refused_and_readers_are_not(workspace: Workspace) -> None:
    words = [sys.executable, "-c", HOLDER, str(workspace.path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(SurroundingsError, match=f"process {other.pid} on .* is publishing it"):
            publish(workspace, [])
        publish(workspace, [], Asked(dry_run=True))
        assert workspace.table("runs").collect().height == RUNS
        other.communicate("")
    assert publish(workspace, []).exit_code == Exit.DONE
    holder = (workspace.path / ".publishing").read_text()
    assert holder.startswith(f"process {os.getpid()} on ")


def test_the_lock_goes_with_its_holder(workspace: Workspace) -> None:
    with pytest.raises(RuntimeError), only_publisher(workspace.path):
        raise RuntimeError
    with only_publisher(workspace.path):
        pass


def test_where_runs_go_that_record_no_experiment_is_foretold(
    workspace: Workspace, tmp_path: Path
) -> None:
    assert list(foretold(workspace, Asked(), ["phoenix"])) == []
    story = Story(run_id=None)
    with story.agent(output="done"):
        story.llm(call("look", {"n": 1}))
    foreign = ingested(tmp_path / "foreign", story.spans)
    untasked = "no run says its task, so there is no dataset for experiments in Phoenix"
    assert list(foretold(foreign, Asked(), ["phoenix", "mlflow"])) == [
        "no experiment recorded: all runs go to 'default', else --project NAME",
        untasked,
    ]
    assert list(foretold(foreign, Asked(project="mine"), ["phoenix"])) == [untasked]
    assert list(foretold(foreign, Asked(), ["otlp"])) == []
