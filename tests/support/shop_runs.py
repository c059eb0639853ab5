"""A small sweep, scored: two revisions, two tasks, two trials of each."""

from itertools import product
from pathlib import Path

from midspan.pipelines.workspace import Workspace
from tests.support.otlp import Json, Story, call
from tests.support.workspaces import ingested

REVISIONS = ("v1", "v2")
TASKS = ("price", "refund")
TRIALS = (0, 1)
STEPS = 5
RUNS = len(REVISIONS) * len(TASKS) * len(TRIALS)

RUNS_IN_ORDER = tuple(product(REVISIONS, TASKS, TRIALS))


def shop(directory: Path, *, experiment: str, number: int = 1) -> Workspace:
    """Return a scored workspace of 8 runs of 5 spans; `number` keeps its ids apart from others."""
    workspace = ingested(directory, shop_spans(experiment=experiment, number=number))
    workspace.score()
    return workspace


def shop_spans(*, experiment: str, number: int) -> list[Json]:
    """Return the spans of all runs, run by run.

    In v2 both calls go through. In v1 the first one fails, and of a refund the second one, too.
    """
    return [
        span
        for place, (revision, task, trial) in enumerate(RUNS_IN_ORDER)
        for span in run_spans(
            trace_of(number, place),
            experiment=experiment,
            revision=revision,
            task=task,
            trial=trial,
        )
    ]


def trace_of(number: int, place: int) -> int:
    """Return the trace id of a run, which is its run id as well."""
    return (number << 16) + place + 1


def run_spans(trace: int, *, experiment: str, revision: str, task: str, trial: int) -> list[Json]:
    """Return the five spans of one run, the agent's first."""
    story = Story(
        trace=trace,
        first_span=trace * 16 + 1,
        run_id=f"{trace:032x}",
        second=1_790_000_000 + trace % 1000,
        experiment=experiment,
        revision=revision,
        task=task,
        trial=trial,
        model="small",
        harness="loop@1",
    )
    failed = "ValueError: no such order" if revision == "v1" else None
    with story.agent(input=f"What about the {task}?", output="It is done."):
        story.llm(call("lookup", {"order": 7}))
        story.tool("lookup", {"order": 7}, error=failed)
        story.llm(call("lookup", {"order": "ORD-7"}))
        story.tool("lookup", {"order": "ORD-7"}, error=failed if task == "refund" else None)
    return story.spans
