"""Files of a suite are found beside it, and nowhere else."""

import os
from pathlib import Path

import pytest

from midspan.pipelines.files import load_suite
from midspan.pipelines.sweep.sources import SuiteFiles, copied_files
from midspan.scorers.errors import InvalidInput, MidspanError
from midspan.scorers.suite import FileCopy
from tests.support.sweeps import planned, write_suite


def copied(base: Path, *copies: str | dict[str, str]) -> dict[str, str]:
    parsed = [FileCopy.model_validate(copy) for copy in copies]
    return {
        file.to: file.source.relative_to(base).as_posix() for file in copied_files(base, parsed)
    }


@pytest.fixture
def base(tmp_path: Path) -> Path:
    base = tmp_path / "suite"
    for name in ("inputs/a.txt", "inputs/deep/b.txt", "inputs/.hidden", "c.txt"):
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_text(name)
    return base


def test_a_folder_is_all_files_in_it(base: Path) -> None:
    assert copied(base, "inputs", "c.txt") == {
        "inputs/.hidden": "inputs/.hidden",
        "inputs/a.txt": "inputs/a.txt",
        "inputs/deep/b.txt": "inputs/deep/b.txt",
        "c.txt": "c.txt",
    }


def test_it_goes_where_it_is_told_to(base: Path) -> None:
    assert copied(base, {"from": "inputs/", "to": "."}, {"from": "c.txt", "to": "docs/"}) == {
        ".hidden": "inputs/.hidden",
        "a.txt": "inputs/a.txt",
        "deep/b.txt": "inputs/deep/b.txt",
        "docs/c.txt": "c.txt",
    }


def test_what_is_not_there_is_told_with_where_it_was_looked_for(base: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        copied(base, "inputs/z.txt")
    assert str(caught.value) == (
        f"{base}/inputs/z.txt: there is no such file or folder\n"
        f"Paths in a suite are relative to its folder: {base}"
    )


@pytest.mark.parametrize("name", ["../other.txt", "inputs/../../other.txt", "/etc/passwd"])
def test_nothing_outside_of_the_suite_is_copied(base: Path, name: str) -> None:
    (base.parent / "other.txt").write_text("x")
    with pytest.raises(InvalidInput, match=r"is outside of .*suite, the folder of the suite"):
        copied(base, name)


@pytest.mark.parametrize("name", [".", "./", "inputs/.."])
def test_the_suite_itself_is_not_for_agents(base: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="is the folder of the suite itself"):
        copied(base, {"from": name, "to": "all"})


def test_a_path_may_go_up_and_down_inside(base: Path) -> None:
    assert copied(base, "inputs/../c.txt") == {"c.txt": "c.txt"}


@pytest.mark.parametrize("name", ["leak.txt", "inputs"])
def test_a_link_that_leads_out_is_refused(base: Path, name: str) -> None:
    (base.parent / "secret").write_text("x")
    link = base / "leak.txt" if name == "leak.txt" else base / "inputs" / "leak.txt"
    link.symlink_to(base.parent / "secret")
    with pytest.raises(InvalidInput, match=r"leak\.txt: is a link that leads out of"):
        copied(base, name)


def test_a_link_to_a_file_inside_is_copied_as_the_file(base: Path) -> None:
    (base / "inputs" / "link.txt").symlink_to("../c.txt")
    assert copied(base, "inputs")["inputs/link.txt"] == "inputs/link.txt"


def test_a_link_to_a_folder_is_refused(base: Path) -> None:
    (base / "inputs" / "loop").symlink_to(".")
    with pytest.raises(InvalidInput, match="loop: is a link to a folder, which is not copied"):
        copied(base, "inputs")


def test_links_in_a_circle_are_told(base: Path) -> None:
    (base / "one").symlink_to("two")
    (base / "two").symlink_to("one")
    with pytest.raises(
        MidspanError, match=r"one: (is a link that leads to itself|Too many levels)"
    ):
        copied(base, "one")


def test_a_pipe_is_no_file(base: Path) -> None:
    os.mkfifo(base / "inputs" / "pipe")
    with pytest.raises(InvalidInput, match="pipe: is neither a file nor a folder"):
        copied(base, "inputs")


def test_a_suite_names_files_in_many_places(tmp_path: Path) -> None:
    suite = write_suite(
        tmp_path,
        tasks=[{"id": "ask", "prompt": "p", "files": ["inputs"]}],
        tiers={"skill": {"files": [{"from": "skill/", "to": ".skill/"}]}},
        profile="judging/profile.yaml",
        harnesses={
            "mine": {"kind": "python", "function": "agent.main:run"},
            "other": {"kind": "python", "function": "single:run"},
            "installed": {"kind": "python", "function": "json.decoder:run"},
            "script": {"kind": "command", "argv": ["{suite}/run.sh"], "files": ["run.sh"]},
        },
        files={
            "inputs/a.txt": "a",
            "skill/SKILL.md": "s",
            "judging/profile.yaml": "profile: p\ncontract: 1\nextends: [../base.yaml]\n",
            "base.yaml": "profile: b\ncontract: 1\n",
            "agent/main.py": "",
            "agent/__pycache__/main.pyc": "",
            "single.py": "",
            "run.sh": "",
            "unnamed.txt": "",
        },
    )
    assert [str(name) for name in SuiteFiles(load_suite(suite), suite).named] == [
        "agent/main.py",
        "base.yaml",
        "inputs/a.txt",
        "judging/profile.yaml",
        "run.sh",
        "single.py",
        "skill/SKILL.md",
    ]


def test_a_suite_is_found_from_wherever_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = [{"id": "ask", "prompt": "p", "files": ["in/a.txt"]}]
    absolute = planned(tmp_path / "suite", files={"in/a.txt": "a"}, tasks=tasks)
    (tmp_path / "other").mkdir()
    for folder, name in (("suite", "."), ("other", "../suite"), ("other", "../other/../suite")):
        monkeypatch.chdir(tmp_path / folder)
        relative = planned(Path(name), files={"in/a.txt": "a"}, tasks=tasks)
        assert [run.run_id for run in relative.runs] == [run.run_id for run in absolute.runs]
        files = SuiteFiles(relative.suite, relative.suite_file)
        assert [str(file) for file in files.named] == ["in/a.txt"]
