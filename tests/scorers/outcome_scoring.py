"""A run that is done, its checks and its suite, and the rows of `Outcome` and `GammaReward`."""

from typing import Any

import polars as pl

from midspan.scorers.gamma_reward import GammaReward
from midspan.scorers.outcome_scores import Outcome
from midspan.scorers.score import Scorer, score_rows
from midspan.scorers.setting import Setting
from midspan.scorers.suite import Suite
from tests.scorers.builders import Row, runs, tables

AMOUNT = {"id": "amount", "kind": "json", "passed": True, "detail": None}
SHOP = {"id": "shop", "kind": "state", "passed": True, "detail": None}
POINTS = {
    "id": "points",
    "kind": "key_points",
    "passed": False,
    "detail": "2 of 3 points found, missing: EUR",
}
DONE: Row = {
    "run_id": "r",
    "task": "price",
    "ended_by": "exit",
    "exit_code": 0,
    "answer": "35.88",
    "turns": 3,
    "llm_calls": 3,
    "calls": 1,
    "output_tokens": 20,
    "root_span_id": "root",
}

SUITE = """
suite: shop
contract: 1
tasks:
  - id: price
    prompt: How much?
    checks:
      - {id: amount, kind: json, equals: 35.88}
      - {id: calls, kind: expected_calls}
    expected_calls: {calls: [{name: look}]}
  - id: talk
    prompt: Say something.
"""


def suite(text: str = SUITE) -> Setting:
    return Setting.of(suite=Suite.parse(text))


def scored(*rows: Row, setting: Setting | None = None, **frames: pl.DataFrame) -> pl.DataFrame:
    given = tables(setting, runs=runs(*rows), **frames)
    scorers: dict[str, Scorer] = {"outcome": Outcome(), "gamma_reward": GammaReward()}
    return pl.concat(
        score_rows(scorer.score(given).collect(), name=name, scorer=scorer)
        for name, scorer in scorers.items()
    ).sort("run_id", "name")


def told(*rows: Row, **more: Any) -> list[tuple[str, float | str | None, str]]:
    """Name, value or else label, and explanation or else reason."""
    found = scored(*rows, **more)
    return [
        (row["name"], row["label"] if row["value"] is None else row["value"], why)
        for row in found.to_dicts()
        for why in [row["explanation"] or row["reason"]]
    ]
