from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic_evals.evaluators import (  # type: ignore[import-not-found]
    EvaluatorContext,
    ToolCorrectness,
    TrajectoryMatch,
)
from pydantic_evals.otel.span_tree import SpanNode, SpanTree  # type: ignore[import-not-found]

START = datetime(2026, 1, 1, tzinfo=UTC)


def judges() -> dict[str, Callable[[Any], float]]:
    found: dict[str, Callable[[Any], float]] = {}
    for failed, suffix in ((False, ""), (True, ".with_failed")):
        for order in ("exact", "in_order", "any_order"):
            found[f"pydantic_evals.{order}{suffix}"] = trajectory(order, failed)
        for extra, name in ((False, "tools"), (True, "tools.allow_extra")):
            found[f"pydantic_evals.{name}{suffix}"] = tools(extra, failed)
    return found


def trajectory(order: str, failed: bool) -> Callable[[Any], float]:
    def judge(case: Any) -> float:
        evaluator = TrajectoryMatch(
            expected_trajectory=names(case), order=order, include_failed=failed
        )
        return float(evaluator.evaluate(context(case)).value)

    return judge


def tools(extra: bool, failed: bool) -> Callable[[Any], float]:
    def judge(case: Any) -> float:
        evaluator = ToolCorrectness(
            expected_tools=names(case), allow_extra=extra, include_failed=failed
        )
        return float(evaluator.evaluate(context(case)).value)

    return judge


def names(case: Any) -> list[str]:
    return [call["name"] for call in case["wanted"]]


def context(case: Any) -> Any:
    tree = SpanTree()
    tree.add_spans(
        [span(number, call) for number, call in enumerate(case["made"]) if call["executed"]]
    )
    return EvaluatorContext(
        name="case",
        inputs=None,
        metadata=None,
        expected_output=None,
        output=None,
        duration=0.0,
        _span_tree=tree,
        attributes={},
        metrics={},
    )


def span(number: int, call: dict[str, Any]) -> Any:
    return SpanNode(
        name=f"execute_tool {call['name']}",
        trace_id=1,
        span_id=number + 1,
        parent_span_id=None,
        start_timestamp=START + timedelta(seconds=number),
        end_timestamp=START + timedelta(seconds=number + 0.5),
        attributes={"gen_ai.tool.name": call["name"]},
        status="error" if call["errored"] else "ok",
    )
