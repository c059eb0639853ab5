"""`midspan gate`."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.pipelines.cli.conftest import Midspan
from tests.support.compared import tasks, workspace_of

GOOD = tasks(*["1111"] * 40)
BAD = tasks(*["1111"] * 20, *["0001"] * 20)


@pytest.fixture(autouse=True)
def _not_on_github(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "p.yaml"
    path.write_text(
        "profile: p\ncontract: 1\n"
        "gate: {floors: {success_rate: 0.8}, no_regression: {success: 0.2}}\n"
    )
    return path


@pytest.mark.parametrize(("after", "code"), [(GOOD, 0), (BAD, 1), (tasks(*["1111"] * 4), 2)])
def test_the_exit_code_is_the_verdict(
    midspan: Midspan, tmp_path: Path, profile: Path, after: dict[str, str], code: int
) -> None:
    workspace_of(tmp_path / "main", {"a": GOOD})
    workspace_of(tmp_path / "pr", {"a": after})
    done = midspan("gate", tmp_path / "main", tmp_path / "pr", "--profile", profile)
    assert (done.code, done.err) == (code, "")
    assert max(map(len, done.out.splitlines())) <= 80
    verdicts = {
        0: "The gate is passed. 4 passed.",
        1: "The gate is not passed. 2 failed, 2 passed.",
        2: "The gate could not be evaluated, which is no pass. 1 not evaluated, 3 passed.",
    }
    assert done.out.splitlines()[-1].rstrip() == verdicts[code]


def test_within_one_workspace(midspan: Midspan, tmp_path: Path, profile: Path) -> None:
    workspace_of(tmp_path / "ws", {"a": GOOD, "b": BAD})
    of = ("gate", tmp_path / "ws", "--profile", profile)
    assert midspan(*of, "--by", "model").code == 1
    assert midspan(*of, "--by", "model", "--baseline", "b").code == 0


def test_junit_has_a_case_for_each_requirement(
    midspan: Midspan, tmp_path: Path, profile: Path
) -> None:
    workspace_of(tmp_path / "ws", {"a": tasks(*["1111"] * 5), "b": tasks(*["0000"] * 5)})
    written = tmp_path / "gate.xml"
    done = midspan(
        "gate", tmp_path / "ws", "--by", "model", "--profile", profile, "--junit", written
    )
    assert done.code == 1
    suite = ElementTree.parse(written).getroot()[0]
    assert [suite.get(name) for name in ("tests", "failures", "errors")] == ["4", "1", "1"]
    cases = [(case.get("name"), [child.tag for child in case]) for case in suite.iter("testcase")]
    assert cases == [
        ("at least 95 % of the planned runs evaluated", ["system-out"]),
        ("at least 95 % of the planned runs evaluated", ["system-out"]),
        ("success_rate at least 80 %", ["failure"]),
        ("success not worse by 20 points", ["error"]),
    ]


def test_the_summary_of_a_job_on_github(
    midspan: Midspan, tmp_path: Path, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace_of(tmp_path / "ws", {"a": GOOD, "b": BAD})
    of_job = tmp_path / "summary.md"
    of_job.write_text("# Before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(of_job))
    own = tmp_path / "own.md"
    midspan("gate", tmp_path / "ws", "--by", "model", "--profile", profile, "--summary", own)
    written = of_job.read_text()
    assert written.startswith("# Before\n## midspan gate: failed\n")
    assert "| ❌ failed | b | success\\_rate at least 80 % | 62.5 % |" in written
    assert written.removeprefix("# Before\n") == own.read_text()


def test_json(midspan: Midspan, tmp_path: Path, profile: Path) -> None:
    workspace_of(tmp_path / "ws", {"a": GOOD, "b": BAD})
    done = midspan("gate", tmp_path / "ws", "--by", "model", "--profile", profile, "--json")
    found = json.loads(done.out)
    assert (found["verdict"], found["exit"], done.code) == ("failed", 1, 1)
    assert [each["outcome"] for each in found["requirements"]] == [
        "passed",
        "passed",
        "failed",
        "failed",
    ]


def test_floors_alone_need_no_baseline_but_must_be_asked_for(
    midspan: Midspan, tmp_path: Path, profile: Path
) -> None:
    workspace_of(tmp_path / "ws", {"a": GOOD})
    of = ("gate", tmp_path / "ws", "--profile", profile)
    assert midspan(*of).code == 2
    done = midspan(*of, "--floors-only")
    assert (done.code, done.out.splitlines()[-1].rstrip()) == (0, "The gate is passed. 2 passed.")
    assert midspan(*of, "--floors-only", "--baseline", "a").code == 2


def test_what_the_platform_lost_is_not_covered(
    midspan: Midspan, tmp_path: Path, profile: Path
) -> None:
    workspace_of(tmp_path / "ws", {"a": GOOD, "b": tasks(*["111i"] * 40)})
    done = midspan("gate", tmp_path / "ws", "--by", "model", "--profile", profile)
    assert done.code == 2
    assert "75 %; 40 not run yet, or lost to the platform" in " ".join(done.out.split())


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("gate: {floors: {succes_rate: 0.5}}", "no such score: succes_rate. Did you mean"),
        ("gate: {floors: {marker.sory: 0.5}}", "no such score: marker.sory."),
        ("gate: {coverage: 2}", "coverage"),
    ],
)
def test_a_gate_that_holds_nothing_is_refused(
    midspan: Midspan, tmp_path: Path, written: str, says: str
) -> None:
    workspace_of(tmp_path / "ws", {"a": GOOD, "b": GOOD})
    path = tmp_path / "other.yaml"
    path.write_text(f"profile: p\ncontract: 1\n{written}\n")
    done = midspan("gate", tmp_path / "ws", "--by", "model", "--profile", path)
    assert (done.code, done.out) == (2, "")
    assert says in done.err


def test_without_a_profile_there_is_no_gate(midspan: Midspan, tmp_path: Path) -> None:
    workspace_of(tmp_path / "ws", {"a": GOOD, "b": GOOD})
    done = midspan("gate", tmp_path / "ws", "--by", "model")
    assert done.code == 2
    assert "a gate stands in a profile, and none is named" in done.err


def test_a_profile_without_a_gate_lets_nothing_through(midspan: Midspan, tmp_path: Path) -> None:
    workspace_of(tmp_path / "ws", {"a": GOOD, "b": GOOD})
    path = tmp_path / "other.yaml"
    path.write_text("profile: p\ncontract: 1\n")
    done = midspan("gate", tmp_path / "ws", "--by", "model", "--profile", path)
    assert done.code == 2
    assert "the profile asks for nothing" in " ".join(done.out.split())


def test_a_file_that_cannot_be_written_is_no_verdict(
    midspan: Midspan, tmp_path: Path, profile: Path
) -> None:
    workspace_of(tmp_path / "ws", {"a": GOOD, "b": BAD})
    done = midspan(
        *("gate", tmp_path / "ws", "--by", "model", "--profile", profile),
        *("--junit", tmp_path / "no" / "gate.xml"),
    )
    assert done.code == 4


def test_a_suite_beside_a_profile_must_be_readable(
    midspan: Midspan, tmp_path: Path, profile: Path
) -> None:
    workspace_of(tmp_path / "ws", {"a": GOOD, "b": GOOD})
    suite = tmp_path / "s.yaml"
    done = midspan("gate", tmp_path / "ws", "--by", "model", "--profile", profile, "--suite", suite)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"midspan gate: {suite}: there is no such file\n")
