"""Spans, a workspace and a folder of a shop to score."""

import json
from pathlib import Path

import pytest

from midspan.pipelines.ingest.ingest import ingest
from tests.pipelines.cli.conftest import Done, Midspan
from tests.support.otlp import RUN, Story, call, write
from tests.support.own_scorers import installed

SUITE = """
suite: shop
contract: 1
profile: profile.yaml
tasks: [{id: price, prompt: p, budget: {retries: 4}}]
"""


@pytest.fixture
def spans(tmp_path: Path) -> Path:
    story = Story()
    with story.agent(output="done"):
        story.llm(call("look", {"n": 1}, id="a"))
        story.tool("look", {"n": 1}, id="a")
    return write(tmp_path / f"{RUN}-0.otlp.jsonl", story.spans)


@pytest.fixture
def workspace(midspan: Midspan, spans: Path, tmp_path: Path) -> Path:
    assert midspan("ingest", spans, "--into", tmp_path / "ws").code == 0
    return tmp_path / "ws"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a workspace of one run, a suite and a profile; scorers of tests alone."""
    here = "tests.support.own_scorers"
    installed(monkeypatch, above=f"{here}:Above", retries=f"{here}:Retries")
    story = Story()
    with story.agent(output="done"):
        story.llm(call("look", {"n": 1}, id="a"))
        story.tool("look", {"n": 1}, id="a")
    file = write(tmp_path / "spans.jsonl", story.spans, resource={"midspan.task": "price"})
    ingest([file], tmp_path / "ws")
    (tmp_path / "suite.yaml").write_text(SUITE)
    (tmp_path / "profile.yaml").write_text(profile_text("{above: {least: 2}}"))
    (tmp_path / "other.yaml").write_text(profile_text("{above: false}"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def profile_text(scorers: str) -> str:
    return f"profile: p\ncontract: 1\nscorers: {scorers}\n"


def values(done: Done) -> dict[str, float]:
    return {row["name"]: row["value"] for row in json.loads(done.out)}
