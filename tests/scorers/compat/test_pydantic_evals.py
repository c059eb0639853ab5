import pytest

from midspan.scorers.compat.case import Case, MadeCall, WantedCall, judge
from midspan.scorers.compat.modes import chosen
from tests.scorers.compat.saying import call, says

A, B, C = call("a", x=1), call("b"), call("c")


def test_f1_of_the_longest_common_subsequence() -> None:
    # a b is common to both: precision 2/3, recall 2/2.
    assert says("pydantic_evals.in_order", [A, C, B], [A, B]) == pytest.approx(0.8)
    assert says("pydantic_evals.in_order", [B, A], [A, B]) == 0.5


def test_f1_of_the_calls_in_common() -> None:
    assert says("pydantic_evals.any_order", [B, A], [A, B]) == 1
    assert says("pydantic_evals.any_order", [A, A], [A]) == pytest.approx(2 / 3)
    assert says("pydantic_evals.any_order", [], []) == 1
    assert says("pydantic_evals.any_order", [], [A]) == 0


def test_tools_are_counted_and_others_may_be_allowed() -> None:
    assert says("pydantic_evals.tools", [B, A, A], [A, A, B]) == 1
    assert says("pydantic_evals.tools", [A, B], [A, A, B]) == 0
    assert says("pydantic_evals.tools", [A, B, C], [A, B]) == 0
    assert says("pydantic_evals.tools.allow_extra", [A, B, C], [A, B]) == 1


def test_failed_executions_are_left_out_unless_asked_for() -> None:
    case = Case(
        made=(
            MadeCall(name="a", errored=True),
            MadeCall(name="a"),
            MadeCall(name="b", executed=False),
        ),
        wanted=(WantedCall(name="a"),),
    )
    said = {mode.name: judge(mode, case) for mode in chosen(["pydantic_evals.exact*"])}
    assert said == {"pydantic_evals.exact": 1, "pydantic_evals.exact.with_failed": 0}
