"""Paths that lead nowhere are told before anything is written or spent."""

from pathlib import Path

from midspan.pipelines.sweep.preflight import examined_sweep
from midspan.scorers.errors import Exit
from tests.pipelines.sweep.test_preflight import ALONE, told
from tests.support.git import Repository
from tests.support.sweeps import write_suite


def test_files_are_told_beside_a_revision_that_is_not_there(tmp_path: Path) -> None:
    Repository(tmp_path / "lib").commit("one")
    tasks = [{"id": "ask", "prompt": "p", "files": ["a.txt", "b.txt"]}]
    suite = write_suite(
        tmp_path / "suite",
        **{**ALONE, "matrix": {**ALONE["matrix"], "revisions": ["v9"]}},
        tasks=tasks,
        target={"repository": "../lib"},
    )
    first, *others = told(suite, tmp_path / "sweep")
    assert "has no commit, tag or branch 'v9'" in first
    assert others == [
        f"{tmp_path}/suite/{name}: there is no such file or folder" for name in ("a.txt", "b.txt")
    ]


def test_a_repository_that_is_neither_a_folder_nor_an_address(tmp_path: Path) -> None:
    suite = write_suite(
        tmp_path / "suite",
        **{**ALONE, "matrix": {**ALONE["matrix"], "revisions": ["v9"]}},
        target={"repository": "libb"},
    )
    found = examined_sweep(suite, into=tmp_path / "sweep", environ={}, checks=())[2]
    [problem] = found.problems
    assert problem.what.startswith("target.repository: there is no folder libb")
    assert problem.exit_code == Exit.NOT_EVALUATED


def test_a_file_where_the_directory_belongs(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    suite = write_suite(tmp_path / "suite", **ALONE)
    into = tmp_path / "file" / "sweep"
    assert told(suite, into) == [f"{into}: cannot be made: {tmp_path}/file is no folder"]
