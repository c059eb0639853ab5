"""A state belongs to one watch at a time, and to one workspace."""

from pathlib import Path

import pytest

from midspan.pipelines.watch.alone import only_watch
from midspan.scorers.errors import InvalidInput


def test_a_state_of_another_workspace_is_refused(tmp_path: Path) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    for state in (mine / ".watch", tmp_path / "state"):
        with only_watch(state, mine):
            pass
        with pytest.raises(InvalidInput) as raised, only_watch(state, other):
            pass
        assert str(raised.value) == (
            f"{state}: holds what a watch into {mine} has under way, and this is {other}\n"
            f"Go on there: --into {mine}\nOr name another folder: --state DIRECTORY\n"
            f"If the workspace was moved, remove {state}/workspace."
        )
        with only_watch(state, mine):
            pass


def test_a_state_inside_its_workspace_moves_with_it(tmp_path: Path) -> None:
    with only_watch(tmp_path / "mine" / ".watch", tmp_path / "mine"):
        pass
    moved = (tmp_path / "mine").rename(tmp_path / "moved")
    with only_watch(moved / ".watch", moved):
        pass
