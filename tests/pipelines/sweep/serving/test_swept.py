"""A sweep of a served model: real worker, proxy and agents; stand-ins of engine and GPU."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.records import read_result
from midspan.pipelines.sweep.layout import SweepFolder
from tests.support.engine_programs import Programs

SUITE = """\
suite: s
contract: 1
tasks: [{{id: a, prompt: p}}]
harnesses:
  h:
    kind: command
    argv: [{python}, {agent}, {calls}, {then}, "{{model}}", "{{base_url}}"]
matrix:
  trials: 2
  models: [{{name: Qwen/Qwen3-14B, revision: v1, serve: {{dtype: bfloat16}}}}]
"""

# The first agent of all ends the server, as a machine that is out of memory would.
AGENT = """
import json, os, signal, sys, time, urllib.request
from pathlib import Path

calls, then, model, base_url = sys.argv[1:]
starts = Path(calls).read_text().splitlines()
if len(starts) == 1:
    os.kill(json.loads(starts[0])["pid"], signal.SIGKILL)
    time.sleep(600 if then == "hangs" else 0)
body = json.dumps({"model": model, "messages": [{"role": "user", "content": "hi"}]}).encode()
headers = {
    "content-type": "application/json",
    "authorization": "Bearer " + os.environ["OPENAI_API_KEY"],
}
request = urllib.request.Request(f"{base_url}/chat/completions", body, headers)
try:
    print(json.load(urllib.request.urlopen(request))["choices"][0]["message"]["content"])
except OSError:
    if then != "shrugs":
        raise
"""

SWEEP = """
import sys
from pathlib import Path
from midspan.pipelines.sweep.local import sweep_here

def tell(event):
    print(event, file=sys.stderr)

swept = sweep_here(Path("suite.yaml"), into=Path("into"), tell=tell)
print(len(swept.worked.done), len(swept.worked.infra))
"""


def swept(programs: Programs, tmp_path: Path, library: Path, *, then: str) -> SweepFolder:
    (tmp_path / "agent.py").write_text(AGENT)
    calls = programs.folder / "vllm.calls"
    agent = tmp_path / "agent.py"
    suite = SUITE.format(python=sys.executable, agent=agent, calls=calls, then=then)
    (tmp_path / "suite.yaml").write_text(suite)
    place = {"LD_LIBRARY_PATH": str(library), "MIDSPAN_FLAVOR": "a10g-large"}
    ended = subprocess.run(
        [sys.executable, "-c", SWEEP],
        cwd=tmp_path,
        env={**programs.variables, **place},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stdout.split() == ["2", "0"], ended.stderr
    return SweepFolder(tmp_path / "into")


def values(attributes: list[dict[str, Any]]) -> dict[str, Any]:
    return {one["key"]: next(iter(one["value"].values())) for one in attributes}


@pytest.mark.parametrize("then", ["hangs", "fails", "shrugs"])
def test_runs_go_on_with_a_new_server_and_tell_what_served_them(
    programs: Programs, tmp_path: Path, library: Path, then: str
) -> None:
    programs.add("vllm", model="Qwen/Qwen3-14B", version="0.33.0")
    folder = swept(programs, tmp_path, library, then=then)
    assert len(programs.calls("vllm")) == 2
    records = [read_result(path) for path in folder.spool.glob("*.result.json")]
    # One run lost its server, and was started once more; the other was not concerned.
    assert sorted(record.ended_by for record in records) == ["exit", "exit", "platform"]
    for record in records:
        if record.ended_by == "exit":
            assert record.answer == "ready"
    hardware = records[0].hardware
    assert hardware is not None
    assert (hardware.flavor, hardware.gpu, hardware.driver) == (
        "a10g-large",
        "NVIDIA A10G",
        "570.1",
    )
    assert records[0].serve == {
        "engine": "vllm",
        "version": "0.33.0",
        "weights": "Qwen/Qwen3-14B",
        "revision": "v1",
        "dtype": "bfloat16",
        "tool_call_parser": "hermes",
        "tool_call_parser_from": "family",
        "reasoning_parser": "qwen3",
    }

    (ended,) = [record for record in records if record.launch == 1]
    lines = folder.spans_of(ended.run_id, 1).read_text().splitlines()
    sent = [json.loads(line)["resourceSpans"][0] for line in lines]
    resource = values(sent[0]["resource"]["attributes"])
    assert resource["midspan.serve.tool_call_parser"] == "hermes"
    assert resource["midspan.hardware.gpu"] == "NVIDIA A10G"
    spans = [span for one in sent for scope in one["scopeSpans"] for span in scope["spans"]]
    (agent,) = [span for span in spans if not span.get("parentSpanId")]
    figures = values(agent["attributes"])
    assert float(figures["midspan.gpu.utilization.max"]) >= 0.1
    assert int(figures["midspan.gpu.samples"]) >= 1
    assert {event["name"] for event in agent["events"]} == {"midspan.gpu"}
