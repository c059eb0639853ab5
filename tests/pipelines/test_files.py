import os
import re
from pathlib import Path

import pytest

from midspan.pipelines.files import (
    load_profile,
    load_setting,
    load_suite,
    load_suite_profile,
)
from midspan.scorers.errors import Exit, InvalidInput, SurroundingsError
from midspan.scorers.plugins import available

SUITE = "suite: s\ncontract: 1\ntasks: [{id: t, prompt: p}]\n"
PROFILE = "profile: p\ncontract: 1\n"


def test_a_suite_and_its_profile_are_found_from_the_suite(tmp_path: Path) -> None:
    (tmp_path / "profiles" / "base").mkdir(parents=True)
    (tmp_path / "suite.yaml").write_text(f"{SUITE}profile: profiles/own.yaml")
    (tmp_path / "profiles/own.yaml").write_text(f"{PROFILE}extends: [base/a.yaml]")
    (tmp_path / "profiles/base/a.yaml").write_text(
        f"{PROFILE}extends: [midspan/default, b.yml]\ncompare: {{alpha: 0.01}}"
    )
    (tmp_path / "profiles/base/b.yml").write_text(f"{PROFILE}compare: {{minimum_tasks: 9}}")
    suite = load_suite(tmp_path / "suite.yaml")
    profile = load_suite_profile(tmp_path / "suite.yaml", suite)
    assert (profile.compare.alpha, profile.compare.minimum_tasks) == (0.01, 9)
    assert "bash" in profile.tools.roles.shell


def test_a_suite_without_a_profile_has_the_default_one(tmp_path: Path) -> None:
    (tmp_path / "suite.yaml").write_text(SUITE)
    suite = load_suite(str(tmp_path / "suite.yaml"))
    assert load_suite_profile(tmp_path / "suite.yaml", suite).profile == "default"


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "suite.yaml").write_bytes(b"\xef\xbb\xbf" + SUITE.encode())
    assert load_suite(tmp_path / "suite.yaml").suite == "s"


def test_a_missing_file_is_said_with_what_helps(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        load_suite(tmp_path / "suite.yaml")
    assert str(caught.value) == (
        f"{tmp_path}/suite.yaml: there is no such file\n"
        "`midspan init DIR` writes a suite and a profile to start from."
    )


def test_a_missing_base_is_said_where_it_is_extended(tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text(f"{PROFILE}extends: [gone.yaml]")
    with pytest.raises(InvalidInput) as caught:
        load_profile(path)
    assert str(caught.value).splitlines()[0] == (
        f"{path}:3: extends[0]: {tmp_path}/gone.yaml: there is no such file"
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [("lop", "Did you mean 'loop'?"), ("zzz", f"There are {', '.join(available())}.")],
)
def test_a_scorer_that_is_not_installed_is_warned_of(tmp_path: Path, name: str, hint: str) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text(f"{PROFILE}scorers: {{loop: {{at_least: 3}}, {name}: false}}")
    said = f"{path}: scorers.{name}: no such scorer is installed. {hint}"
    with pytest.warns(UserWarning, match=re.escape(said)) as caught:
        assert list(load_profile(path).scorers) == ["loop", name]
    assert len(caught) == 1


def test_a_profile_that_extends_itself(tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text(f"{PROFILE}extends: [profile.yaml]")
    with pytest.raises(InvalidInput, match="extends itself"):
        load_profile(path)


def test_a_folder_and_a_file_that_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="is a folder; name the file in it"):
        load_suite(tmp_path)
    (tmp_path / "suite.yaml").write_bytes(b"suite: \xff")
    with pytest.raises(InvalidInput, match=r"is not UTF-8 text \(byte 7\)"):
        load_suite(tmp_path / "suite.yaml")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "suite.yaml"
    path.write_text(SUITE)
    path.chmod(0)
    with pytest.raises(SurroundingsError, match="cannot be read: Permission denied") as caught:
        load_suite(path)
    assert caught.value.exit_code == Exit.SURROUNDINGS


EXPECTED = '{"task": "price", "calls": [{"name": "look"}]}\n'


def test_a_setting_is_a_suite_with_its_profile(tmp_path: Path) -> None:
    (tmp_path / "suite.yaml").write_text(f"{SUITE}profile: own.yaml")
    (tmp_path / "own.yaml").write_text(f"{PROFILE}compare: {{alpha: 0.01}}")
    (tmp_path / "other.yaml").write_text(f"{PROFILE}compare: {{alpha: 0.02}}")
    setting = load_setting(suite=tmp_path / "suite.yaml")
    assert (list(setting.tasks), setting.profile.compare.alpha) == (["t"], 0.01)
    other = load_setting(suite=tmp_path / "suite.yaml", profile=tmp_path / "other.yaml")
    assert (list(other.tasks), other.profile.compare.alpha) == (["t"], 0.02)
    alone = load_setting(profile=tmp_path / "other.yaml")
    assert (dict(alone.tasks), alone.profile.compare.alpha) == ({}, 0.02)


def test_expectations_overlay_those_of_the_suite(tmp_path: Path) -> None:
    (tmp_path / "suite.yaml").write_text(SUITE)
    (tmp_path / "calls.jsonl").write_text(EXPECTED + EXPECTED.replace("price", "t"))
    setting = load_setting(
        suite=tmp_path / "suite.yaml", expectations=tmp_path / "calls.jsonl", tasks=["price"]
    )
    names = {
        task: [call.name for call in of.expected.calls] if of.expected else None
        for task, of in setting.tasks.items()
    }
    assert names == {"t": ["look"], "price": ["look"]}


@pytest.mark.parametrize(
    ("tasks", "said"),
    [
        (
            ["prices", "other"],
            "the task 'price'. Did you mean 'prices'?\nThere are other, prices.",
        ),
        ([], "the task 'price'.\nNo run says which task it is of."),
        (
            [f"t{n}" for n in range(30)],
            "the task 'price'.\nThere are "
            + ", ".join(sorted(f"t{n}" for n in range(30))[:20])
            + ", ....",
        ),
    ],
)
def test_expectations_of_a_task_that_nobody_has(
    tmp_path: Path, tasks: list[str], said: str
) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_text(EXPECTED)
    with pytest.raises(InvalidInput) as caught:
        load_setting(expectations=path, tasks=tasks)
    assert str(caught.value) == f"{path}: no run, and no suite, has {said}"


def test_expectations_that_are_missing(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        load_setting(expectations=tmp_path / "gone.jsonl")
    assert str(caught.value) == (
        f"{tmp_path}/gone.jsonl: there is no such file\n"
        'A line a task: {"task": "...", "calls": [{"name": "..."}]}'
    )
