"""`midspan failures`, as its command says it."""

from pathlib import Path

from tests.pipelines.cli.conftest import Midspan
from tests.support.compared import tasks, workspace_of


def test_doubts_about_the_profile_are_a_line_each(midspan: Midspan, tmp_path: Path) -> None:
    workspace_of(tmp_path / "ws", {"a": tasks("0")})
    profile = tmp_path / "p.yaml"
    profile.write_text("profile: p\ncontract: 1\nscorers: {lop: {}}\n")
    done = midspan("failures", tmp_path / "ws", "--profile", profile)
    assert done.code == 0
    assert done.err == (
        f"{profile}: scorers.lop: no such scorer is installed. Did you mean 'loop'?\n"
    )
