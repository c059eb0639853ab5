"""Runs that nobody could judge: they lower coverage, and a gate counts each of them once."""

from dataclasses import replace
from typing import Any

import polars as pl

from midspan.scorers.comparison import one_workspace
from midspan.scorers.comparison.gate import gate
from midspan.scorers.errors import Exit
from midspan.scorers.profile import Profile
from midspan.scorers.tables import SCORES
from tests.scorers.comparison.builders import compared, ground, run_list, trials

BY_SCORING = [{"id": "x", "kind": None, "passed": None, "detail": "it reads a file"}]
"""A check that no record has, and that scoring could not judge."""


def success(runs: dict[str, dict[str, str]], **same: Any) -> list[tuple[float | None, int]]:
    """The rate of each side, and how many of its planned runs were evaluated."""
    comparison = compared(ground(run_list(runs, **same)))
    [score] = [each for each in comparison.scores if each.name == "success"]
    return [
        (figure.estimate.value if figure.estimate else None, covered.evaluated)
        for figure, covered in zip(score.figures, comparison.coverage, strict=True)
    ]


def test_one_of_a_recorded_task_counts_as_no_success() -> None:
    assert success({**trials("a", "1??0"), **trials("b", "11??")}) == [(0.25, 2), (0.5, 2)]


def test_where_nobody_could_judge_a_single_one_there_is_no_rate() -> None:
    runs = {**trials("a", "????"), **trials("b", "11?0")}
    assert success(runs, checks=BY_SCORING) == [(None, 0), (0.5, 3)]
    # What was recorded was judged where it ran: that a check could not run there counts.
    assert success(runs) == [(0.0, 0), (0.5, 3)]


def test_a_gate_counts_each_run_once() -> None:
    written = "profile: p\ncontract: 1\ngate: {coverage: 0.5, floors: {success_rate: 0.2}}"
    asked = Profile.parse(written).gate
    ends = {**trials("a", "1" * 10), **trials("b", "111" + 7 * "?")}
    on = ground(run_list(ends), {"success": [1.0] * 20})
    open_ = pl.col("run_id").is_in([f"r{number:05}" for number in range(13, 20)])
    status = pl.when(open_).then(pl.lit("not_evaluated")).otherwise(pl.lit("ok"))
    scores = on.scores.with_columns(
        pl.when(~open_).then("value"), status=status.cast(SCORES.schema["status"])
    )
    on = replace(on, scores=scores)
    sides = one_workspace(on.cells, "model", baseline="a")
    result = gate(compared(on, sides=sides, names=["success"]), asked, {})
    reasons = {each.kind.value: each.reason for each in result.requirements if each.side == "b"}
    assert reasons["floor"] == "could not be evaluated on 7 of 10 runs"
    assert result.exit is Exit.NOT_EVALUATED
