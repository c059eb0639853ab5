"""What is wrong with a profile although its form is right."""

import re
import warnings
from pathlib import Path

import pytest

from midspan.pipelines.files import load_profile, load_setting
from midspan.scorers.errors import InvalidInput

PROFILE = "profile: p\ncontract: 1\n"
DEFAULT = f"{PROFILE}extends: [midspan/default]\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "p.yaml"
    path.write_text(text)
    return path


def doubts(path: Path, **more: object) -> list[str]:
    """What is warned of when a setting is loaded, without the name of the file."""
    with warnings.catch_warnings(record=True, action="always") as caught:
        load_setting(profile=path, **more)  # type: ignore[arg-type]
    return [str(one.message).removeprefix(f"{path}: ") for one in caught]


@pytest.mark.parametrize(
    ("judged", "doubt"),
    [
        (
            "markers: {git: {command: {program: git}}, ls: {command: {program: ls}}}",
            "no tool has the role shell, so `command` of markers.git, markers.ls never holds. "
            "Write `extends: [midspan/default]`, or name them under "
            "`tools: {roles: {shell: [...]}}`.",
        ),
        (
            "rules: {r: {require_before: {first: {reads: a}, then: {tool: b}}}}",
            "no tool has the role read or shell, so `reads` of rules.r never holds. "
            "Write `extends: [midspan/default]`, or name them under "
            "`tools: {roles: {read: [...]}}`.",
        ),
        (
            "markers: {w: {any: [{writes: a}, {tool: b}]}}\ntools: {roles: {read: [cat]}}",
            "no tool has the role write or shell, so `writes` of markers.w never holds. "
            "Name them under `tools: {roles: {write: [...]}}`.",
        ),
        (
            "markers: {p: {python: {calls: a.b}}}",
            "no tool has the role write or shell, so `python` of markers.p sees the code of Python "
            "tools alone. Write `extends: [midspan/default]`, or name them under "
            "`tools: {roles: {write: [...]}}`.",
        ),
    ],
)
def test_predicates_without_a_tool_to_look_at(tmp_path: Path, judged: str, doubt: str) -> None:
    assert doubts(written(tmp_path, PROFILE + judged)) == [doubt]
    assert doubts(written(tmp_path, DEFAULT + judged.partition("\ntools")[0])) == []


def test_predicates_that_need_no_role_are_no_doubt(tmp_path: Path) -> None:
    assert (
        doubts(written(tmp_path, f"{PROFILE}markers: {{a: {{tool: x}}, b: {{answer: y}}}}")) == []
    )
    roles = "tools: {roles: {shell: [sh]}}\nmarkers: {a: {reads: x}, b: {command: {program: y}}}"
    assert doubts(written(tmp_path, PROFILE + roles)) == []


def test_rules_of_tasks_are_looked_at_too(tmp_path: Path) -> None:
    suite = tmp_path / "suite.yaml"
    rule = "{r: {require: {command: {program: git}}}}"
    suite.write_text(f"suite: s\ncontract: 1\ntasks: [{{id: t, prompt: p, rules: {rule}}}]\n")
    path = written(tmp_path, PROFILE)
    with pytest.warns(UserWarning, match=re.escape(f"{suite}: no tool has the role shell")):
        load_setting(suite=suite, profile=path)
    load_setting(suite=suite)  # by the default profile


def test_a_misspelt_part_of_a_composite(tmp_path: Path) -> None:
    weights = "{first_attempt_acuracy: 1, success: 1, helpful: 1, marker.gti: 1, check.a: 1}"
    path = written(
        tmp_path,
        f"{DEFAULT}markers: {{git: {{command: {{program: git}}}}}}\n"
        f"composites: {{q: {{weights: {weights}}}}}",
    )
    assert doubts(path, scores=["helpful"]) == [
        "composites.q: no such score: first_attempt_acuracy. "
        "Did you mean 'first_attempt_accuracy'?",
        "composites.q: no such score: marker.gti. Did you mean 'marker.git'?",
    ]
    assert doubts(path) == [], "without the rows nobody knows what people and programs give"


def test_a_composite_of_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, f"{DEFAULT}composites: {{q: {{weights: {{qqq: 1, zzz: 1}}}}}}")
    assert doubts(path, scores=[]) == [
        "composites.q: no such score: qqq.",
        "composites.q: no such score: zzz.",
        "composites.q: none of its parts is a score, so no run will have it",
    ]


@pytest.mark.parametrize(
    ("part", "why"),
    [
        ("tokens", "tokens is counted in tokens: only shares can be weighed"),
        ("composite.r", "composite.r is a composite itself"),
        ("call_ok", "call_ok is about steps: only scores of runs can be weighed"),
    ],
)
def test_what_can_never_be_weighed_is_refused(tmp_path: Path, part: str, why: str) -> None:
    path = written(tmp_path, f"{DEFAULT}composites: {{q: {{weights: {{{part}: 1}}}}}}")
    with pytest.raises(InvalidInput) as caught:
        load_setting(profile=path)
    assert caught.value.args[0] == f"{path}: composites.q.weights.{part}: {why}"


def test_a_marker_that_contradicts_its_examples_is_refused(tmp_path: Path) -> None:
    marker = "{git: {command: {program: git}, fires_on: [grep git a]}}"
    path = written(tmp_path, f"{DEFAULT}markers: {marker}")
    with pytest.raises(InvalidInput) as caught:
        load_setting(profile=path)
    assert caught.value.args[0] == f"{path}: markers.git: does not fire on: grep git a"
    assert load_setting(profile=path, examples=False).profile.markers
    off = written(tmp_path, f"{DEFAULT}markers: {marker}\nscorers: {{markers: false}}")
    assert load_setting(profile=off).profile.markers


@pytest.mark.parametrize(
    ("gate", "place", "fix"),
    [
        ("floors: {success_rate: 60}", "floors.success_rate: 60", "Write 0.6 for 60 %."),
        ("floors: {parse_pass_rate: 1.5}", "floors.parse_pass_rate: 1.5", "Write 0.015 for 1.5 %."),
        ("no_regression: {success: 5}", "no_regression.success: 5", "Write 0.05 for 5 %."),
    ],
)
def test_a_share_above_one_is_refused(tmp_path: Path, gate: str, place: str, fix: str) -> None:
    path = written(tmp_path, f"{PROFILE}gate: {{{gate}}}")
    with pytest.raises(InvalidInput) as caught:
        load_profile(path)
    assert caught.value.args[0] == (
        f"{path}: gate.{place} is above 1, the most that a share can be"
    )
    assert caught.value.fix == fix


def test_what_is_no_share_may_be_above_one(tmp_path: Path) -> None:
    gate = "gate: {floors: {tokens: 5000, mine: 3}, no_regression: {turns: 2, success: 100%}}"
    assert load_profile(written(tmp_path, PROFILE + gate)).gate.floors["tokens"] == 5000
