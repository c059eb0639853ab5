"""All checks of a task, as the record of a run holds them."""

import doctest
import importlib
from pathlib import Path

import pytest

from midspan.pipelines.checks import run_checks
from midspan.pipelines.demo.tasks import demo_suite
from midspan.pipelines.records import CheckResult
from midspan.scorers.suite import Suite
from midspan.scorers.suite.checks import CHECK_KINDS

EVERY_KIND = """
suite: shop
contract: 1
tasks:
  - id: one
    prompt: What?
    checks:
      - {kind: substring, value: a}
      - {kind: exact, value: a}
      - {kind: regex, pattern: a}
      - {kind: choice, values: [a]}
      - {kind: number, equals: 1}
      - {kind: json, equals: 1}
      - {kind: key_points, values: [a]}
      - {kind: file, path: a}
      - {kind: state, argv: [echo, "1"], equals: 1}
      - {kind: command, argv: ["true"]}
      - {kind: expected_calls}
    expected_calls: {calls: []}
"""


def test_every_kind_is_run_but_the_calls_which_scoring_judges(tmp_path: Path) -> None:
    checks = Suite.parse(EVERY_KIND).tasks[0].checks
    results = run_checks(checks, answer="a", directory=tmp_path)
    assert [result.kind for result in results] == list(CHECK_KINDS)
    assert {result.id for result in results} == {f"{kind}-0" for kind in CHECK_KINDS}
    passed = {result.kind: result.passed for result in results}
    assert passed == {
        "substring": True,
        "exact": True,
        "regex": True,
        "choice": True,
        "number": False,
        "json": False,
        "key_points": True,
        "file": False,
        "state": True,
        "command": True,
        "expected_calls": None,
    }
    assert results[-1].detail == "judged by scoring, from the calls of the run (calls_match)"


def test_a_check_that_breaks_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("of a sort that nobody thought of")

    monkeypatch.setattr("midspan.pipelines.checks.answers.judge_exact", broken)
    checks = Suite.parse(EVERY_KIND).tasks[0].checks[:3]
    results = run_checks(checks, answer="a", directory=tmp_path)
    assert [result.passed for result in results] == [True, None, True]
    assert results[1].detail == "RuntimeError: of a sort that nobody thought of"


def test_a_long_detail_is_cut(tmp_path: Path) -> None:
    text = EVERY_KIND.replace("value: a}", f"value: {'a' * 9_000}}}", 1)
    check = Suite.parse(text).tasks[0].checks[0]
    (result,) = run_checks([check], answer="b", directory=tmp_path)
    assert result == CheckResult(
        id="substring-0",
        kind="substring",
        passed=False,
        detail="'" + "a" * 1_996 + "...",
    )


def test_the_demo_can_run_every_check_of_its_suite(tmp_path: Path) -> None:
    for task in demo_suite().tasks:
        assert task.checks
        for result in run_checks(task.checks, answer="", directory=tmp_path):
            assert result.passed is False, result


@pytest.mark.parametrize("module", ["mentions", "numbers", "json_values"])
def test_examples(module: str) -> None:
    path = f"midspan.pipelines.checks.{module}"
    failed, tried = doctest.testmod(importlib.import_module(path))
    assert (failed, tried > 0) == (0, True)
