from collections.abc import Callable
from typing import Any

from google.adk.evaluation.eval_case import (  # type: ignore[import-untyped]
    IntermediateData,
    Invocation,
)
from google.adk.evaluation.eval_metrics import (  # type: ignore[import-untyped]
    EvalMetric,
    ToolTrajectoryCriterion,
)
from google.adk.evaluation.trajectory_evaluator import (  # type: ignore[import-untyped]
    TrajectoryEvaluator,
)
from google.genai.types import Content, FunctionCall, Part  # type: ignore[import-untyped]


def judges() -> dict[str, Callable[[Any], float]]:
    return {
        f"adk.{way.lower()}{'.ignore' if ignore else ''}": over(way, ignore)
        for way in ("EXACT", "IN_ORDER", "ANY_ORDER")
        for ignore in (False, True)
    }


def over(way: str, ignore: bool) -> Callable[[Any], float]:
    criterion = ToolTrajectoryCriterion(threshold=0.5, match_type=way, ignore_args=ignore)
    evaluator = TrajectoryEvaluator(eval_metric=EvalMetric(metric_name="t", criterion=criterion))

    def judge(case: Any) -> float:
        sides = [[invocation(case["made"])], [invocation(case["wanted"])]]
        return float(evaluator.evaluate_invocations(*sides).overall_score)

    return judge


def invocation(calls: list[dict[str, Any]]) -> Any:
    return Invocation(
        user_content=Content(parts=[Part(text="go")]),
        intermediate_data=IntermediateData(
            tool_uses=[FunctionCall(name=call["name"], args=call["arguments"]) for call in calls]
        ),
    )
