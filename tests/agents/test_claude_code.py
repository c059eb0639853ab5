"""What Claude Code sends with the settings of the example is read as one run of the experiment."""

import json
from pathlib import Path
from typing import Any

import yaml

from tests.agents.environments import EXAMPLES
from tests.agents.running import Ran
from tests.support.recordings import FOLDER

EXAMPLE = EXAMPLES / "claude_code"
RECORDED = "claude-agent-sdk__claude-code-otel"


def kept_by_the_collector(kind: str, variables: dict[str, str], directory: Path) -> None:
    """Write a recording where the collector would, with the resource that the settings ask for."""
    pairs = (pair.split("=") for pair in variables["OTEL_RESOURCE_ATTRIBUTES"].split(","))
    told = [{"key": key, "value": {"stringValue": value}} for key, value in pairs]
    config = yaml.safe_load((EXAMPLE / "collector.yaml").read_text())
    recorded = {"spans": f"{RECORDED}.otlp.jsonl", "logs": f"{RECORDED}.logs.otlp.jsonl"}[kind]
    lines = []
    for line in (FOLDER / recorded).read_text().splitlines():
        request: dict[str, list[dict[str, Any]]] = json.loads(line)
        for resources in request.values():
            for resource in resources:
                resource["resource"]["attributes"] += told
        lines.append(json.dumps(request) + "\n")
    path = directory / config["exporters"][f"file/{kind}"]["path"]
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(lines))


def test_the_settings_name_the_run(tmp_path: Path) -> None:
    settings = json.loads((EXAMPLE / "settings.json").read_text())
    for kind in ("spans", "logs"):
        kept_by_the_collector(kind, settings["env"], tmp_path)

    reading = Ran(directory=tmp_path, stdout="", stderr="").read()

    columns = ("experiment", "task", "llm_calls", "calls")
    assert reading.runs.select(columns).rows() == [("shop", "refund", 5, 4)]
    assert reading.calls.select("name", "fault").rows() == [
        ("lookup_order", "execution.error"),
        ("lookup_order", "none"),
        ("convert_currency", "none"),
        ("convert_currency", "none"),
    ]
