import os
from collections.abc import Callable
from typing import Any

os.environ.update(DEEPEVAL_TELEMETRY_OPT_OUT="YES", DEEPEVAL_UPDATE_WARNING_OPT_IN="0")

from deepeval.metrics import ToolCorrectnessMetric  # type: ignore[import-not-found]
from deepeval.models import DeepEvalBaseLLM  # type: ignore[import-not-found]
from deepeval.test_case import (  # type: ignore[import-not-found]
    LLMTestCase,
    ToolCall,
    ToolCallParams,
)


class NoModel(DeepEvalBaseLLM):  # type: ignore[misc]
    """It is asked for on construction, and never used."""

    def load_model(self) -> Any:
        return self

    def generate(self, *arguments: Any, **more: Any) -> str:
        raise AssertionError("a model is asked")

    async def a_generate(self, *arguments: Any, **more: Any) -> str:
        raise AssertionError("a model is asked")

    def get_model_name(self) -> str:
        return "none"


def judges() -> dict[str, Callable[[Any], float]]:
    ways: dict[str, dict[str, Any]] = {
        "any_order": {},
        "in_order": {"should_consider_ordering": True},
        "exact": {"should_exact_match": True},
    }
    compared: dict[str, list[Any]] = {"": [], ".arguments": [ToolCallParams.INPUT_PARAMETERS]}
    return {
        f"deepeval.{way}{suffix}": over(evaluation_params=parameters, **options)
        for way, options in ways.items()
        for suffix, parameters in compared.items()
    }


def over(**options: Any) -> Callable[[Any], float]:
    metric = ToolCorrectnessMetric(
        model=NoModel(), include_reason=False, async_mode=False, **options
    )

    def judge(case: Any) -> float:
        test_case = LLMTestCase(
            input="go",
            actual_output="done",
            tools_called=calls(case["made"]),
            expected_tools=calls(case["wanted"]),
        )
        return float(metric.measure(test_case, _show_indicator=False))

    return judge


def calls(rows: list[dict[str, Any]]) -> list[Any]:
    return [ToolCall(name=row["name"], input_parameters=row["arguments"]) for row in rows]
