"""Runs in a peer's environment: prints the CPU seconds that it takes, and how many traces passed.

PYTHON benchmarks/peer_timing.py PEER FILE [FILE]
"""

import asyncio
import json
import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

ROUNDS = 3

Case = tuple[list[dict[str, Any]], list[dict[str, Any]]]
"""The calls made and the calls wanted."""


def langchain(cases: list[Case]) -> Callable[[], int]:
    """Return a strict match of prepared messages, by one evaluator."""
    os.environ["LANGSMITH_TRACING"] = "false"
    from agentevals.trajectory.match import create_trajectory_match_evaluator

    def messages(calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = [{"role": "user", "content": "go"}]
        for number, call in enumerate(calls):
            function = {"name": call["name"], "arguments": json.dumps(call["arguments"])}
            asked = [{"id": f"c{number}", "type": "function", "function": function}]
            found.append({"role": "assistant", "content": "", "tool_calls": asked})
            found.append({"role": "tool", "tool_call_id": f"c{number}", "content": "done"})
        return found

    prepared = [(messages(made), messages(wanted)) for made, wanted in cases]
    evaluator = create_trajectory_match_evaluator(trajectory_match_mode="strict")
    return lambda: sum(
        bool(evaluator(outputs=made, reference_outputs=wanted)["score"])
        for made, wanted in prepared
    )


def deepeval(cases: list[Case]) -> Callable[[], int]:
    """Return ToolCorrectness with arguments of prepared test cases, by one metric."""
    os.environ.update(DEEPEVAL_TELEMETRY_OPT_OUT="YES", DEEPEVAL_UPDATE_WARNING_OPT_IN="0")
    from deepeval.metrics import ToolCorrectnessMetric
    from deepeval.models import DeepEvalBaseLLM
    from deepeval.test_case import LLMTestCase, ToolCall, ToolCallParams

    class NoModel(DeepEvalBaseLLM):
        def load_model(self) -> Any:
            return self

        def generate(self, *arguments: Any, **more: Any) -> str:
            return ""

        async def a_generate(self, *arguments: Any, **more: Any) -> str:
            return ""

        def get_model_name(self) -> str:
            return "none"

    def calls(rows: list[dict[str, Any]]) -> list[Any]:
        return [ToolCall(name=row["name"], input_parameters=row["arguments"]) for row in rows]

    prepared = [
        LLMTestCase(input="", actual_output="", tools_called=calls(made), expected_tools=calls(w))
        for made, w in cases
    ]
    metric = ToolCorrectnessMetric(
        model=NoModel(),
        include_reason=False,
        async_mode=False,
        should_exact_match=True,
        evaluation_params=[ToolCallParams.INPUT_PARAMETERS],
    )
    return lambda: sum(metric.measure(case, _show_indicator=False) == 1 for case in prepared)


def pydantic_evals(cases: list[Case]) -> Callable[[], int]:
    """Return its evaluators of tools over prepared span trees."""
    from datetime import UTC, datetime, timedelta

    from pydantic_evals.evaluators import (
        EvaluatorContext,
        MaxToolCalls,
        ToolCorrectness,
        TrajectoryMatch,
    )
    from pydantic_evals.otel.span_tree import SpanNode, SpanTree

    start = datetime(2026, 1, 1, tzinfo=UTC)

    def context(made: list[dict[str, Any]]) -> Any:
        tree = SpanTree()
        tree.add_spans(
            [
                SpanNode(
                    name=f"execute_tool {call['name']}",
                    trace_id=1,
                    span_id=number + 1,
                    parent_span_id=None,
                    start_timestamp=start + timedelta(seconds=number),
                    end_timestamp=start + timedelta(seconds=number + 1),
                    attributes={"gen_ai.tool.name": call["name"]},
                    status="ok",
                )
                for number, call in enumerate(made)
            ]
        )
        unused = {"inputs": None, "metadata": None, "expected_output": None, "output": None}
        return EvaluatorContext(
            name="", duration=0.0, _span_tree=tree, attributes={}, metrics={}, **unused
        )

    prepared = [(context(made), [call["name"] for call in wanted]) for made, wanted in cases]

    def judged(context: Any, names: list[str]) -> bool:
        exact = TrajectoryMatch(expected_trajectory=names, order="exact").evaluate(context)
        TrajectoryMatch(expected_trajectory=names, order="in_order").evaluate(context)
        ToolCorrectness(expected_tools=names).evaluate(context)
        MaxToolCalls(max_calls=50).evaluate(context)
        return bool(exact.value == 1)

    return lambda: sum(judged(context, names) for context, names in prepared)


def agentevals_cli(traces: str, cases: str) -> Callable[[], int]:
    """Return a tool trajectory score from files, without the start of its command."""
    logging.disable(logging.WARNING)
    from agentevals.adk_bridge import load_eval_set
    from agentevals.config import BuiltinMetricDef, EvalRunConfig
    from agentevals.loader import load_traces
    from agentevals.runner import run_evaluation_from_traces

    metric = BuiltinMetricDef(name="tool_trajectory_avg_score")
    config = EvalRunConfig(trace_files=[traces], eval_set_file=None, evaluators=[metric])

    def judged() -> int:
        found = run_evaluation_from_traces(
            load_traces(traces), config, eval_set=load_eval_set(cases)
        )
        results = asyncio.run(found).trace_results
        return sum(result.metric_results[0].score == 1 for result in results)

    return judged


def main(peer: str, *files: str) -> None:
    """Print what it takes, and what came of it."""
    if peer == "agentevals_cli":
        judge = agentevals_cli(*files)
    else:
        judge = globals()[peer](json.loads(Path(files[0]).read_text()))
    passed, taken = 0, []
    for _ in range(ROUNDS):
        start = time.process_time()
        passed = judge()
        taken.append(time.process_time() - start)
    print(json.dumps({"seconds": median(taken), "passed": passed}))


if __name__ == "__main__":
    main(*sys.argv[1:])
