"""The tasks of runs as a Phoenix dataset, to which tasks are added and of which none is taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from midspan.pipelines.publish.phoenix.api import Phoenix
from midspan.pipelines.workspace import Workspace
from midspan.scorers.suite import Suite, Task

EXAMPLES: Final = "dataset_examples"


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A dataset at the version that experiments are pinned to, and its examples by task."""

    id: str
    version: str
    examples: Mapping[str, str]
    """Phoenix's ids of the examples."""


def ensure_dataset(phoenix: Phoenix, name: str, tasks: Mapping[str, Mapping[str, Any]]) -> Dataset:
    """Return the dataset of that name, which has all of these tasks now.

    What it has beside them stays: Phoenix would delete it if the dataset were made anew.
    """
    body = {
        "name": name,
        "action": "append",
        "inputs": [task["input"] for task in tasks.values()],
        "outputs": [task["output"] for task in tasks.values()],
        "metadata": [task["metadata"] for task in tasks.values()],
        "example_ids": list(tasks),
    }
    made = phoenix.made("/v1/datasets/upload", body, sync="true")
    number, version = made["dataset_id"], made["version_id"]
    found = phoenix.get(f"/v1/datasets/{number}/examples", version_id=version)["data"]
    examples = {row["id"]: row["node_id"] for row in found["examples"]}
    return Dataset(id=number, version=version, examples={task: examples[task] for task in tasks})


def examples_of(
    runs: pl.DataFrame, prompts: Mapping[str, str], suite: Suite | None
) -> dict[str, dict[str, Any]]:
    """Return an example for each task that some runs are of, in the order of their names.

    What a task asks is taken from the suite, else from the first run of it.
    """
    of_suite = {task.id: task for task in suite.tasks} if suite else {}
    sets = dict(runs.select("task", pl.col("set").cast(pl.String)).drop_nulls().iter_rows())
    return {
        task: _example(task, prompts.get(task), sets.get(task), of_suite.get(task))
        for task in sorted(set(runs["task"]))
    }


def prompts_of(workspace: Workspace, runs: pl.DataFrame) -> dict[str, str]:
    """Return what the first run of each task was asked: the input of its first span."""
    first = (
        runs.filter(pl.col("root_span_id").is_not_null())
        .sort("start_ns", "run_id")
        .unique("task", keep="first", maintain_order=True)
        .select("run_id", "task", span_id="root_span_id")
    )
    inputs = workspace.table("text").select("run_id", "span_id", "input")
    found = first.lazy().join(inputs, on=("run_id", "span_id")).collect()
    return {task: told for task, told in found.select("task", "input").iter_rows() if told}


def _example(
    name: str, prompt: str | None, in_set: str | None, task: Task | None
) -> dict[str, Any]:
    asked = task.prompt if task is not None else prompt
    output: dict[str, Any] = {}
    metadata: dict[str, Any] = {"task": name}
    if in_set is not None:
        metadata["set"] = in_set
    if task is not None:
        metadata |= {"set": task.set, "tags": list(task.tags)}
        output["checks"] = [each.model_dump(mode="json", exclude_none=True) for each in task.checks]
        if task.expected_calls is not None:
            output["expected_calls"] = task.expected_calls.model_dump(
                mode="json", exclude_none=True
            )
    return {
        "input": {"task": name} | ({"prompt": asked} if asked is not None else {}),
        "output": output,
        "metadata": metadata,
    }
