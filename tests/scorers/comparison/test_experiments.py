"""A task of the same name in several experiments of a workspace."""

import pytest

from midspan.scorers.comparison import two_workspaces
from midspan.scorers.comparison.result import Flip
from midspan.scorers.errors import InvalidInput
from tests.scorers.comparison.builders import compared, ground, run_list, trials


def test_it_is_one_task_and_is_told_to_be() -> None:
    rows = [
        *run_list({**trials("a", *"111100"), **trials("b", *"111111")}, experiment="one"),
        *run_list({**trials("a", *"1111"), **trials("b", *"1111")}, experiment="two"),
    ]
    found = compared(ground(rows), names=[])
    [success] = found.scores
    assert [(each.tasks, each.runs) for each in success.figures] == [(6, 10), (6, 10)]
    assert (success.differences[0].tasks, success.differences[0].runs) == (6, (10, 10))
    assert [each.task for each in found.matrix] == ["t0", "t1", "t2", "t3", "t4", "t5"]
    assert found.matrix[0].done == ((2, 2), (2, 2))
    assert found.notes == ("4 tasks are in several experiments: by name, each counts as one task",)


def test_its_runs_are_put_together_however_many_there_are_in_each() -> None:
    rows = [
        *run_list({"a": {"t": "1"}, "b": {"t": "1"}}, experiment="one"),
        *run_list({"a": {"t": "000"}, "b": {"t": "111"}}, experiment="two"),
    ]
    [success] = compared(ground(rows), names=[], minimum_tasks=1).scores
    assert [each.estimate.value for each in success.figures if each.estimate] == [0.25, 1.0]
    assert success.differences[0].value == 0.75
    assert success.differences[0].flips == (
        Flip(task="t", before=(1, 4), after=(4, 4), passes=True),
    )


def test_sides_that_ran_in_other_experiments_are_compared_on_tasks_of_one_name() -> None:
    rows = [
        *run_list(trials("a", *"110000"), experiment="one"),
        *run_list(trials("b", *"111111"), experiment="two"),
    ]
    [success] = compared(ground(rows), names=[]).scores
    assert (success.differences[0].tasks, success.differences[0].value) == (6, 4 / 6)


def test_experiments_are_compared_with_each_other_within_a_variant() -> None:
    rows = [
        *run_list({**trials("a", *"00"), **trials("b", *"11")}, experiment="one"),
        *run_list(trials("a", *"11"), experiment="two"),
    ]
    found = compared(ground(rows), by="experiment", baseline=None, names=[], minimum_tasks=1)
    assert found.sides == ("one", "two")
    assert found.notes == ("a task's runs are compared with those of the same model",)
    [success] = found.scores
    assert [each.estimate.value for each in success.figures if each.estimate] == [0.5, 1.0]
    assert (success.differences[0].before, success.differences[0].value) == (0.0, 1.0)


def test_two_workspaces_are_compared_by_experiments_that_both_have() -> None:
    first = [row for name in ("x", "y") for row in run_list(trials("a", "1"), experiment=name)]
    second = run_list(trials("a", "1"), experiment="x", workspace=1)
    cells = ground([*first, *second]).cells
    sides = two_workspaces(cells, ("main", "pr"), by="experiment")
    assert sides.labels == ("main · x", "pr · x", "main · y")
    assert [(one.baseline, one.side) for one in sides.contrasts] == [(0, 1)]
    apart = ground([*first, *run_list(trials("a", "1"), experiment="z", workspace=1)]).cells
    with pytest.raises(InvalidInput, match="the two workspaces have no experiment in common"):
        two_workspaces(apart, ("main", "pr"), by="experiment")
    assert two_workspaces(apart, ("main", "pr")).differing == ()
