"""An agent in another language, with nothing of midspan in it: the proxy records it."""

import shutil
from pathlib import Path

import pytest

from tests.agents import environments
from tests.agents.expected import RESULTS, calls_with
from tests.agents.proxying import proxy
from tests.agents.running import calls, execute, results, skip_where_missing, usages
from tests.agents.script import ANSWER, usage_of

pytestmark = pytest.mark.timeout(200)

EXAMPLE = environments.EXAMPLES / "node"


def test_the_proxy_sees_what_happened(url: str, tmp_path: Path) -> None:
    skip_where_missing("node")
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    (tmp_path / "node_modules").symlink_to(environments.node_modules("node"))
    with proxy(url, tmp_path / "runs") as address:
        ran = execute(["node", "agent.js"], "careful", tmp_path, f"{address}/run/prices-0")

    assert ran.last_line == ANSWER
    reading = ran.read()
    columns = ("experiment", "answer", "turns")
    assert reading.runs.select(columns).rows() == [("shop", ANSWER, 4)]
    assert calls(reading) == calls_with("hidden.error")
    assert results(reading) == RESULTS
    assert usages(reading) == [usage_of(said) for said in range(4)]
