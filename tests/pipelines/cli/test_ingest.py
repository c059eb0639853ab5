"""`midspan ingest`."""

import fcntl
import json
import os
from pathlib import Path

import pytest

from tests.pipelines.cli.conftest import Midspan
from tests.support.otlp import RUN, Story, call, write, write_text


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    story = Story()
    with story.agent(output="done"):
        story.llm(call("look", {"n": 1}, id="a"), call("look", '{"n":', id="b"))
        story.tool("look", {"n": 1}, id="a")
    return write(tmp_path / "spool" / f"{RUN}-0.otlp.jsonl", story.spans).parent


def test_the_counts_add_up(midspan: Midspan, spool: Path, tmp_path: Path) -> None:
    done = midspan("ingest", spool, "--into", tmp_path / "ws")
    assert done == (
        0,
        "1 file: 3 spans in = 3 kept + 0 merged + 0 quarantined\n"
        "1 run with 2 calls (faults: 1 model.unparseable)\n"
        "dialects: otel-genai 3\n",
        "",
    )
    again = midspan("ingest", spool, "--into", tmp_path / "ws")
    assert again.out.startswith("0 files (1 more were read before): 0 spans in")


def test_json_is_one_object(midspan: Midspan, spool: Path, tmp_path: Path) -> None:
    done = midspan("ingest", spool, "--into", tmp_path / "ws", "--json")
    assert json.loads(done.out) == {
        "files": 1,
        "files_known": 0,
        "spans_in": 3,
        "kept": 3,
        "merged": 0,
        "quarantined": 0,
        "rejected": [],
        "runs": 1,
        "calls": 2,
        "dialects": {"otel-genai": 3},
        "faults": {"model.unparseable": 1, "none": 1},
        "notes": {},
        "logs_in": 0,
        "logs_applied": 0,
        "logs_unmatched": 0,
        "unmapped": [],
    }


