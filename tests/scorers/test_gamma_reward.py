import pytest

from midspan.scorers.errors import InvalidInput
from midspan.scorers.gamma_reward import GammaReward
from tests.scorers.outcome_scoring import AMOUNT, DONE, scored


@pytest.mark.parametrize(
    ("turns", "reward"), [(1, 1.0), (2, 0.95), (3, 0.9025), (0, 1.0), (None, None)]
)
def test_the_reward_fades_with_every_turn(turns: int | None, reward: float | None) -> None:
    row = scored(DONE | {"checks": [AMOUNT], "turns": turns}).filter(name="gamma_reward")
    assert row["value"].item() == (None if reward is None else pytest.approx(reward))
    assert row["reason"].item() == (
        "the turns of the run were not recorded" if turns is None else None
    )


def test_a_failure_is_worth_nothing_however_many_turns_it_took() -> None:
    row = scored(DONE | {"checks": [AMOUNT | {"passed": False}], "turns": None})
    assert row.filter(name="gamma_reward")["value"].item() == 0.0


@pytest.mark.parametrize("gamma", [0, -1, 1.5, float("nan")])
def test_a_gamma_that_is_none(gamma: float) -> None:
    with pytest.raises(InvalidInput, match="gamma must be above 0 and at most 1"):
        GammaReward(gamma=gamma)
