"""The runs of a variant by task and repetition, as Phoenix compares them."""

from pathlib import Path

import polars as pl

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.phoenix.dataset import examples_of, prompts_of
from midspan.pipelines.publish.phoenix.experiments import comparable_runs
from midspan.pipelines.publish.phoenix.variants import Variant, variants_of
from midspan.scorers.suite import Suite
from midspan.scorers.tables import SCORES
from tests.support.shop_runs import shop, trace_of

SUITE = Suite.parse(
    """
suite: shop
contract: 1
tasks:
  - id: price
    prompt: How much is it?
    set: regression
    tags: [orders]
    checks: [{kind: substring, value: "35.88"}]
    expected_calls: {calls: [{name: lookup}]}
"""
)


def of_shop(tmp_path: Path) -> tuple[pl.DataFrame, list[Variant]]:
    workspace = shop(tmp_path, experiment="shop")
    runs = comparable_runs(workspace, Asked())
    return runs, list(variants_of(runs, workspace.table("scores"), Asked()))


def test_every_run_has_its_place(tmp_path: Path) -> None:
    _, variants = of_shop(tmp_path)

    assert [(one.project, one.name) for one in variants] == [
        ("shop", "small · v1 · loop@1"),
        ("shop", "small · v2 · loop@1"),
    ]
    first = variants[0]
    assert first.repetitions == 2
    assert {cell: one.run_id for cell, one in first.attempts.items()} == {
        (task, trial + 1): f"{trace_of(1, 2 * place + trial):032x}"
        for place, task in enumerate(("price", "refund"))
        for trial in (0, 1)
    }


def test_only_what_variants_are_compared_by(tmp_path: Path) -> None:
    _, variants = of_shop(tmp_path)

    said = set(next(iter(variants[0].attempts.values())).evaluations)
    assert {"outcome", "recovery_rate", "parse_pass_rate"} <= said
    assert not said & {"tokens", "turns", "json_pass"}


def test_trials_that_share_a_number_are_numbered_in_their_order(tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="shop")
    runs = comparable_runs(workspace, Asked()).with_columns(trial=pl.lit(7, pl.Int32))

    variants = list(variants_of(runs, workspace.table("scores"), Asked()))

    assert [sorted(one.attempts) for one in variants] == [
        [("price", 1), ("price", 2), ("refund", 1), ("refund", 2)]
    ] * 2


def test_a_digest_follows_what_is_said(tmp_path: Path) -> None:
    runs, variants = of_shop(tmp_path)

    bare = list(variants_of(runs, SCORES.empty().lazy(), Asked()))

    assert [one.runs_digest for one in bare] == [one.runs_digest for one in variants]
    assert [one.digest for one in bare] != [one.digest for one in variants]


def test_tasks_are_told_by_the_suite_else_by_the_first_run(tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="shop")
    runs = comparable_runs(workspace, Asked())
    prompts = prompts_of(workspace, runs)

    bare = examples_of(runs, prompts, None)
    told = examples_of(runs, prompts, SUITE)

    assert list(bare) == ["price", "refund"]
    assert bare["price"] == {
        "input": {"task": "price", "prompt": "What about the price?"},
        "output": {},
        "metadata": {"task": "price"},
    }
    assert told["refund"] == bare["refund"]
    assert told["price"]["input"]["prompt"] == "How much is it?"
    assert told["price"]["metadata"] == {"task": "price", "set": "regression", "tags": ["orders"]}
    assert told["price"]["output"]["checks"][0]["value"] == "35.88"
    assert told["price"]["output"]["expected_calls"]["calls"][0]["name"] == "lookup"
