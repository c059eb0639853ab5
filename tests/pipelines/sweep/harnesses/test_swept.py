"""All kinds of harnesses in one sweep, with the real worker and proxy."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.demo.behaviours.conversation import Reply
from midspan.pipelines.records import read_result
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.local import sweep_here
from midspan.pipelines.sweep.worker import Event, Told
from midspan.pipelines.workspace import Workspace
from tests.agents import environments
from tests.support.scripted_model import calling, saying, scripted_model

pytestmark = pytest.mark.timeout(280)

SUITE = """\
suite: prices
contract: 1
tasks:
  - id: price
    prompt: "How much is ORD-1042?"
    files: [orders.txt]
    budget: {{turns: 5, retries: 1}}
    checks: [{{kind: substring, value: "39.00 USD"}}]
matrix:
  models: [{{name: shopper, endpoint: "{url}", sampling: {{temperature: 0.5}}}}]
  trials: 2
harnesses:
  loop: {{kind: openai-loop}}
  both: {{kind: openai-loop, instrument: both}}
  inside: {{kind: openai-loop, instrument: auto}}
  program:
    kind: command
    argv: ["{python}", "{{suite}}/shopper.py", "{{prompt}}"]
    files: [shopper.py]
  function: {{kind: python, function: "shopper:answer", warm: true, version: "3"}}
"""
PI = "  pi: {kind: pi, version: 0.73.1}\n"
SMOLAGENTS = "  smolagents: {{kind: smolagents, version: 1.26.0, python: {python}}}\n"
SHOPPER = """\
import json, os, sys, urllib.request

def answer(prompt, *, base_url, api_key, directory):
    assert (directory / "orders.txt").exists()
    messages = [{"role": "user", "content": prompt}]
    headers = {"content-type": "application/json", "authorization": f"Bearer {api_key}"}
    while True:
        body = json.dumps({"model": "shopper", "messages": messages}).encode()
        request = urllib.request.Request(f"{base_url}/chat/completions", body, headers)
        with urllib.request.urlopen(request) as response:
            message = json.load(response)["choices"][0]["message"]
        if not message.get("tool_calls"):
            return message["content"]
        told = {"role": "tool", "tool_call_id": message["tool_calls"][0]["id"], "content": "39.00"}
        messages += [message, told]

if __name__ == "__main__":
    import pathlib
    keys = (os.environ["OPENAI_BASE_URL"], os.environ["OPENAI_API_KEY"])
    print(answer(sys.argv[1], base_url=keys[0], api_key=keys[1], directory=pathlib.Path.cwd()))
"""


def shopper(request: dict[str, Any]) -> Reply:
    """Look first, then say it: by whatever way the agent ends."""
    if not any(message["role"] in ("tool", "tool-response") for message in request["messages"]):
        text = str(request["messages"])
        if "39.00" not in text:
            return calling("bash", command="cat orders.txt")
    names = [tool["function"]["name"] for tool in request.get("tools") or []]
    answer = "39.00 USD"
    return calling("final_answer", answer=answer) if "final_answer" in names else saying(answer)


def test_every_kind_runs_and_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "orders.txt").write_text("ORD-1042 desk lamp 39.00\n")
    (tmp_path / "shopper.py").write_text(SHOPPER)
    with scripted_model(shopper) as model:
        suite = SUITE.format(url=model.url, python=sys.executable)
        harnesses = {"loop", "both", "inside", "program", "function@3"}
        if environments.installed("pi"):
            programs = environments.node_modules("pi") / ".bin"
            monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
            suite += PI
            harnesses.add("pi@0.73.1")
        if environments.installed("smolagents"):
            suite += SMOLAGENTS.format(python=environments.python("smolagents"))
            harnesses.add("smolagents@1.26.0")
        (tmp_path / "suite.yaml").write_text(suite)
        told: list[Event] = []
        swept = sweep_here(
            tmp_path / "suite.yaml", into=tmp_path / "sweep", concurrency=2, tell=told.append
        )
    # Such as that a harness could not be kept warm.
    assert [event.text for event in told if isinstance(event, Told)] == []

    spool = swept.folder.spool
    results = [
        (run.planned.harness, read_result(swept.folder.result_of(run.run_id, 0)))
        for run in swept.runs
    ]
    assert sorted(name or "" for name, _ in results) == sorted([*harnesses, *harnesses])
    ended = [(each.answer, each.ended_by, each.exit_code) for _, each in results]
    assert set(ended) == {("39.00 USD", "exit", 0)}, _logs(swept.folder)
    assert all(request["temperature"] == 0.5 for request in model.requests)
    runs = Workspace(swept.folder.workspace).table("runs").collect()
    turns = {(harness, turns) for harness, turns in runs.select("harness", "turns").iter_rows()}
    assert turns == {(harness, 2) for harness in harnesses}
    calls = Workspace(swept.folder.workspace).table("calls").collect()
    assert len(calls.filter(calls["name"] == "bash")) == len(results)
    assert not list(spool.glob("*.part"))
    if "pi@0.73.1" in harnesses:
        kept = [*swept.folder.sessions.glob("*/*.jsonl")]
        assert len(kept) == 2


def _logs(folder: SweepFolder) -> str:
    return "\n".join(f"{log.name}\n{log.read_text()[-2000:]}" for log in folder.logs.iterdir())
