"""The pi coding agent: its session files, and the same run as the proxy saw it."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.agents import environments
from tests.agents.proxying import proxy
from tests.agents.running import Ran, calls, skip_where_missing, usages
from tests.agents.script import usage_of

pytestmark = pytest.mark.timeout(200)

EXAMPLE = environments.EXAMPLES / "pi" / "models.json"
PI = environments.node_modules("pi") / ".bin" / "pi"
ANSWER = "Order ORD-1042 costs 39.00 USD."
COMMANDS = [
    ("bash", {"command": "cat orders/1042"}),
    ("bash", {"command": "cat orders/ORD-1042"}),
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with an order in it."""
    skip_where_missing("pi")
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "ORD-1042").write_text("desk lamp, 39.00 USD\n")
    return tmp_path


def ask(home: Path, base_url: str, sessions: Path) -> None:
    """Run pi with the settings of the example, at another address and model."""
    settings = json.loads(EXAMPLE.read_text())
    settings["providers"]["recorded"] |= {"baseUrl": base_url, "models": [{"id": "shell"}]}
    (home / ".pi" / "agent").mkdir(parents=True)
    (home / ".pi" / "agent" / "models.json").write_text(json.dumps(settings))
    command = [str(PI), "--print", "--provider", "recorded", "--model", "shell"]
    process = subprocess.run(
        [*command, "--session-dir", str(sessions), "How much is order 1042?"],
        cwd=home,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "PI_OFFLINE": "1",
            "OPENAI_API_KEY": "sk-none",
        },
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )
    assert process.stdout.strip() == ANSWER, process.stderr


def test_a_session_tells_what_happened(home: Path, url: str) -> None:
    ask(home, f"{url}/v1", home / "runs")

    reading = Ran(directory=home, stdout="", stderr="").read()
    assert reading.runs.select("status", "answer", "turns").rows() == [("ok", ANSWER, 3)]
    faults = ["execution.error", "none"]
    assert calls(reading) == [(*call, fault) for call, fault in zip(COMMANDS, faults, strict=True)]
    assert reading.calls["result"][1].strip() == "desk lamp, 39.00 USD"
    # pi counts no reasoning tokens.
    assert [(each.input, each.cached, each.output) for each in usages(reading)] == [
        (each.input, each.cached, each.output) for each in map(usage_of, range(3))
    ]


def test_the_proxy_sees_the_same(home: Path, url: str) -> None:
    with proxy(url, home / "runs") as address:
        ask(home, f"{address}/run/orders/v1", home / "sessions")

    reading = Ran(directory=home, stdout="", stderr="").read()
    columns = ("experiment", "answer", "turns")
    assert reading.runs.select(columns).rows() == [("shop", ANSWER, 3)]
    faults = ["hidden.error", "none"]
    assert calls(reading) == [(*call, fault) for call, fault in zip(COMMANDS, faults, strict=True)]
    assert usages(reading) == [usage_of(said) for said in range(3)]
