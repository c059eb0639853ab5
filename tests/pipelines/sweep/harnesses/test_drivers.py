"""Each kind of harness has a driver, and the page about them says what holds."""

import re
from pathlib import Path

import pytest

from midspan.pipelines.sweep.harnesses import driver_for
from midspan.scorers.suite import Suite

PAGE = (Path(__file__).parents[4] / "docs" / "harnesses.md").read_text()
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
KINDS = ("pi", "smolagents", "openai-loop", "command", "python")


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_are_harnesses(example: str, tmp_path: Path) -> None:
    head = "suite: s\ncontract: 1\ntasks: [{id: t, prompt: p}]\ntarget: {repository: r}\n"
    suite = Suite.parse(head + example)
    for name, harness in suite.harnesses.items():
        driver = driver_for(harness, name=name, folder=tmp_path)
        assert (
            type(driver).__name__
            == {
                "pi": "PiDriver",
                "smolagents": "SmolagentsDriver",
                "openai-loop": "LoopDriver",
                "command": "CommandDriver",
                "python": "PythonDriver",
            }[harness.kind]
        )


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_told_of(kind: str) -> None:
    assert f"\n## {kind}\n" in PAGE
    assert any(f"kind: {kind}" in example for example in EXAMPLES)
