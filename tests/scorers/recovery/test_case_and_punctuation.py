"""What differs in case and punctuation at most goes on with what failed."""

from typing import Any

import pytest

from midspan.scorers.profile import Profile
from midspan.scorers.recovery import operations, responses
from midspan.scorers.recovery.leaves import Leaves, similarity
from midspan.scorers.setting import Setting
from tests.scorers.builders import calls, tables
from tests.scorers.recovery.runs import (
    PROFILE,
    bad,
    episodes_of,
    in_turns,
    ok,
    operations_of,
    responses_of,
    scored,
    tables_of,
)


def test_a_fix_by_case_is_a_recovery() -> None:
    turns = [bad("get_rate", currency="eur"), ok("get_rate", currency="EUR")]
    assert responses_of(*turns) == [(0, 1, "modified_retry")]
    assert episodes_of(*turns) == [(0, 1, "recovered:same_tool")]
    assert scored(tables_of(*turns)).filter(name="recovery_rate")["value"].to_list() == [1.0]


def test_perturbed_retries_are_attempts_of_one_operation() -> None:
    turns = [bad("get_rate", currency=said) for said in ("usd", "USD.", "Usd!")]
    assert [kind for _, _, kind in responses_of(*turns)] == [
        *("perturbed_retry", "perturbed_retry"),
        "stopped",
    ]
    assert operations_of(*turns) == [0, 0, 0]
    assert episodes_of(*turns) == [(0, None, "abandoned")]


@pytest.mark.parametrize(
    ("one", "other"),
    [("a-b", "A_B"), ("u.s.", "US"), ("x" * 39 + "!!", "X" * 39), ("ab " * 20, "AB, " * 20)],
)
def test_it_links_however_much_later(one: str, other: str) -> None:
    assert operations_of(bad(id=one), ok("other"), ok(id=other)) == [0, 1, 0]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("usd", "US.D", 1.0),
        ("ORD-1", "ord 2", 0.75),
        # Nothing but punctuation is left as it is.
        ("*", "?", 0.0),
        ("*", "*a", 2 / 3),
        # Case and punctuation count in long texts that differ otherwise.
        ("A" * 50, "a" * 49 + "b", 0.0),
        (True, "true", 0.75),
    ],
)
def test_how_alike_values_are(one: Any, other: Any, alike: float) -> None:
    assert similarity(Leaves({"id": one}), Leaves({"id": other})) == pytest.approx(alike)


def test_what_a_parameter_makes_perturbed_is_linked_too() -> None:
    turns = [bad(note="a" * 50), bad(note="b" * 40 + "a" * 10)]
    profile = Profile.parse(PROFILE + "scorers: {recovery: {long_text: 0.1}}\n")
    turned = tables(Setting(profile=profile), calls=calls(*in_turns(*turns)))
    assert responses(turned).collect()["response"].to_list() == ["perturbed_retry", "stopped"]
    assert operations(turned).collect()["operation"].to_list() == [0, 0]
    assert operations_of(*turns) == [0, 1]
