"""The first sweep of docs/sweep.md is a real one."""

import re
from pathlib import Path

import pytest

from tests.pipelines.cli.conftest import Midspan

PAGE = (Path(__file__).parents[4] / "docs" / "sweep.md").read_text()


def block(kind: str, begins: str) -> str:
    found = re.search(rf"```{kind}\n({re.escape(begins)}.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_first_sweep_is_planned_as_the_page_says(
    midspan: Midspan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("suite.yaml").write_text(block("yaml", "# suite.yaml"))
    Path("orders.csv").write_text(block("csv", "id,"))
    done = midspan("sweep", "plan", "suite.yaml")
    assert done.out.splitlines() == block("text", "orders: ").splitlines()
    assert [line for line in done.err.splitlines() if line.startswith("- ")] == [
        f"- http://127.0.0.1:{port}/v1: the server of {model} does not answer: Connection refused"
        for port, model in ((8000, "my-model"), (8001, "my-smaller-model"))
    ]
