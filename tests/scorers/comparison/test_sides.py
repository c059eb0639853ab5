from typing import Any

import polars as pl
import pytest

from midspan.scorers.comparison import Sides, one_workspace, two_workspaces
from midspan.scorers.comparison.sides import without_baseline
from midspan.scorers.errors import InvalidInput
from tests.scorers.comparison.builders import ground, run_list


def cells(*cells: dict[str, Any]) -> pl.DataFrame:
    rows = [
        row
        for cell in cells
        for row in run_list({cell.get("model", "m"): {cell.get("task", "t"): "1"}})
    ]
    over = [
        {
            **row,
            **{k: v for k, v in cell.items() if k != "where"},
            "workspace": cell.get("where", 0),
        }
        for row, cell in zip(rows, cells, strict=True)
    ]
    return ground(over).cells


def placed(sides: Sides) -> list[tuple[str, int]]:
    """The label and the unit of each cell, in the order of cells."""
    rows = sides.cells.sort("cell").select("side", "unit").rows()
    return [(sides.labels[side], unit) for side, unit in rows]


def test_the_baseline_is_the_one_named_else_the_planned_first_else_the_first_by_name() -> None:
    three = cells({"model": "c"}, {"model": "a"}, {"model": "b"})
    assert one_workspace(three, "model", baseline=None).labels == ("a", "b", "c")
    planned = one_workspace(three, "model", baseline=None, order=["gone", "c", "a"])
    assert planned.labels == ("c", "a", "b")
    named = one_workspace(three, "model", baseline="b", order=["c"])
    assert named.labels == ("b", "c", "a")
    assert [(one.baseline, one.side) for one in named.contrasts] == [(0, 1), (0, 2)]


def test_cells_belong_together_when_they_are_alike_in_every_other_axis() -> None:
    four = cells(
        {"model": "a", "tier": "x"},
        {"model": "a", "tier": "y"},
        {"model": "b", "tier": "y"},
        {"model": "b", "tier": "y", "task": "u"},
    )
    sides = one_workspace(four, "model", baseline=None)
    assert sides.paired_on == ("tier",)
    by_side: dict[str, set[int]] = {}
    for label, unit in placed(sides):
        by_side.setdefault(label, set()).add(unit)
    assert len(by_side["a"] & by_side["b"]) == 1


def test_what_was_not_recorded_is_a_side_of_its_own() -> None:
    two = cells({"tier": "x"}, {"tier": None})
    assert one_workspace(two, "tier", baseline=None).labels == ("(none)", "x")


@pytest.mark.parametrize(
    ("by", "baseline", "says"),
    [
        ("model", "c", "no run has the model 'c'"),
        ("revision", None, "every run has the same revision, (none)"),
        ("modle", None, "Did you mean 'model'"),
    ],
)
def test_what_cannot_be_compared(by: str, baseline: str | None, says: str) -> None:
    with pytest.raises(InvalidInput, match=says.replace("(", r"\(").replace(")", r"\)")):
        one_workspace(cells({"model": "a"}, {"model": "b"}), by, baseline=baseline)


def test_without_a_task_there_are_no_sides() -> None:
    with pytest.raises(InvalidInput, match="no run of a task"):
        one_workspace(cells({"task": None}), "model", baseline=None)


def test_the_second_workspace_against_the_first() -> None:
    both = cells(
        {"revision": "v1", "experiment": "e"},
        {"revision": "v2", "experiment": "other", "where": 1},
    )
    sides = two_workspaces(both, ("main", "pr"))
    assert sides.labels == ("main", "pr")
    assert sides.differing == ("revision",)
    assert {unit for _, unit in placed(sides)} == {0}


def test_two_workspaces_by_an_axis_are_a_pair_for_each_value_that_both_have() -> None:
    both = cells(
        {"model": "a"}, {"model": "b"}, {"model": "a", "where": 1}, {"model": "c", "where": 1}
    )
    sides = two_workspaces(both, ("main", "pr"), by="model")
    assert sides.labels == ("main · a", "pr · a", "main · b", "pr · c")
    assert [(one.baseline, one.side) for one in sides.contrasts] == [(0, 1)]
    apart = cells({"model": "a"}, {"model": "b", "where": 1})
    with pytest.raises(InvalidInput, match="no model in common"):
        two_workspaces(apart, ("main", "pr"), by="model")


def test_a_workspace_without_tasks_is_named() -> None:
    with pytest.raises(InvalidInput, match="pr: there is no run of a task"):
        two_workspaces(cells({}, {"task": None, "where": 1}), ("main", "pr"))


def test_held_against_nothing() -> None:
    two = cells({"model": "a"}, {"model": "b"})
    sides = without_baseline(two, by=None)
    assert (sides.labels, sides.contrasts) == (("a", "b"), ())
    assert without_baseline(two, by="tier").labels == ("(none)",)
    assert without_baseline(cells({}), by=None).labels == ("all runs",)
