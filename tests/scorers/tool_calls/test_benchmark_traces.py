"""Expected calls of public benchmarks, where they are at hand: verdicts as their authors give them.

They are not part of the project. `MIDSPAN_TRACES` names their folder; without it they are looked
for in `../shared/traces`.
"""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import polars as pl
import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from midspan.scorers.setting import Setting
from midspan.scorers.suite import ExpectedCalls
from midspan.scorers.tables import Tables
from midspan.scorers.tool_calls import CallsExpected

ROOT: Final = Path(__file__).parents[3]
TRACES: Final = Path(os.environ.get("MIDSPAN_TRACES", ROOT.parent / "shared" / "traces"))

pytestmark = pytest.mark.skipif(not TRACES.is_dir(), reason=f"no traces at {TRACES}")

CHANGES: Final = ["book_*", "cancel_*", "update_*", "send_*", "modify_*", "exchange_*", "return_*"]


def read(name: str, directory: Path) -> tuple[Tables, list[dict[str, Any]]]:
    """The tables of a set of traces, each run a task of its own, and what its authors say."""
    ingest([TRACES / f"{name}.jsonl"], directory / "ws")
    tables = Workspace(directory / "ws").tables()
    truth = (TRACES / f"{name}.truth.jsonl").read_text().splitlines()
    runs = tables.runs.with_columns(task=pl.col("trace_ids").list.first())
    return replace(tables, runs=runs), [json.loads(line) for line in truth]


def verdicts(tables: Tables, expected: dict[str, ExpectedCalls]) -> dict[str, float]:
    """Whether the calls of each trace match."""
    judged = replace(tables, setting=Setting.of(expectations=expected))
    rows = CallsExpected().score(judged).filter(pl.col("name") == "calls_match")
    with_task = rows.join(judged.runs.select("run_id", "task"), on="run_id").collect()
    assert with_task["status"].to_list() == ["ok"] * len(expected)
    return dict(with_task.select("task", "value").iter_rows())


def calls(actions: list[dict[str, Any]], arguments: str) -> list[dict[str, Any]]:
    return [{"name": one["name"], "arguments": one[arguments]} for one in actions]


def test_state_changing_calls_agree_with_the_verdict_of_the_database(tmp_path: Path) -> None:
    tables, truth = read("taubench_airline_gpt4o", tmp_path)
    found = verdicts(
        tables,
        {
            one["trace_id"]: ExpectedCalls.model_validate(
                {
                    "mode": "unordered",
                    "scope": "state_changing",
                    "state_changing": CHANGES,
                    "lists": "multiset",
                    "calls": calls(one["expected_actions"], "kwargs"),
                }
            )
            for one in truth
        },
    )
    assert found == {one["trace_id"]: one["r_actions"] for one in truth}
    assert {*found.values()} == {0.0, 1.0}


def test_a_call_written_as_text_or_none_as_labelled(tmp_path: Path) -> None:
    tables, truth = read("toolcall_repair", tmp_path)
    gold = {
        one["trace_id"]: [one["gold"]] if (one["gold"] or {}).get("type") == "tool_call" else []
        for one in truth
    }
    found = verdicts(
        tables,
        {
            trace: ExpectedCalls.model_validate(
                {"mode": "strict", "calls": calls(one, "arguments")}
            )
            for trace, one in gold.items()
        },
    )
    assert found == dict.fromkeys(gold, 1.0)
    assert {len(one) for one in gold.values()} == {0, 1}
