"""All of it as people have it: the commands, the client, the job script, the worker, an agent."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.workspace import Workspace
from tests.support.fake_hub import FakeHub, Fate
from tests.support.hub_sweeps import midspan_sweep
from tests.support.scripted_model import Said, saying, scripted_model

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="needs a second address of this machine: 127.0.0.2"
)

AGENT = """
import json, os, sys, urllib.request
messages = [{"role": "user", "content": sys.argv[1]}]
body = {"model": os.environ["MIDSPAN_MODEL"], "messages": messages}
headers = {"content-type": "application/json",
           "authorization": "Bearer " + os.environ["OPENAI_API_KEY"]}
url = os.environ["OPENAI_BASE_URL"] + "/chat/completions"
request = urllib.request.Request(url, json.dumps(body).encode(), headers)
with urllib.request.urlopen(request) as answer:
    print(json.load(answer)["choices"][0]["message"]["content"])
print("secrets:", sorted(name for name in os.environ if "KEY" in name), file=sys.stderr)
"""

SUITE = """
suite: shop
contract: 1
tasks:
  - {{id: price, prompt: "How much?", checks: [{{kind: substring, value: EUR}}]}}
  - {{id: stock, prompt: "How many?", checks: [{{kind: substring, value: "12"}}]}}
matrix:
  models: [{{name: org/careful, endpoint: "{endpoint}", key_env: SHOP_KEY}}]
  trials: 2
harnesses:
  say:
    kind: command
    argv: [python3, "{{suite}}/agent.py", "{{prompt}}"]
    files: [agent.py]
    version: "1"
launch:
  kind: hf-jobs
  hf_jobs:
    {{flavor: a10g-large, timeout: 10m, bucket: me/runs, concurrency: 2, setup: ["echo ready"]}}
"""


KEYS = {"SHOP_KEY": "the-key"}


@pytest.fixture
def suite(tmp_path: Path) -> Iterator[Path]:
    def reply(_request: dict[str, Any]) -> Said:
        allowed = server.headers[-1]["authorization"] == "Bearer the-key"
        return saying("7 EUR" if allowed else "no")

    with scripted_model(reply, host="127.0.0.2") as server:
        folder = tmp_path / "shop"
        folder.mkdir()
        (folder / "agent.py").write_text(AGENT)
        (folder / "suite.yaml").write_text(SUITE.format(endpoint=server.url))
        yield folder / "suite.yaml"


def test_a_sweep_from_suite_to_scores(hub: FakeHub, suite: Path, tmp_path: Path) -> None:
    into = tmp_path / "sweep"
    ran = midspan_sweep(hub, "run", suite, "--into", into, "--yes", **KEYS)
    assert ran.returncode == 0, ran.stdout + ran.stderr + "\n".join(hub.jobs.submitted[0].lines)
    job = hub.jobs.submitted[0]
    assert job.stage == "COMPLETED"
    assert "midspan job: setup: echo ready" in job.lines
    assert 'midspan-summary {"planned": 4, "results": 4, "infra": 0, "missing": 0}' in job.lines
    assert "the-key" not in "\n".join(job.lines)
    runs = Workspace(into / "workspace").table("runs").collect()
    assert runs["answer"].to_list() == ["7 EUR"] * 4
    assert runs["llm_calls"].to_list() == [1] * 4
    success = Workspace(into / "workspace").table("scores").collect()
    values = success.filter(success["name"] == "success")["value"].to_list()
    assert sorted(values) == [0, 0, 1, 1]
    assert hub.requests.count("POST /api/jobs/me") == 1

    again = midspan_sweep(hub, "run", suite, "--into", into, "--yes", **KEYS)
    assert again.returncode == 0
    assert hub.requests.count("POST /api/jobs/me") == 1


def test_the_agent_of_a_job_sees_no_secret(hub: FakeHub, suite: Path, tmp_path: Path) -> None:
    into = tmp_path / "sweep"
    midspan_sweep(hub, "run", suite, "--into", into, "--yes", "--only", "price", **KEYS)
    logs = "".join(path.read_text() for path in (into / "logs").glob("*.log"))
    assert "secrets: ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY']" in logs
    assert "the-key" not in logs
    # The worker looks for processes that show a key: nothing of what started it is left.
    assert not [line for line in hub.jobs.submitted[0].lines if "SHOP_KEY" in line]
    everything = [hub.buckets.get("me/runs", path) for path in hub.buckets.paths("me/runs")]
    assert not any(b"the-key" in data for data in everything)


def test_a_job_that_is_killed_leaves_what_was_done_and_nothing_running(
    hub: FakeHub, suite: Path, tmp_path: Path
) -> None:
    into = tmp_path / "sweep"
    (suite.parent / "agent.py").write_text(f"import time; time.sleep(2)\n{AGENT}")
    hub.jobs.fates = [Fate(dies_after=1)]
    ran = midspan_sweep(hub, "run", suite, "--into", into, "--yes", **KEYS)
    assert ran.returncode == 0, ran.stderr
    assert [job.stage for job in hub.jobs.submitted] == ["ERROR", "COMPLETED"]
    assert Workspace(into / "workspace").table("runs").collect().height == 4
    # Other tests run jobs of the same number at the same time: a folder is nobody else's.
    assert not [line for line in _commands() if str(tmp_path) in line]


def _commands() -> Iterator[str]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            yield (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
