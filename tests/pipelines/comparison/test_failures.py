"""Failed runs by cause, and `midspan failures`."""

import json
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.cli.boundary import run
from midspan.pipelines.cli.failures import command
from midspan.pipelines.comparison.failures import failures
from midspan.pipelines.workspace import Workspace
from midspan.scorers.profile import Profile
from midspan.scorers.setting import Setting
from tests.scorers.builders import judged, spans, text
from tests.scorers.builders import runs as run_rows
from tests.scorers.builders import scores as score_rows
from tests.support.workspaces import put

Row = dict[str, Any]
BUSY = {"error_message": "shop 7 is busy", "result": "shop 7 is busy"}


def id_of(number: int) -> str:
    return str(number) * 32


def ended(number: int, *, passed: bool | None = False, **said: Any) -> Row:
    check = {"id": "amount", "kind": "state", "passed": passed, "detail": None}
    told = {"task": f"t{number}", "model": "m", "status": "ok", "exit_code": 0, "answer": "done"}
    counted = {"calls": 2, "output_tokens": 9, "ended_by": "exit", "checks": [check]}
    return {"run_id": id_of(number), **told, **counted, **said}


def tried(number: int, *attempts: Row) -> tuple[list[Row], list[Row]]:
    """The calls of a run and their spans: those with an error message failed."""
    span_ids = [f"{number}s{n}" for n in range(len(attempts))]
    same = {"run_id": id_of(number)}
    made = [
        {**same, "call": n, "span_id": span_id, "turn": n, "start_ns": n, **attempt}
        for n, (span_id, attempt) in enumerate(zip(span_ids, attempts, strict=True))
    ]
    seen = [
        {**same, "span_id": span_id, "status": "error" if "error_message" in attempt else "ok"}
        for span_id, attempt in zip(span_ids, attempts, strict=True)
    ]
    return made, seen


