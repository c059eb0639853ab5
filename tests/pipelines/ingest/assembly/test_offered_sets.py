"""The tools table holds the sets that spans name, and no others, however the spans arrive."""

import json
from pathlib import Path

from midspan.pipelines.ingest.ingest import ingest
from tests.support.otlp import Story, call, offered, with_attributes, write
from tests.support.workspaces import contents, ingested, rows

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}}


def test_a_set_that_late_spans_complete_leaves_no_trace(tmp_path: Path) -> None:
    story = Story()
    with story.agent():
        story.llm(call("look", {"n": 1}, id="a"), tools=[offered("look")])
        tool = story.tool("look", {"n": 1}, id="a")
    early = [span for span in story.spans if span is not tool]
    late = with_attributes(
        tool, openinference__span__kind="TOOL", tool__parameters=json.dumps(SCHEMA)
    )
    workspace = ingested(tmp_path, early)
    assert rows(workspace, "tools", "name", "schema") == [("look", None)]
    ingest([write(tmp_path / "late.jsonl", [late])], tmp_path / "ws")
    schema = json.dumps(SCHEMA, separators=(",", ":"))
    assert rows(workspace, "tools", "name", "schema") == [("look", schema)]
    assert contents(workspace) == contents(ingested(tmp_path / "once", [*early, late]))
