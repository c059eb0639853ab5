"""Whole runs: scripted model, real HTTP, real tools, spans and results in a spool."""

import json
import re
from collections import Counter
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from midspan.pipelines.demo.behaviours import SCRIPTED, Chance, Problem, Reply, Talk
from midspan.pipelines.demo.models import Models
from midspan.pipelines.demo.runner import DemoResult, run_demo
from midspan.pipelines.demo.tasks import lay_out
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.records import PlannedRun, ResultRecord, read_plan, read_result
from midspan.pipelines.sweep.plan import planned_sweep
from midspan.pipelines.sweep.revisions import resolver
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput

TASKS = ["price-in-yen", "count-errors"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoResult:
    return run_demo(tmp_path_factory.mktemp("demo"), tasks=TASKS)


def spans_of(demo: DemoResult, run: PlannedRun) -> list[dict[str, Any]]:
    """Return the spans of a run in the order in which they started."""
    lines = (demo.spool / f"{run.run_id}-0.otlp.jsonl").read_text().splitlines()
    spans = [
        span
        for line in lines
        for resource in json.loads(line)["resourceSpans"]
        for scope in resource["scopeSpans"]
        for span in scope["spans"]
    ]
    return sorted(spans, key=lambda span: int(span["startTimeUnixNano"]))


def attributes(span: dict[str, Any]) -> dict[str, Any]:
    return {item["key"]: next(iter(item["value"].values())) for item in span["attributes"]}


def one(demo: DemoResult, task: str, model: str, revision: str, trial: int = 0) -> PlannedRun:
    (run,) = [
        run
        for run in demo.planned
        if (run.task, run.model, run.revision, run.trial)
        == (task, f"scripted/{model}", revision, trial)
    ]
    return run


def test_the_plan_is_the_matrix(tmp_path: Path) -> None:
    plan = planned_sweep(lay_out(tmp_path / "demo"), resolve=resolver())
    planned = [run.planned for run in plan.runs]
    assert len({run.run_id for run in planned}) == 144
    axes = {
        axis: Counter(getattr(run, axis) for run in planned)
        for axis in ("model", "revision", "trial", "set", "harness", "tier", "experiment")
    }
    assert axes == {
        "model": {"scripted/careful": 48, "scripted/sloppy": 48, "scripted/stuck": 48},
        "revision": {"v1": 72, "v2": 72},
        "trial": {0: 72, 1: 72},
        "set": {"regression": 60, "capability": 84},
        "harness": {f"midspan-demo@{version('midspan')}": 144},
        "tier": {"clone": 144},
        "experiment": {"midspan-demo": 144},
    }


def test_every_planned_run_leaves_spans_and_one_result(demo: DemoResult) -> None:
    planned = list(read_plan(demo.spool / "plan.jsonl"))
    assert [run for run in planned if run.task in TASKS] == list(demo.planned)
    assert len(planned) == 144
    assert len(demo.planned) == len(demo.results) == 24
    names = {
        f"{run.run_id}-0.{end}" for run in demo.planned for end in ("otlp.jsonl", "result.json")
    }
    assert {path.name for path in demo.spool.iterdir()} == names | {"plan.jsonl"}
    for run in demo.planned:
        result = read_result(demo.spool / f"{run.run_id}-0.result.json")
        assert result == demo.results[run.run_id]
        assert (result.spans_written, result.spans_lost) == (len(spans_of(demo, run)), 0)
        assert None not in [check.passed for check in result.checks]


def test_a_careful_run_step_by_step(demo: DemoResult) -> None:
    run = one(demo, "price-in-yen", "careful", "v1")
    spans = spans_of(demo, run)
    ok, error = {"code": 1}, {"code": 2, "message": "ServiceTimeoutError: rate service timed out"}
    assert [(span["name"], span["status"]) for span in spans] == [
        ("invoke_agent shop-agent", ok),
        ("chat scripted/careful", ok),
        ("execute_tool lookup_order", ok),
        ("chat scripted/careful", ok),
        ("execute_tool convert_currency", error),
        ("chat scripted/careful", ok),
        ("execute_tool convert_currency", ok),
        ("chat scripted/careful", ok),
    ]
    root, *steps = spans
    assert {span["parentSpanId"] for span in steps} == {root["spanId"]}
    for span in spans:
        context = {key: value for key, value in attributes(span).items() if "midspan." in key}
        assert context["midspan.run.id"] == run.run_id
        assert (context["midspan.task"], context["midspan.trial"]) == ("price-in-yen", "0")
    assert attributes(root)["output.value"] == "19072"
    assert attributes(steps[1])["gen_ai.tool.call.arguments"] == '{"order_id": "ORD-1077"}'
    cached = [
        attributes(span)["gen_ai.usage.cache_read.input_tokens"]
        for span in steps
        if span["name"].startswith("chat")
    ]
    assert cached == sorted(cached, key=int)
    assert (int(cached[0]), int(cached[-1]) > 0) == (0, True)


def test_the_result_record_says_how_a_run_ended(demo: DemoResult) -> None:
    careful = demo.results[one(demo, "price-in-yen", "careful", "v1").run_id]
    assert (careful.ended_by, careful.exit_code, careful.answer) == ("exit", 0, "19072")
    assert [(check.id, check.passed) for check in careful.checks] == [("amount", True)]
    assert careful.harness is not None
    harness = careful.harness
    assert (harness.name, harness.retry_budget, harness.max_turns) == ("midspan-demo", 3, 12)
    stuck = [
        (run, demo.results[run.run_id])
        for run in demo.planned
        if demo.results[run.run_id].ended_by == "budget"
    ]
    assert {run.model for run, _ in stuck} == {"scripted/stuck"}
    for run, result in stuck:
        assert (result.budget, result.exit_code, result.answer) == ("turns", 0, None)
        root, *steps = spans_of(demo, run)
        assert root["status"] == {
            "code": 2,
            "message": "MaxTurnsExceeded: no answer after 12 turns",
        }
        chats = [span for span in steps if span["name"].startswith("chat")]
        assert len([span for span in chats if span["status"] == {"code": 1}]) == 12


def test_helpful_errors_help_the_sloppy_model_and_nobody_else(tmp_path: Path) -> None:
    demo = run_demo(tmp_path / "demo")
    successes = Counter(
        (run.model, run.revision)
        for run in demo.planned
        if all(check.passed for check in demo.results[run.run_id].checks)
    )
    assert successes == {
        ("scripted/careful", "v1"): 24,
        ("scripted/careful", "v2"): 24,
        ("scripted/sloppy", "v1"): 8,
        ("scripted/sloppy", "v2"): 21,
        ("scripted/stuck", "v1"): 3,
        ("scripted/stuck", "v2"): 3,
    }


def test_the_same_seed_makes_the_same_runs(demo: DemoResult, tmp_path: Path) -> None:
    again = run_demo(tmp_path / "again", tasks=TASKS, workers=1)
    other = run_demo(tmp_path / "other", tasks=TASKS, seed=1)
    assert told(again) == told(demo)
    assert told(other) != told(demo)
    assert [run.run_id for run in other.planned] == [run.run_id for run in demo.planned]


def told(demo: DemoResult) -> list[Any]:
    """Return all that was recorded, less times, trace and span ids, and the server's port."""
    runs = []
    for run in demo.planned:
        record = json.loads((demo.spool / f"{run.run_id}-0.result.json").read_text())
        record["started_ns"] = record["ended_ns"] = record["serve"] = None
        steps = [(span["name"], span["status"], attributes(span)) for span in spans_of(demo, run)]
        runs.append((record, steps))
    return runs


def test_an_agent_that_fails_leaves_its_result_too(tmp_path: Path) -> None:
    def broken(problem: Problem, chance: Chance) -> Talk:
        if problem.tools:
            raise RuntimeError("the weights are gone")
        yield Reply()

    models = Models(behaviours={**SCRIPTED, "scripted/careful": broken})
    demo = run_demo(tmp_path / "demo", tasks=["order-status"], models=models)
    run = one(demo, "order-status", "careful", "v1")
    result = demo.results[run.run_id]
    assert (result.ended_by, result.exit_code, result.answer) == ("exit", 1, None)
    assert [(check.id, check.passed) for check in result.checks] == [("status", False)]
    said = "The behaviour raised RuntimeError: the weights are gone"
    spans = spans_of(demo, run)
    assert [(span["name"], span["status"]["message"]) for span in spans] == [
        ("invoke_agent shop-agent", f"ModelUnavailableError: 500: {said}"),
        *[("chat scripted/careful", f"server_error: {said}")] * 3,
    ]
    assert [attributes(span)["http.response.status_code"] for span in spans[1:]] == ["500"] * 3


def test_an_overloaded_server_costs_a_second_request(tmp_path: Path) -> None:
    models = Models(overloaded=1.0)
    demo = run_demo(tmp_path / "demo", tasks=["order-status"], models=models)
    run = one(demo, "order-status", "careful", "v1")
    assert demo.results[run.run_id].answer == "open"
    refused = "server_error: The server is overloaded, try again."
    assert [
        span["status"].get("message")
        for span in spans_of(demo, run)
        if span["name"].startswith("chat")
    ] == [refused, None, refused, None]
    ingest([demo.spool], tmp_path / "workspace")
    workspace = Workspace(tmp_path / "workspace")
    of_run = pl.col("run_id") == run.run_id
    asked = workspace.table("spans").filter(of_run, pl.col("kind") == "llm").collect()
    first, _, second, _ = asked["span_id"]
    assert asked["turn"].to_list() == [0, 0, 1, 1]
    assert asked["retry_of"].to_list() == [None, first, None, second]
    assert asked["http_status"].to_list() == [503, None, 503, None]
    said = workspace.table("text").filter(pl.col("span_id") == first).collect().row(0, named=True)
    assert (said["text"], said["output"]) == (None, None)
    assert said["error_message"] == "The server is overloaded, try again."
    (row,) = workspace.table("runs").filter(of_run).collect().iter_rows(named=True)
    assert (row["turns"], row["llm_calls"]) == (2, 4)
    assert row["output_tokens"] is not None


def test_progress_is_told_of_each_run(tmp_path: Path) -> None:
    seen: list[str] = []
    demo = run_demo(
        tmp_path / "demo",
        tasks=["order-status"],
        workers=1,
        progress=lambda run, result: seen.append(run.run_id),
    )
    assert sorted(seen) == sorted(run.run_id for run in demo.planned)


@pytest.mark.parametrize(
    ("prepare", "tasks", "message"),
    [
        (
            lambda directory: (directory / "suite").mkdir(),
            None,
            r"demo is not empty: it holds an earlier demo\nRemove it, or name another: ",
        ),
        (lambda directory: None, ["refund"], r"suite.yaml has no task 'refund'\nTasks: price-in"),
    ],
)
def test_what_cannot_be_run_is_said(
    tmp_path: Path, prepare: Callable[[Path], object], tasks: list[str] | None, message: str
) -> None:
    directory = tmp_path / "demo"
    directory.mkdir()
    prepare(directory)
    with pytest.raises(InvalidInput) as caught:
        run_demo(directory, tasks=tasks)
    assert re.search(message, str(caught.value))
    assert not (directory / "spool").exists()


def test_a_demo_that_is_interrupted_begins_no_further_run(tmp_path: Path) -> None:
    def interrupt(run: PlannedRun, result: ResultRecord) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_demo(tmp_path / "demo", workers=1, progress=interrupt)
    results = list((tmp_path / "demo" / "spool").glob("*.result.json"))
    assert 1 <= len(results) < 144
    assert {read_result(path).exit_code for path in results} == {0}
