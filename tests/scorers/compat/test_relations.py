"""What holds between the peers: modes that mean the same agree, and stricter ones imply others."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scorers.compat.saying import Call, call, says

VALUES = st.sampled_from([1, 1.0, 2, True, "1", "a", None, [1], [], {"k": 1}, {}])
ARGUMENTS = st.dictionaries(st.sampled_from("xy"), VALUES, max_size=2)
CALLS = st.lists(st.tuples(st.sampled_from(["a", "b"]), ARGUMENTS), max_size=4)


@st.composite
def near(draw: st.DrawFn) -> tuple[list[Call], list[Call]]:
    """Calls wanted, and calls made of them and others."""
    wanted = draw(CALLS)
    made = draw(st.permutations(wanted)) if draw(st.booleans()) else list(wanted)
    return made + draw(CALLS) if draw(st.booleans()) else made, wanted


@given(near())
@pytest.mark.parametrize(
    "modes",
    [
        ("adk.exact", "langchain.strict.exact", "deepeval.exact.arguments"),
        ("adk.exact.ignore", "langchain.strict.ignore", "deepeval.exact", "pydantic_evals.exact"),
        ("adk.any_order", "langchain.superset.exact"),
        ("adk.any_order.ignore", "langchain.superset.ignore", "pydantic_evals.tools.allow_extra"),
        ("langchain.unordered.ignore", "pydantic_evals.tools"),
    ],
)
def test_modes_that_mean_the_same_agree(
    modes: tuple[str, ...], case: tuple[list[Call], list[Call]]
) -> None:
    made, wanted = case
    assert len({says(mode, made, wanted) for mode in modes}) == 1


@given(near())
@pytest.mark.parametrize(
    "modes",
    [
        ("adk.exact", "adk.in_order", "adk.any_order", "tau2.actions"),
        ("adk.exact", "adk.exact.ignore", "adk.in_order.ignore", "adk.any_order.ignore"),
        ("langchain.strict.exact", "langchain.unordered.exact", "langchain.superset.exact"),
        ("langchain.unordered.exact", "langchain.subset.exact"),
        ("deepeval.exact.arguments", "deepeval.in_order.arguments", "deepeval.in_order"),
        ("pydantic_evals.exact", "pydantic_evals.in_order", "pydantic_evals.any_order"),
    ],
)
def test_what_passes_a_stricter_mode_passes_the_others(
    modes: tuple[str, ...], case: tuple[list[Call], list[Call]]
) -> None:
    said = [says(mode, *case) for mode in modes]
    assert all(other == 1 for one, other in pairwise(said) if one == 1)


@given(CALLS, st.randoms(use_true_random=False))
@pytest.mark.parametrize(
    "mode",
    ["adk.any_order", "langchain.unordered.exact", "pydantic_evals.any_order", "tau2.actions"],
)
def test_calls_as_expected_pass_in_any_order(mode: str, calls: list[Call], random: Random) -> None:
    shuffled = sorted(calls, key=lambda _: random.random())
    assert says(mode, shuffled, calls) == 1


def test_greedy_modes_are_no_such_modes() -> None:
    made = [call("a", x=1, y=1), call("a", x=1)]
    assert says("langchain.unordered.superset", made, made[::-1]) == 0
