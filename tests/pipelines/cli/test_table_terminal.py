"""What `midspan table` shows a person: all columns, and nothing that drives the terminal."""

from pathlib import Path

import pytest

from tests.pipelines.cli.conftest import Midspan
from tests.support.otlp import Story, write
from tests.support.terminal import on_a_terminal


@pytest.fixture
def workspace(midspan: Midspan, tmp_path: Path) -> Path:
    spans = []
    for number, model in enumerate(("first/model", "second/model"), start=1):
        story = Story(trace=number, run_id=f"{number:032x}", task="refund", model=model, trial=1)
        with story.agent(output="\x1b[2Jcleared\u009b31m"):
            story.tool("look", {"n": number}, id="a")
        spans += story.spans
    write(tmp_path / "in.jsonl", spans)
    assert midspan("ingest", tmp_path / "in.jsonl", "--into", tmp_path / "ws").code == 0
    assert midspan("score", tmp_path / "ws").code == 0
    return tmp_path / "ws"


@pytest.mark.parametrize("form", ["--csv", "--json"])
def test_text_of_agents_cannot_drive_a_terminal(workspace: Path, form: str) -> None:
    words = ("table", str(workspace), "runs", "--columns", "answer", form)
    code, lines = on_a_terminal(workspace, *words)
    assert code == 0
    assert "\\u001b[2Jcleared\\u009b31m" in "\n".join(lines)
    assert "\x1b" not in "\n".join(lines)
    assert "\x9b" not in "\n".join(lines)


def test_a_program_gets_the_text_of_agents_as_it_is(midspan: Midspan, workspace: Path) -> None:
    done = midspan("table", workspace, "runs", "--columns", "answer", "--csv", "--limit", 1)
    assert (done.code, done.out) == (0, "answer\n\x1b[2Jcleared\u009b31m\n")


@pytest.mark.parametrize("columns", ["0", "1", "40", "80"])
def test_no_column_of_an_overview_is_left_out(
    midspan: Midspan, workspace: Path, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    done = midspan("table", workspace, "variants")
    *_, head, first, second = [line.split() for line in done.out.splitlines()]
    assert (head[0], head[-1]) == ("model", "loop")
    assert (first[0], second[0]) == ("first/model", "second/model")
    assert "…" not in done.out


def test_more_rows_than_can_be_counted_are_all_of_them(midspan: Midspan, workspace: Path) -> None:
    done = midspan("table", workspace, "runs", "--columns", "model", "--limit", 5_000_000_000)
    assert (done.code, done.err) == (0, "")
    assert done.out.split() == ["model", "first/model", "second/model"]


def test_a_condition_that_nothing_meets_quotes_no_control_characters(
    midspan: Midspan, workspace: Path
) -> None:
    done = midspan("table", workspace, "runs", "--where", "answer=\x1b[2Jcleare")
    assert (done.code, done.out.strip().splitlines()[1:]) == (0, [])
    assert "\x1b" not in done.err
    assert "Did you mean \\u001b[2Jcleared\\u009b31m?" in done.err


def test_names_of_quarantined_files_cannot_drive_a_terminal(
    midspan: Midspan, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "\x1b[31mred.jsonl").write_text("no JSON\n")
    done = midspan("ingest", tmp_path / "in", "--into", tmp_path / "ws")
    assert done.code == 3
    assert f"quarantined {tmp_path}/in/\\u001b[31mred.jsonl:1: " in done.err
    assert "\x1b" not in done.err


@pytest.mark.parametrize("form", [[], ["--wide"], ["--json"]])
def test_a_table_without_rows_says_so_to_a_person(
    midspan: Midspan, workspace: Path, monkeypatch: pytest.MonkeyPatch, form: list[str]
) -> None:
    assert midspan("table", workspace, "quarantine", *form).err == ""
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert midspan("table", workspace, "quarantine", *form).err == "no rows\n"
    assert midspan("table", workspace, "quarantine", "--limit", 0, *form).err == ""
