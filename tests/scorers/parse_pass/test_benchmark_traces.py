"""Traces of a public benchmark, where they are at hand: calls written as text, as labelled.

They are not part of the project. `MIDSPAN_TRACES` names their folder; without it they are looked
for in `../shared/traces`.
"""

import json
import os
from pathlib import Path
from typing import Final

import polars as pl
import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from midspan.scorers.parse_pass import Outputs, ParsePass

ROOT: Final = Path(__file__).parents[3]
TRACES: Final = Path(os.environ.get("MIDSPAN_TRACES", ROOT.parent / "shared" / "traces"))

pytestmark = pytest.mark.skipif(not TRACES.is_dir(), reason=f"no traces at {TRACES}")


def test_a_call_written_as_text_fails_and_nothing_else_does(tmp_path: Path) -> None:
    ingest([TRACES / "toolcall_repair.jsonl"], tmp_path / "ws")
    rows = ParsePass().score(Workspace(tmp_path / "ws").tables()).collect()
    truth = (TRACES / "toolcall_repair.truth.jsonl").read_text().splitlines()
    labelled = {
        each["trace_id"]
        for each in map(json.loads, truth)
        if each["gold"] and each["gold"].get("type") == "tool_call"
    }
    steps = rows.filter(name="call_parse")
    assert set(steps["label"]) == {"text_form"}
    assert set(steps["trace_id"]) == labelled


@pytest.mark.parametrize("name", ["taubench_airline_gpt4o", "agentrx", "livemcpbench"])
def test_outputs_of_good_models_do_not_collapse(tmp_path: Path, name: str) -> None:
    ingest([TRACES / f"{name}.jsonl"], tmp_path / "ws")
    rows = Outputs().score(Workspace(tmp_path / "ws").tables()).collect()
    steps = rows.filter(pl.col("span_id").is_not_null())
    assert steps.select("name", "explanation").rows() == []
