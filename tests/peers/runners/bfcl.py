import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any


def judges() -> dict[str, Callable[[Any], float]]:
    # Only names with dots are looked up there, and it imports the clients of every model.
    models = ModuleType("bfcl_eval.constants.model_config")
    models.MODEL_CONFIG_MAPPING = {}  # type: ignore[attr-defined]
    sys.modules[models.__name__] = models
    return {"bfcl.ast": judge}


def judge(case: Any) -> float:
    from bfcl_eval.constants.enums import Language  # type: ignore[import-not-found]
    from bfcl_eval.eval_checker.ast_eval.ast_checker import (  # type: ignore[import-not-found]
        ast_checker,
    )

    checked = ast_checker(
        case["functions"],
        [{call["name"]: call["arguments"]} for call in case["made"]],
        [{call["name"]: call["allowed"]} for call in case["wanted"]],
        Language.PYTHON,
        "parallel",
        "any",
    )
    return float(checked["valid"])
