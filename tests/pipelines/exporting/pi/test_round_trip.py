"""Runs of every recorded framework, exported as sessions and read back: the same runs and calls."""

from pathlib import Path
from typing import Final

import polars as pl
import pytest

from midspan.pipelines.exporting.sessions import write_sessions
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from tests.support.recordings import NAMES, read

RUNS: Final = (
    *("run_id", "experiment", "task", "model", "harness", "status", "turns", "llm_calls", "calls"),
    *("input_tokens", "cache_read_tokens", "output_tokens", "reasoning_tokens", "answer"),
)
CALLS: Final = (
    *("run_id", "turn", "name", "arguments", "emitted", "executed", "failed", "fault"),
    *("json_valid", "schema_valid", "translated"),
)

NOT_KEPT: Final = {
    ("openai-sdk__openinference.hide", "calls"): "a session cannot say that content was left out",
    ("openai-sdk__otel-genai-openai.nocontent", "calls"): "the same",
    ("smolagents-code__openinference", "schema_valid"): "only requests say which tools there are",
}
"""What the format has no place for, by recording and column."""

NO_MODEL: Final = {"langgraph__openllmetry", "openai-agents__otel-genai-openai-agents"}
"""Recordings with a run in which no call of a model was recorded: it is left out, and said."""


@pytest.mark.parametrize("name", NAMES)
def test_runs_and_calls_are_the_same(name: str, tmp_path: Path) -> None:
    read(name, tmp_path / "recorded")
    recorded = Workspace(tmp_path / "recorded")
    written = write_sessions(recorded, tmp_path / "sessions")
    left_out = {"no call of a model was recorded"} if name in NO_MODEL else set()
    assert set(written.left_out.values()) == left_out
    assert written.redacted == {}
    if not written.files:
        return
    ingest([tmp_path / "sessions"], tmp_path / "again")
    again = Workspace(tmp_path / "again")
    assert again.table("quarantine").collect().is_empty()
    kept = ~pl.col("run_id").is_in(list(written.left_out))
    for table, columns in (("runs", RUNS), ("calls", CALLS)):
        before = recorded.table(table).filter(kept).select(columns).sort(columns[:4]).collect()
        after = again.table(table).select(columns).sort(columns[:4]).collect()
        assert after.height == before.height
        for column in columns:
            same = after[column].to_list() == before[column].to_list()
            assert same is ((name, column) not in NOT_KEPT), column
