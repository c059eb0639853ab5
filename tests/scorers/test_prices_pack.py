"""The sample of list prices that comes with midspan."""

import pytest

from midspan.scorers.profile import Profile
from midspan.scorers.resources import Resources
from midspan.scorers.setting import Setting
from tests.scorers.builders import runs, spans, tables

PACK = "midspan/prices-2025-11"
SETTING = Setting.of(
    profile=Profile.parse(f"profile: p\ncontract: 1\nextends: [midspan/default, {PACK}]\n")
)


def cost(model: str) -> float | None:
    """What a million tokens of each sort cost: new, cached, written to the cache, output."""
    million = 1_000_000
    asked = {
        "run_id": "r",
        "kind": "llm",
        "request_model": model,
        "input_tokens": 3 * million,
        "cache_read_tokens": million,
        "cache_write_tokens": million,
        "output_tokens": million,
    }
    given = tables(SETTING, runs=runs({"run_id": "r", "turns": 1}), spans=spans(asked))
    found = Resources().score(given).collect().filter(name="cost_usd")["value"].item()
    return None if found is None else round(found, 6)


@pytest.mark.parametrize(
    ("model", "usd"),
    [
        ("gpt-5", 1.25 + 0.125 + 1.25 + 10),
        ("openai/gpt-5-2025-08-07", 1.25 + 0.125 + 1.25 + 10),
        ("gpt-5-mini", 0.25 + 0.025 + 0.25 + 2),
        ("gpt-5-nano-2025-08-07", 0.05 + 0.005 + 0.05 + 0.4),
        ("gpt-4.1", 2 + 0.5 + 2 + 8),
        ("gpt-4.1-mini", 0.4 + 0.1 + 0.4 + 1.6),
        ("gpt-4o", 2.5 + 1.25 + 2.5 + 10),
        ("gpt-4o-2024-08-06", 2.5 + 1.25 + 2.5 + 10),
        ("gpt-4o-2024-11-20", 2.5 + 1.25 + 2.5 + 10),
        ("gpt-4o-mini-2024-07-18", 0.15 + 0.075 + 0.15 + 0.6),
        ("claude-sonnet-4-20250514", 3 + 0.3 + 3.75 + 15),
        # Others have no price, however much their names resemble.
        ("gpt-5-pro", None),
        ("gpt-5.2", None),
        ("gpt-4o-audio-preview", None),
        ("gpt-4o-2024-05-13", None),
        ("claude-opus-4-5-20251101", None),
        ("Qwen/Qwen3-14B", None),
    ],
)
def test_prices(model: str, usd: float | None) -> None:
    assert cost(model) == (None if usd is None else pytest.approx(usd))


def test_prices_of_a_profile_replace_those_of_the_pack() -> None:
    own = "prices: [{model: mine, per_million: {new: 1, output: 1}}]"
    profile = Profile.parse(f"profile: p\ncontract: 1\nextends: [{PACK}]\n{own}\n")
    assert [price.model for price in profile.prices] == ["mine"]
