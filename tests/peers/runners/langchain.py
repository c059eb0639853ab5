import json
import os
from collections.abc import Callable
from typing import Any

os.environ["LANGSMITH_TRACING"] = "false"

from agentevals.trajectory.match import (  # type: ignore[import-not-found]
    create_trajectory_match_evaluator,
)

ARGUMENTS = ("exact", "ignore", "subset", "superset")


def judges() -> dict[str, Callable[[Any], float]]:
    return {
        f"langchain.{way}.{arguments}": over(way, arguments)
        for way in ("strict", "unordered", "superset", "subset")
        for arguments in ARGUMENTS
    }


def over(way: str, arguments: str) -> Callable[[Any], float]:
    evaluator = create_trajectory_match_evaluator(
        trajectory_match_mode=way, tool_args_match_mode=arguments
    )

    def judge(case: Any) -> float:
        outputs, reference = messages(case["made"]), messages(case["wanted"])
        return float(evaluator(outputs=outputs, reference_outputs=reference)["score"])

    return judge


def messages(calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A message for each call, and one for its result."""
    found: list[dict[str, Any]] = [{"role": "user", "content": "go"}]
    for number, call in enumerate(calls):
        function = {"name": call["name"], "arguments": json.dumps(call["arguments"])}
        tool_call = {"id": f"c{number}", "type": "function", "function": function}
        found.append({"role": "assistant", "content": "", "tool_calls": [tool_call]})
        found.append({"role": "tool", "tool_call_id": f"c{number}", "content": "done"})
    return found