def test_what_is_quarantined_is_listed(midspan: Midspan, spool: Path, tmp_path: Path) -> None:
    bad = write_text(spool / "bad.jsonl", *(f'{{"resourceSpans": {n}' for n in range(1, 13)))
    done = midspan("ingest", spool, "--into", tmp_path / "ws")
    assert done.code == 3
    assert done.out.startswith("2 files: 15 spans in = 3 kept + 0 merged + 12 quarantined\n")
    lines = done.err.splitlines()
    assert len(lines) == 11
    assert lines[0].startswith(f"quarantined {bad}:1: not readable as JSON: ")
    assert lines[-1] == "and 2 more: see the table `quarantine`"


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ((), 2, "Usage: midspan ingest [OPTIONS] PATHS..."),
        (("gone", "--into", "ws"), 2, "midspan ingest: gone: no such file or directory"),
        (("empty.jsonl", "--into", "ws"), 2, "midspan ingest: empty.jsonl: the file is empty"),
        (("nothing", "--into", "ws"), 2, "midspan ingest: nothing: no files of spans in this"),
        (("spool",), 2, "Usage: midspan ingest [OPTIONS] PATHS..."),
        (("spool", "--into", "nothing/../empty.jsonl"), 2, "midspan ingest: nothing/../empty.js"),
        (("spool", "--into", "spool"), 2, "midspan ingest: spool: is not empty and not a works"),
        (("spool", "--into", "/dev/null/ws"), 4, "midspan ingest: /dev/null/ws: Not a directory"),
        (("spool", "--into", "ws", "--workers", "0"), 2, "Usage: midspan ingest"),
        (("spool", "--into", "ws", "--context", "tsk=a"), 2, "midspan ingest: --context: no such"),
        (("spool", "--into", "ws", "--context-from-name", "("), 2, "midspan ingest: --context-fro"),
        (("phoenix://h/p", "--into", "ws"), 2, "midspan ingest: phoenix://h/p: not an address"),
        (("memory://no", "--into", "ws"), 2, "midspan ingest: memory://no: no such file or dire"),
        (("mlflow+http://127.0.0.1:9/p", "--into", "ws"), 4, "midspan ingest: mlflow does not an"),
    ],
)
def test_what_cannot_be_done_says_so(
    midspan: Midspan,
    spool: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(spool.parent)
    Path("empty.jsonl").touch()
    Path("nothing").mkdir()
    done = midspan("ingest", *words)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(message)
    assert "Traceback" not in done.err


def test_context_is_mapped(midspan: Midspan, spool: Path, tmp_path: Path) -> None:
    words = ("ingest", spool, "--into", tmp_path / "ws")
    rules = ("--context", "task=gen_ai.agent.name", "--context", "tier=service.name")
    named = ("--context-from-name", r"-(?P<trial>\d+)\.otlp", "--run-by", "trace")
    assert midspan(*words, *rules, *named).code == 0
    columns = ("--columns", "run_id,task,tier,trial")
    table = midspan("table", tmp_path / "ws", "runs", "--json", *columns)
    assert json.loads(table.out) == [
        {"run_id": f"{1:032x}", "task": "shop-agent", "tier": "shop", "trial": 0}
    ]


def test_what_is_not_mapped_is_told(midspan: Midspan, spool: Path, tmp_path: Path) -> None:
    words = ("ingest", spool, "--into", tmp_path / "ws", "--context", "task=gen_ai.agent.nam")
    done = midspan(*words)
    assert (done.code, done.err) == (
        3,
        "not mapped: no span has the attribute gen_ai.agent.nam; there are gen_ai.agent.name, "
        "gen_ai.tool.name\n",
    )


def test_a_value_that_a_field_cannot_have_is_told(
    midspan: Midspan, spool: Path, tmp_path: Path
) -> None:
    words = ("ingest", spool, "--into", tmp_path / "ws", "--context", "trial=gen_ai.agent.name")
    done = midspan(*words)
    said = "not mapped: gen_ai.agent.name in 1 span is no trial, which is a whole number: 'shop-a"
    assert (done.code, done.err[: len(said)]) == (3, said)


def test_names_that_are_no_text_are_printed_as_escapes(midspan: Midspan, tmp_path: Path) -> None:
    file = write_text(tmp_path / os.fsdecode(b"caf\xe9.jsonl"), "no JSON")
    done = midspan("ingest", file, "--into", tmp_path / "ws")
    assert done.code == 3
    assert done.err.startswith(f"quarantined {tmp_path}/caf\\xe9.jsonl:1: no format that can be")
    done = midspan("ingest", file, "--into", tmp_path / os.fsdecode(b"b\xe9"))
    assert (done.code, done.err.splitlines()) == (
        2,
        [
            f"midspan ingest: {tmp_path}/b\\xe9: a name that is not UTF-8, in which no workspace "
            "can be kept",
            "Name another folder.",
        ],
    )


@pytest.mark.parametrize(
    ("target", "reason"),
    [("link", "it is a link that leads to itself"), ("gone", "it is a link to gone, which is not")],
)
def test_a_link_that_leads_nowhere(
    midspan: Midspan, tmp_path: Path, target: str, reason: str
) -> None:
    (tmp_path / "link").symlink_to(target)
    done = midspan("ingest", tmp_path / "link", "--into", tmp_path / "ws")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"midspan ingest: {tmp_path}/link: {reason}")


def test_two_at_a_time(
    midspan: Midspan, spool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("midspan.pipelines.storage.locks.WRITERS_GIVEN", 0.0)
    midspan("ingest", spool, "--into", tmp_path / "ws")
    with (tmp_path / "ws" / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = midspan("ingest", spool, "--into", tmp_path / "ws")
    assert done == (
        4,
        "",
        f"midspan ingest: {tmp_path}/ws: another midspan command is writing here\n"
        "Wait until it is done, then run this again.\n",
    )


def test_a_workspace_at_an_address_is_not_written(
    midspan: Midspan, spool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (("ingest", spool, "--into", "s3://a/b"), ("compact", "s3://a/b")):
        done = midspan(*words)
        assert (done.code, done.out) == (2, "")
        assert "s3://a/b: a workspace at an address cannot be written by this command" in done.err
    assert not (tmp_path / "s3:").exists()
    assert midspan("ingest", spool, "--into", f"file://{tmp_path}/ws").code == 0
    assert (tmp_path / "ws" / "workspace.json").is_file()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_without_permission(midspan: Midspan, spool: Path, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    done = midspan("ingest", spool, "--into", tmp_path / "locked" / "ws")
    assert (done.code, done.out) == (4, "")
    assert done.err == f"midspan ingest: {tmp_path}/locked/ws: Permission denied\n"


def test_help_has_an_example(midspan: Midspan) -> None:
    done = midspan("ingest", "--help")
    assert done.code == 0
    assert "Example:\n    midspan ingest spool/ --into shop\n" in done.out
