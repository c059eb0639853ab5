"""Rebuilt spans of any dialect show in the real servers as they should."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from tests.support.as_written import SERVERS, send_to
from tests.support.recordings import FOLDER
from tests.support.republished import pieces

GOLDEN = "golden run"
# None that another test sends: Phoenix knows a span id only once.
FOREIGN = (
    "openai-agents__openinference",
    "langgraph__openllmetry-0.47",
    "openai-agents__openllmetry",
    "pydantic-ai__logfire",
)


@pytest.fixture(params=[GOLDEN, *FOREIGN])
def published(
    request: pytest.FixtureRequest, servers: Any, golden_run: Any, tmp_path: Path
) -> tuple[str, Workspace]:
    """A project that both servers have, and the workspace it was made from."""
    files = [FOLDER / f"{request.param}.otlp.jsonl"]
    if request.param == GOLDEN:
        files = [golden_run(0x4F00000, experiment="golden")]
    ingest(files, tmp_path / "ws")
    workspace, project = Workspace(tmp_path / "ws"), f"rebuilt {request.param}"
    for name in SERVERS:
        count = send_to(name, getattr(servers, name), pieces(workspace, project))
        assert (count.stored, count.left) == (count.asked, {})
    return project, workspace


def messages_told(workspace: Workspace) -> dict[str, int]:
    """How many messages a chat shows of what each model call was told; results one by one."""
    counts = pl.col("kind") == "llm", pl.col("duplicate_of").is_null()
    rows = workspace.table("spans").filter(*counts)
    text = rows.join(workspace.table("text"), on=["run_id", "trace_id", "span_id"]).collect()
    return {
        span_id: sum(shown_apart(message) for message in json.loads(told))
        for span_id, told in text.select("span_id", "input").iter_rows()
    }


def shown_apart(message: dict[str, Any]) -> int:
    results = [part for part in message["parts"] if part["type"] == "tool_call_response"]
    return len(results) + (len(results) < len(message["parts"]) or not results)


def test_every_dialect_shows_as_it_should(
    published: tuple[str, Workspace], phoenix: Any, mlflow: Any
) -> None:
    project, workspace = published
    spans = workspace.table("spans").filter(pl.col("duplicate_of").is_null()).collect()
    [run] = workspace.table("runs").filter(pl.col("llm_calls") > 0).collect().rows(named=True)

    of_phoenix = {span["context"]["span_id"]: span for span in phoenix.spans(project)}
    kinds = {"llm": "LLM", "tool": "TOOL", "agent": "AGENT", "chain": "CHAIN"}
    for row in spans.iter_rows(named=True):
        shown = of_phoenix[row["span_id"]]
        assert shown["span_kind"] == kinds.get(row["kind"], "UNKNOWN")
        assert shown["status_code"] == ("ERROR" if row["status"] == "error" else "OK")
        raised = {event["name"] for event in shown["events"]}
        assert ("exception" in raised) or row["status"] != "error"
        if row["kind"] == "llm" and row["input_tokens"] is not None:
            assert shown["attributes"]["llm.token_count.prompt"] == row["input_tokens"]
    for span_id, told in messages_told(workspace).items():
        shown = of_phoenix[span_id]["attributes"]
        roles = [name for name in shown if name.startswith("llm.input_messages.")]
        assert len({name.split(".")[2] for name in roles}) == told
        assert any(name.startswith("llm.output_messages.0.") for name in shown)

    [trace] = mlflow.search(project, "span.type = 'TOOL'")
    assert trace["trace_id"] == f"tr-{run['trace_ids'][0]}"
    usage = json.loads(trace["trace_metadata"]["mlflow.trace.tokenUsage"])
    assert usage["input_tokens"] == run["input_tokens"]
    assert usage["output_tokens"] == run["output_tokens"]
    assert usage.get("cache_read_input_tokens", 0) == spans["cache_read_tokens"].sum()
    of_mlflow = mlflow.spans(trace["trace_id"])
    chats = [span for span in of_mlflow if span["attributes"]["mlflow.spanType"] == "CHAT_MODEL"]
    assert len(chats) == run["llm_calls"]
    for chat in chats:
        told = chat["attributes"]["mlflow.spanInputs"]
        assert all({"role", "parts"} <= set(message) for message in told)
        assert {part["type"] for message in told for part in message["parts"]} <= {
            "text",
            "tool_call",
            "tool_call_response",
        }
    tools = [span for span in of_mlflow if span["attributes"]["mlflow.spanType"] == "TOOL"]
    good = [tool for tool in tools if tool["status"]["code"] == "STATUS_CODE_OK"]
    counted = spans.filter(kind="tool")
    assert len(tools) == counted.height > 0
    assert len(good) == counted.filter(pl.col("status") != "error").height
    shown_as = {span["attributes"].get("gen_ai.tool.name") for span in tools}
    assert None not in shown_as


def test_a_large_text_is_cut_and_says_so(
    servers: Any, golden_run: Any, tmp_path: Path, phoenix: Any, mlflow: Any
) -> None:
    file = golden_run(0x4F00001)
    file.write_text(file.read_text().replace("Use the tools.", "x" * 3_000_000))
    ingest([file], tmp_path / "ws")
    sent = pieces(Workspace(tmp_path / "ws"), "large")

    for name in SERVERS:
        assert send_to(name, getattr(servers, name), sent).left == {}

    chat = next(span for span in phoenix.spans("large") if span["span_kind"] == "LLM")
    system = chat["attributes"]["llm.input_messages.0.message.content"]
    assert system.endswith("x … [1951424 characters more, left out by midspan]")
    assert chat["attributes"]["midspan.cut"] == ["gen_ai.input.messages"]
    [trace] = mlflow.search("large")
    [first, _] = [
        span for span in mlflow.spans(trace["trace_id"]) if span["name"] == "chat gpt-4.1-mini"
    ]
    assert len(first["attributes"]["mlflow.spanInputs"][0]["parts"][0]["content"]) < 1_100_000
