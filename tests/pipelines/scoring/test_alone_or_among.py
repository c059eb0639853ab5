"""A run has the same scores to the last digit, whether it is scored alone or among others."""

import json
from pathlib import Path
from typing import Any

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from tests.support.otlp import Json, Story, call, write
from tests.support.workspaces import rows

RUNS = 12


def run_id(number: int) -> str:
    return f"{number:032x}"


def spans(number: int) -> list[Json]:
    """A run that fails several times before it succeeds, at times that are not round."""
    story = Story(trace=number, first_span=number * 100, run_id=run_id(number), task="price")
    with story.agent(input="How much?", output="Done."):
        for attempt in range(2 + number % 4):
            story.llm(call("lookup", {"order": 7}))
            error = "ValueError: no such order" if attempt <= number % 3 else None
            story.tool("lookup", {"order": 7}, error=error)
            story.llm(call("lookup", {"order": "ORD-7"}))
            story.tool("lookup", {"order": "ORD-7"})
    for place, span in enumerate(story.spans):
        for name, odd in (("startTimeUnixNano", 7919), ("endTimeUnixNano", 104_729)):
            span[name] = str(int(span[name]) + place * number * odd)
    return story.spans


def written(folder: Path, *numbers: int) -> Path:
    for number in numbers:
        write(folder / f"{run_id(number)}-0.otlp.jsonl", spans(number))
        record: dict[str, Any] = {"run_id": run_id(number), "launch": 0, "ended_by": "exit"}
        record |= {"checks": [{"id": "amount", "kind": "json", "passed": True}], "exit_code": 0}
        (folder / f"{run_id(number)}-0.result.json").write_text(json.dumps(record))
    return folder


def scores(folder: Path, *numbers: int) -> set[str]:
    ingest([written(folder / "spool", *numbers)], folder / "ws")
    workspace = Workspace(folder / "ws")
    workspace.score()
    return set(map(repr, rows(workspace, "scores")))


def test_scores_are_the_same_to_the_last_digit(tmp_path: Path) -> None:
    together = scores(tmp_path / "together", *range(1, RUNS + 1))
    alone = [scores(tmp_path / str(number), number) for number in range(1, RUNS + 1)]

    assert set().union(*alone) == together
    for name in ("gamma_reward", "seconds_model", "seconds_to_recovery", "wasted_tokens"):
        assert any(f"'{name}'" in row for row in together), name
