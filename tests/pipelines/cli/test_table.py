"""`midspan table`."""

import csv
import io
import json
from pathlib import Path

import pytest

from midspan.scorers.tables import ALL
from tests.pipelines.cli.conftest import Midspan
from tests.support.otlp import RUN, Story, call, offered, write, write_text

OTHER = "0" * 31 + "1"


@pytest.fixture
def workspace(midspan: Midspan, tmp_path: Path) -> Path:
    spans = []
    for number, run_id in enumerate((RUN, OTHER), start=1):
        story = Story(trace=number, run_id=run_id, task="refund", model="m", trial=number)
        with story.agent(output='said "yes", twice'):
            story.llm(call("look", {"n": number}, id="a"), tools=[offered("look")])
            story.tool("look", {"n": number}, id="a", error="ValueError: no")
        spans += story.spans
    write(tmp_path / "in" / "spans.jsonl", spans)
    write_text(tmp_path / "in" / "bad.jsonl", "no JSON")
    assert midspan("ingest", tmp_path / "in", "--into", tmp_path / "ws").code == 3
    assert midspan("score", tmp_path / "ws").code == 0
    return tmp_path / "ws"


@pytest.mark.parametrize("name", list(ALL))
def test_json_is_one_array_with_exactly_the_columns(
    midspan: Midspan, workspace: Path, name: str
) -> None:
    done = midspan("table", workspace, name, "--json")
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)
    assert found
    assert {tuple(row) for row in found} == {tuple(ALL[name].schema)}


@pytest.mark.parametrize("name", [*ALL, "cells", "variants"])
@pytest.mark.parametrize("form", [["--json"], ["--csv"], []])
def test_a_workspace_without_rows_has_tables(
    midspan: Midspan, workspace: Path, tmp_path: Path, name: str, form: list[str]
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "workspace.json").write_text('{"contract": 1, "buckets": 1}')
    done = midspan("table", tmp_path / "empty", name, *form)
    assert (done.code, done.err) == (0, "")
    if form == ["--json"]:
        assert json.loads(done.out) == []


def test_csv_holds_lists_as_json(midspan: Midspan, workspace: Path) -> None:
    done = midspan("table", workspace, "runs", "--csv")
    first, second = csv.DictReader(io.StringIO(done.out))
    assert list(first) == list(ALL["runs"].schema)
    assert (first["run_id"], second["run_id"]) == (OTHER, RUN)
    assert json.loads(second["trace_ids"]) == [f"{1:032x}"]
    assert second["answer"] == 'said "yes", twice'
    assert second["suite"] == ""


def test_columns_rows_and_limit(midspan: Midspan, workspace: Path) -> None:
    words = ("table", workspace, "calls", "--columns", "name, fault,name", "--json")
    row = {"name": "look", "fault": "execution.error"}
    assert json.loads(midspan(*words).out) == [row, row]
    assert json.loads(midspan(*words, "--limit", 1).out) == [row]
    assert json.loads(midspan(*words, "--limit", 0).out) == []
    assert json.loads(midspan(*words, "--where", f"run_id={RUN}").out) == [row]
    assert json.loads(midspan(*words, "--where", "result=", "--where", "call=0").out) == [row, row]
    assert json.loads(midspan(*words, "--where", "executed=false").out) == []


def test_numbers_are_compared_as_numbers(midspan: Midspan, workspace: Path) -> None:
    words = ("table", workspace, "scores", "--columns", "run_id", "--json")
    rate = ("--where", "name=valid_call_rate", "--where", "value=1")
    assert json.loads(midspan(*words, *rate).out) == [{"run_id": OTHER}, {"run_id": RUN}]


@pytest.mark.parametrize("name", [*ALL, "cells", "variants"])
def test_a_person_gets_a_table(midspan: Midspan, workspace: Path, name: str) -> None:
    done = midspan("table", workspace, name)
    assert (done.code, done.err) == (0, "")
    assert len(done.out.splitlines()) >= 2, "a head and a row"


