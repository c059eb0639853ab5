"""Traces of public benchmarks, where they are at hand: calls and failures as their authors say.

They are not part of the project. `MIDSPAN_TRACES` names their folder; without it they are looked
for in `../shared/traces`.
"""

import json
import os
from pathlib import Path
from typing import Any, Final

import polars as pl
import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace

ROOT: Final = Path(__file__).parents[3]
TRACES: Final = Path(os.environ.get("MIDSPAN_TRACES", ROOT.parent / "shared" / "traces"))

pytestmark = pytest.mark.skipif(not TRACES.is_dir(), reason=f"no traces at {TRACES}")


def read(name: str, directory: Path) -> tuple[pl.DataFrame, list[dict[str, Any]]]:
    """The calls of a set of traces, and what its authors say of them."""
    ingest([TRACES / f"{name}.jsonl"], directory / "ws")
    truth = (TRACES / f"{name}.truth.jsonl").read_text().splitlines()
    return Workspace(directory / "ws").table("calls").collect(), [json.loads(x) for x in truth]


def test_failed_calls_are_those_the_environment_refused(tmp_path: Path) -> None:
    calls, truth = read("taubench_airline_gpt4o", tmp_path)
    assert failed(calls) == {(t["trace_id"], s) for t in truth for s in t["env_error_tool_spans"]}
    assert failed(calls)


def test_failures_that_a_dispatcher_hands_on_as_text(tmp_path: Path) -> None:
    calls, truth = read("livemcpbench", tmp_path)
    # The benchmark names the calls that the dispatcher itself refused. What its servers refused
    # stands in the printed results of calls that went well for the dispatcher.
    named = {(t["trace_id"], s) for t in truth for s in t["mcp_error_tool_spans"]}
    assert named
    assert failed(calls) > named
    rules = calls.filter("failed").group_by("fault_rule").len().sort("fault_rule").rows()
    assert rules == [
        ("execution.error/span", 2),
        ("hidden.error/error", 12),
        ("hidden.error/failed_to", 2),
        ("hidden.error/flag", 5),
        ("hidden.error/status", 1),
        ("model.bad_arguments/validation", 11),
    ]


def failed(calls: pl.DataFrame) -> set[tuple[str, str]]:
    return set(calls.filter("failed").select("trace_id", "span_id").iter_rows())


def test_a_call_written_as_text_or_none_as_labelled(tmp_path: Path) -> None:
    calls, truth = read("toolcall_repair", tmp_path)
    found = {
        trace: (name, arguments)
        for trace, name, arguments in calls.select("trace_id", "name", "arguments").iter_rows()
    }
    labelled = {
        each["trace_id"]: each["gold"]["name"]
        for each in truth
        if each["gold"] and each["gold"].get("type") == "tool_call"
    }
    assert {trace: name for trace, (name, _) in found.items()} == labelled
