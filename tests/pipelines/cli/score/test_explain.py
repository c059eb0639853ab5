"""`midspan score --explain`: one run, told step by step."""

import shlex
from pathlib import Path

import pytest

from tests.pipelines.cli.conftest import Midspan
from tests.pipelines.cli.score.conftest import values
from tests.support.otlp import RUN, Story, write
from tests.support.own_scorers import installed


def test_one_run_is_told_step_by_step(midspan: Midspan, shop: Path) -> None:
    midspan("score", "ws", "--suite", "suite.yaml")
    done = midspan("score", "ws", "--explain", RUN[:6])
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == f"run {RUN}"
    assert '  ✓ look {"n":1}  1.00 s  call 0' in lines
    assert "answer  done" in lines
    assert [line.split() for line in lines[-5:]] == [
        ["Retry", "budget"],
        ["retries", "4"],
        [],
        ["Others"],
        ["steps", "1", "↓"],
    ]


def test_one_run_is_told_as_it_would_be_judged_otherwise(midspan: Midspan, shop: Path) -> None:
    midspan("score", "ws")
    words = ("--explain", RUN[:6], "--profile", "profile.yaml")
    done = midspan("score", "ws", *words, "--json")
    assert (done.code, values(done)) == (0, {"steps": 1.0})
    assert values(midspan("score", "ws", "--explain", RUN[:6], "--json")) == {"steps": 3.0}


def test_a_run_of_files_is_told_without_a_workspace(midspan: Midspan, shop: Path) -> None:
    done = midspan("score", "spans.jsonl", "--explain", RUN[:6], "--json")
    assert (done.code, values(done)) == (0, {"steps": 3.0})


def test_errors_name_the_files_and_not_the_folder_that_holds_them(
    midspan: Midspan, shop: Path
) -> None:
    done = midspan("score", "spans.jsonl", "--explain", "")
    said = "midspan score: spans.jsonl: more than one run has an id that begins with ''"
    assert (done.code, done.err.splitlines()[0]) == (2, said)
    (shop / "others.jsonl").write_text((shop / "spans.jsonl").read_text())
    done = midspan("score", "others.jsonl", "spans.jsonl", "--explain", "zz")
    assert (done.code, done.err.splitlines()) == (
        2,
        [
            "midspan score: others.jsonl and 1 more: no run has an id that begins with 'zz'",
            "Some of the runs: the same command without --explain",
        ],
    )


def test_a_run_that_was_asked_in_brackets_is_told(midspan: Midspan, shop: Path) -> None:
    deep = "[" * 5000 + "]" * 5000
    story = Story(run_id=RUN)
    with story.agent(output="done", input=deep):
        story.llm(text="done")
    write(shop / "deep.jsonl", story.spans)
    done = midspan("score", "deep.jsonl", "--explain", RUN)
    assert (done.code, done.err) == (0, "")
    assert f"  asked   {deep[:400]}... (10,000 characters)" in done.out.splitlines()


def test_the_command_that_tells_of_the_worst_run_works(midspan: Midspan, shop: Path) -> None:
    (shop / "a b").mkdir()
    (shop / "spans.jsonl").rename(shop / "a b" / "spans.jsonl")
    with pytest.MonkeyPatch.context() as patch:
        installed(patch, half="tests.support.own_scorers:Half")
        done = midspan("score", "a b/spans.jsonl", "--suite", "suite.yaml")
        command = done.out.splitlines()[-1].strip()
        assert command == (
            f"midspan score 'a b/spans.jsonl' --suite suite.yaml --explain {RUN[:8]}"
        )
        told = midspan(*shlex.split(command)[1:])
    assert (told.code, told.out.splitlines()[0]) == (0, f"run {RUN}")
