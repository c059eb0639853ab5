import asyncio
import os
from collections.abc import Callable
from typing import Any

os.environ["RAGAS_DO_NOT_TRACK"] = "true"

from ragas.dataset_schema import MultiTurnSample  # type: ignore[import-not-found]
from ragas.messages import AIMessage, HumanMessage, ToolCall  # type: ignore[import-not-found]
from ragas.metrics import ToolCallAccuracy, ToolCallF1  # type: ignore[import-not-found]


def judges() -> dict[str, Callable[[Any], float]]:
    return {
        "ragas.accuracy": over(ToolCallAccuracy()),
        "ragas.accuracy.any_order": over(ToolCallAccuracy(strict_order=False)),
        "ragas.f1": over(ToolCallF1()),
    }


def over(metric: Any) -> Callable[[Any], float]:
    loop = asyncio.new_event_loop()

    def judge(case: Any) -> float:
        conversation = [HumanMessage(content="go")]
        conversation += [AIMessage(content="", tool_calls=[call]) for call in calls(case["made"])]
        sample = MultiTurnSample(
            user_input=conversation, reference_tool_calls=calls(case["wanted"])
        )
        return float(loop.run_until_complete(metric.multi_turn_ascore(sample)))

    return judge


def calls(rows: list[dict[str, Any]]) -> list[Any]:
    return [ToolCall(name=row["name"], args=row["arguments"]) for row in rows]