def look(order: int, **said: Any) -> Row:
    return {"name": "look", "raw_arguments": f'{{"id": {order}}}', **said}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Of 8 runs three give up on a busy shop, one recovers, one times out, one breaks."""
    made: list[Row] = []
    seen: list[Row] = []
    for number, attempts in {
        0: [look(1, **BUSY), look(1, **BUSY)],
        1: [look(2, error_message="shop 88 is busy"), look(2, **BUSY)],
        2: [look(1, **BUSY), look(1, **BUSY)],
        3: [look(1, **BUSY), look(1, result="found")],
    }.items():
        calls, of_calls = tried(number, *attempts)
        made, seen = made + calls, seen + of_calls
    root = {"run_id": id_of(5), "span_id": "root", "kind": "agent", "status": "error"}
    seen.append({**root, "error_type": "KeyError"})
    opened = Workspace.create(tmp_path / "ws")
    put(
        opened,
        "runs",
        run_rows(
            ended(0),
            ended(1, model="n"),
            ended(2),
            ended(3),
            ended(4, ended_by="timeout"),
            ended(5, exit_code=1, root_span_id="root"),
            ended(6, passed=True),
            ended(7, ended_by="platform"),
        ),
    )
    put(opened, "calls", judged(*made, spans=spans(*seen)))
    put(opened, "spans", spans(*seen))
    put(opened, "text", text({"run_id": id_of(5), "span_id": "root", "error_message": "'x' at 7"}))
    fired = {"name": "marker.hammered", "scorer": "markers"}
    put(
        opened,
        "scores",
        score_rows(
            {**fired, "run_id": id_of(0), "value": 1.0},
            {**fired, "run_id": id_of(1), "value": 1.0},
            {**fired, "run_id": id_of(2), "value": 0.0},
        ),
    )
    return opened


def test_failed_runs_are_grouped_by_cause(workspace: Workspace) -> None:
    found = failures(workspace)
    assert found.outcomes == {"agent_error": 1, "infra": 1, "success": 1, "timeout": 1, "wrong": 4}
    assert (found.failed, found.judged) == (6, 7)
    busy = "execution.error/span look: shop <n> is busy"
    kind = ("execution.error/span", "identical_retry")
    key = ("rule", "response", "markers", "signature", "runs", "example")
    assert found.causes.select(key).rows() == [
        (*kind, ["hammered"], busy, 2, id_of(0)),
        (*kind, [], busy, 1, id_of(2)),
        (None, None, [], "does not hold: amount", 1, id_of(3)),
        (None, None, [], "ended: timeout", 1, id_of(4)),
        ("run.error", None, [], "run.error: KeyError <value> at <n>", 1, id_of(5)),
    ]
    assert found.causes["share"].sum() == pytest.approx(1)
    first = found.causes.row(0, named=True)
    assert (first["tasks"], first["outcomes"], first["models"]) == (2, ["2 wrong"], ["1 m", "1 n"])
    assert first["run_ids"] == [id_of(0), id_of(1)]
    assert found.causes["run_ids"].list.len().to_list() == found.causes["runs"].to_list()


def test_a_coarser_key(workspace: Workspace) -> None:
    found = failures(workspace, by=["rule"])
    assert found.causes.select("rule", "response", "markers", "signature", "runs").rows() == [
        ("execution.error/span", None, None, None, 3),
        (None, None, None, None, 2),
        ("run.error", None, None, None, 1),
    ]
    assert found.rules == {"execution.error/span": 3, None: 2, "run.error": 1}


def test_a_marker_that_had_better_fire_is_no_cause(workspace: Workspace) -> None:
    marker = {"tool": "look", "better": "higher"}
    profile = Profile.model_validate(
        {"profile": "p", "contract": 1, "markers": {"hammered": marker}}
    )
    found = failures(workspace, setting=Setting.of(profile=profile))
    assert found.causes["runs"].to_list()[0] == 3
    assert found.causes["markers"].explode().drop_nulls().to_list() == []


def test_the_last_failed_model_call_is_the_cause_of_a_provider_error(tmp_path: Path) -> None:
    opened = Workspace.create(tmp_path / "ws")
    put(opened, "runs", run_rows(ended(0), ended(1)))
    failed = {"kind": "llm", "status": "error", "error_type": "APIError"}
    rows = [{"run_id": id_of(n), "span_id": f"s{n}", **failed} for n in (0, 1)]
    put(opened, "spans", spans(*rows))
    said = [
        {"run_id": id_of(n), "span_id": f"s{n}", "error_message": f"no room on gpu {n}"}
        for n in (0, 1)
    ]
    put(opened, "text", text(*said))
    [cause] = failures(opened).causes.to_dicts()
    assert (cause["rule"], cause["runs"]) == ("provider.error", 2)
    assert cause["signature"] == "provider.error: APIError no room on gpu <n>"
    assert cause["outcomes"] == ["2 provider_error"]


def test_the_page(
    workspace: Workspace, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(command, "failures", [str(workspace.path)]) == 0
    lines = [line.rstrip() for line in capfd.readouterr().out.splitlines()]
    assert [" ".join(line.split()) for line in lines] == [
        "6 of 8 runs failed, of 5 causes",
        "1 success, 4 wrong, 1 agent_error, 1 infra, 1 timeout",
        "by fault: 3 execution.error/span, 2 no fault left, 1 run.error",
        "",
        "runs share cause example",
        "2 33 % execution.error/span, then identical_retry, fired 00000000",
        "hammered",
        "look: shop <n> is busy",
        "2 tasks · 2 wrong · 1 m, 1 n",
        "1 17 % execution.error/span, then identical_retry 22222222",
        "look: shop <n> is busy",
        "1 wrong · 1 m",
        "1 17 % no fault left 33333333",
        "does not hold: amount",
        "1 wrong · 1 m",
        "1 17 % no fault left 44444444",
        "ended: timeout",
        "1 timeout · 1 m",
        "1 17 % run.error 55555555",
        "KeyError <value> at <n>",
        "1 agent_error · 1 m",
    ]
    assert max(map(len, lines)) <= 80


def test_json_holds_every_cause(workspace: Workspace, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(command, "failures", [str(workspace.path), "--json", "--by", "rule"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert (found["failed"], found["judged"], found["outcomes"]["infra"]) == (6, 7, 1)
    assert [cause["runs"] for cause in found["causes"]] == [3, 2, 1]
    assert found["rules"][1] == {"rule": None, "runs": 2}


def test_without_a_failure(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    opened = Workspace.create(tmp_path / "ws")
    put(opened, "runs", run_rows(ended(0, passed=True)))
    assert run(command, "failures", [str(opened.path)]) == 0
    assert capfd.readouterr().out == "none of 1 runs failed\n1 success\n"


def test_without_checks_nothing_is_known(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    opened = Workspace.create(tmp_path / "ws")
    put(opened, "runs", run_rows(ended(0, checks=[])))
    assert run(command, "failures", [str(opened.path)]) == 2
    printed = capfd.readouterr()
    assert "of none of 1 runs is it known whether it failed\n1 unscored" in printed.out
    assert "their tasks have no checks" in printed.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--by", "tool"], "causes have no 'tool'; there are rule, response, markers, signature"),
        (["--by", ","], "--by names nothing"),
    ],
)
def test_bad_words_are_exit_2(
    workspace: Workspace, capfd: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    assert run(command, "failures", [str(workspace.path), *words]) == 2
    assert says in capfd.readouterr().err


def test_an_empty_workspace_is_exit_2(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    Workspace.create(tmp_path / "ws")
    assert run(command, "failures", [str(tmp_path / "ws")]) == 2
    assert "the workspace holds no run" in capfd.readouterr().err