def test_cells_and_variants_are_computed(midspan: Midspan, workspace: Path) -> None:
    (cell,) = json.loads(midspan("table", workspace, "cells", "--json").out)
    assert (cell["task"], cell["model"], cell["runs"]) == ("refund", "m", 2)
    (variant,) = json.loads(midspan("table", workspace, "variants", "--json").out)
    assert (variant["tasks"], variant["runs"]) == (1, 2)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("ws", "call"), "midspan table: no such table: call. Did you mean calls?\n"),
        (
            ("ws", "x"),
            "midspan table: no such table: x; there are spans, text, tools, runs",
        ),
        (("gone", "calls"), "midspan table: gone: not a workspace (no workspace.json)\nMake one"),
        (("ws", "calls", "--columns", "nam"), "midspan table: no column nam\nDid you mean name?"),
        (("ws", "calls", "--where", "name"), "midspan table: --where name: not of the form"),
        (("ws", "calls", "--where", "notes=x"), "midspan table: --where notes=x: notes holds lis"),
        (("ws", "calls", "--where", "turn=x"), "midspan table: --where turn=x: turn holds numbe"),
        (("ws", "calls", "--limit", "-1"), "Usage: midspan table"),
    ],
)
def test_what_cannot_be_done_says_so(
    midspan: Midspan,
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(workspace.parent)
    done = midspan("table", *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(message)


def test_the_first_digits_of_an_id_are_enough(midspan: Midspan, workspace: Path) -> None:
    words = ("table", workspace, "runs", "--columns", "run_id", "--json")
    assert json.loads(midspan(*words, "--where", f"run_id={RUN[:6].upper()}").out) == [
        {"run_id": RUN}
    ]


@pytest.mark.parametrize(
    ("conditions", "said"),
    [
        (["fault=model.unparsable"], "no row has fault = model.unparsable; values are execution.e"),
        (["executed=no"], "no row has executed = no; values are true\n"),
        (["name=lok"], "no row has name = lok. Did you mean look?\n"),
        (["result=x"], "no row has result = x; it is null in every row\n"),
        (["call=7"], "no row has call = 7\n"),
        (["name="], "no row has name = null\n"),
        ([f"run_id={RUN}", f"run_id={OTHER}"], f"no row has all of these: run_id = {RUN}, run_id"),
    ],
)
def test_a_condition_that_nothing_meets_says_what_there_is(
    midspan: Midspan, workspace: Path, conditions: list[str], said: str
) -> None:
    where = [word for condition in conditions for word in ("--where", condition)]
    done = midspan("table", workspace, "calls", "--json", *where)
    assert (done.code, json.loads(done.out)) == (0, [])
    assert done.err.startswith(said)


def test_wide_prints_a_block_for_each_row_and_cuts_nothing(
    midspan: Midspan, workspace: Path
) -> None:
    words = ("--where", "name=valid_call_rate", "--columns", "run_id,explanation", "--wide")
    done = midspan("table", workspace, "scores", *words)
    assert done.err == ""
    first, second = done.out.split("\n\n")
    assert first.splitlines()[0] == f"run_id:      {OTHER}"
    assert second.splitlines()[0] == f"run_id:      {RUN}"
    assert "…" not in done.out


def test_wide_leaves_out_what_is_empty_everywhere(midspan: Midspan, workspace: Path) -> None:
    shown = midspan("table", workspace, "runs", "--wide").out
    assert "task:" in shown
    assert "suite:" not in shown
    chosen = midspan("table", workspace, "runs", "--wide", "--columns", "suite", "--limit", 1).out
    assert chosen == "suite: ·\n"


def test_columns_that_are_empty_everywhere_are_left_out_unless_asked_for(
    midspan: Midspan, workspace: Path
) -> None:
    assert "revision" not in midspan("table", workspace, "runs").out
    assert midspan("table", workspace, "runs", "--columns", "revision").out.split() == [
        "revision",
        "·",
        "·",
    ]


def test_scores_without_a_value_say_why(midspan: Midspan, workspace: Path) -> None:
    words = ("table", workspace, "scores", "--where", "name=cost_usd")
    head, first, *_ = midspan(*words).out.splitlines()
    assert head.split() == ["run_id", "name", "status", "reason"]
    assert first.split(maxsplit=2)[1:] == ["cost_usd", "not_evaluated  no price for gpt-4.1-mini"]
    fine = midspan("table", workspace, "scores", "--where", "name=tool_calls")
    assert "status" not in fine.out.splitlines()[0]


def test_scores_by_columns_that_leave_the_status_out(midspan: Midspan, workspace: Path) -> None:
    done = midspan("table", workspace, "scores", "--columns", "name,reason", "--limit", 3)
    assert (done.code, done.out.splitlines()[0].split()) == (0, ["name", "reason"])
