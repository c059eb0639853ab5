"""What scores become in MLflow: booleans only where true is good."""

import posixpath
import re

import pytest

from midspan.dashboards.mlflow import (
    Value,
    accepted,
    description,
    feedback,
    metrics,
    pair,
    params,
    preview,
    rationale,
    variant_name,
)
from midspan.scorers.comparison.declared import declared
from midspan.scorers.plugins import declarations
from tests.scorers.comparison.builders import compared, ground, run_list, trials

KNOWN = declarations()


def told(
    name: str, value: float | None, label: str | None = None, *, step: bool = False
) -> list[tuple[str, Value]]:
    given = feedback(declared(name, KNOWN), value, label, step=step)
    return [(one.name, one.value) for one in given]


@pytest.mark.parametrize(
    ("name", "value", "label", "step", "expected"),
    [
        ("call_ok", 1.0, "none", True, [("step.call_ok", True)]),
        ("call_ok", 0.0, "execution.error", True, [("step.call_ok", False)]),
        ("success", 1.0, "pass", False, [("success", True)]),
        ("check.amount", 0.0, "fail", False, [("check.amount", False)]),
        # True is worse here: MLflow would paint more of it green.
        ("truncated", 1.0, "fail", True, [("step.truncated", 1.0)]),
        (
            "unacknowledged_failure",
            1.0,
            "fail",
            False,
            [("unacknowledged_failure", 1.0), ("unacknowledged_failure.ok", False)],
        ),
        ("marker.cli", 1.0, "pass", False, [("marker.cli", 1.0)]),
        ("recovery_rate", 1.0, None, False, [("recovery_rate", 1.0), ("recovery_rate.ok", True)]),
        ("retry_waste", 0.25, None, False, [("retry_waste", 0.25), ("retry_waste.ok", False)]),
        ("invalid_calls", 0.0, None, False, [("invalid_calls", 0.0), ("invalid_calls.ok", True)]),
        ("turns", 3.0, None, False, [("turns", 3.0)]),
        ("longest_loop", 1.0, None, False, [("longest_loop", 1.0)]),
        ("seconds", 2.5, None, False, [("seconds", 2.5)]),
        ("gamma_reward", 0.9, None, False, [("gamma_reward", 0.9)]),
        ("call_match", 0.5, "matched", True, [("step.call_match", 0.5)]),
        # A word among booleans would make words of the whole column.
        ("response", None, "answered", True, [("step.response", None)]),
        ("outcome", None, "wrong", False, [("outcome", "wrong")]),
        ("mine", 1.0, "pass", False, [("mine", True)]),
        ("mine", 3.0, None, False, [("mine", 3.0)]),
        ("mine", None, "fine", False, [("mine", "fine")]),
    ],
)
def test_a_score_as_feedback(
    name: str, value: float | None, label: str | None, step: bool, expected: list[tuple[str, Value]]
) -> None:
    assert told(name, value, label, step=step) == expected
    assert [type(value) for _, value in told(name, value, label, step=step)] == [
        type(value) for _, value in expected
    ]


@pytest.mark.parametrize(
    ("value", "label", "explanation", "expected"),
    [
        (False, "hidden.error", "it said so", "hidden.error: it said so"),
        (True, "pass", "it holds", "it holds"),
        ("wrong", "wrong", "no answer", "no answer"),
        (None, "answered", None, "answered"),
        (0.5, None, None, None),
    ],
)
def test_what_stands_below_a_value(
    value: Value, label: str | None, explanation: str | None, expected: str | None
) -> None:
    assert rationale(value, label, explanation) == expected


def test_a_name_that_mlflow_refuses_is_written_otherwise() -> None:
    strange = ["", "a//b", "/a", "a/../b", "a@b", "a%b", "n" * 300, "n" * 299]

    found = [accepted(name) for name in strange]

    assert len(set(found)) == len(strange)
    assert max(map(len, found)) == 240
    for name in found:
        assert re.fullmatch(r"[/\w.\- :]+", name), name
        assert posixpath.normpath(name) == name
    assert params({}, ['{"a@b": 1}']) == {accepted("a@b"): "1"}


def test_the_figures_of_a_variant() -> None:
    both = trials("a", *["11"] * 4, *["00"] * 4) | trials("b", *["11"] * 8)
    spent = {"tokens": [100.0 * (1 + n // 2 % 8) for n in range(32)]}
    found = metrics(compared(ground(run_list(both), spent)), "a", {"tokens", "success"})

    assert found["success/mean"] == 0.5
    assert found["tokens/mean"] == 450.0
    assert found["tokens/median"] == 450.0
    assert (found["tokens/low"], found["tokens/high"]) == (245.2175, 654.7825)
    assert found["tokens/n"] == 8.0
    assert found["tokens_per_success"] == 900.0
    assert "tokens" not in found
    assert {name: found[name] for name in found if name.startswith("runs/")} == {
        "runs/planned": 16.0,
        "runs/evaluated": 16.0,
        "runs/infra": 0.0,
    }


def test_what_the_variants_come_to_in_a_sentence_each() -> None:
    both = trials("a", *["11"] * 8) | trials("b", *["00"] * 8)

    assert description({"model": compared(ground(run_list(both)))}) == (
        "**By model**, on 8 tasks that both did:\n\n"
        "- b against a: worse: success (100 % → 0 %)\n\n"
        "All of it: artifact `comparison/comparison-by-model.md`"
    )


def test_what_all_runs_of_a_variant_share_is_a_parameter() -> None:
    detail = '{"sampling": {"seed": %d, "stop": ["a"]}, "hardware": {"gpu": null}, "model": "x"}'
    variant = {"model": "qwen", "revision": None, "tier": "bare", "harness": None}

    assert params(variant, [detail % 0, detail % 1]) == {
        "model": "qwen",
        "tier": "bare",
        "sampling.stop": '["a"]',
    }
    assert params(variant, [None, "no JSON"]) == {"model": "qwen", "tier": "bare"}


def test_names_are_as_long_as_mlflow_takes() -> None:
    assert pair("x" * 300, 12) == f"{'x' * 247}#12"
    assert len(preview(pair("a", 0), "y" * 2000)) == 1000
    assert variant_name({"model": None}, ["model"]) == "all runs"
