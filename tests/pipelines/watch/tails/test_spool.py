"""Tailing spool files: the workspace holds what `ingest` and `score` of the same files give."""

import threading
from pathlib import Path

import fsspec

from midspan.pipelines.watch.figures import read_figures
from midspan.pipelines.watch.tails import run, summary
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import Exit
from tests.support.otlp import write
from tests.support.watched_spool import (
    Clock,
    contents,
    offline,
    plan,
    result,
    run_id,
    settings,
    spans,
    step,
    tail,
)
from tests.support.workspaces import rows


def close(part: Path) -> None:
    part.rename(part.with_name(part.name.removesuffix(".part")))


def test_runs_come_one_by_one_and_the_tables_are_those_of_all_at_once(
    spool: Path, tmp_path: Path
) -> None:
    clock = Clock()
    watching = tail(settings(tmp_path), clock)
    assert step(watching) == 0
    plan(spool, 1, 2, 3)
    clock.now = 1
    step(watching)
    clock.now = 2.5
    assert step(watching) == 1
    runs = Workspace(tmp_path / "ws").table("runs").collect()
    assert sorted(runs["status"]) == ["missing"] * 3

    part = write(spool / f"{run_id(1)}-0.otlp.jsonl.part", spans(1))
    assert step(watching) == 0
    close(part)
    assert step(watching) == 0  # its result is still to come
    result(spool, 1)
    assert step(watching) == 1
    write(spool / f"{run_id(2)}-0.otlp.jsonl", spans(2))
    result(spool, 2, exit_code=1)
    write(spool / f"{run_id(9)}-0.otlp.jsonl", spans(9))  # nobody planned it
    assert step(watching) == 1
    clock.now = 4
    assert step(watching) == 1

    assert contents(Workspace(tmp_path / "ws")) == offline(tmp_path, spool)


def test_a_later_launch_and_a_later_segment_are_scored_again(spool: Path, tmp_path: Path) -> None:
    watching = tail(settings(tmp_path), Clock())
    first = spans(1)
    write(spool / f"{run_id(1)}-0.otlp.jsonl", first[:2])
    result(spool, 1, ended_by="platform", exit_code=None)
    assert step(watching) == 1
    assert contents(Workspace(tmp_path / "ws")) == offline(tmp_path, spool)

    again = spans(1, revision="v2")
    for one in again:
        one["spanId"] = "f" + one["spanId"][1:]
        if "parentSpanId" in one:
            one["parentSpanId"] = "f" + one["parentSpanId"][1:]
    write(spool / f"{run_id(1)}-1.otlp.jsonl", again[:3])
    result(spool, 1, 1)
    assert step(watching) == 1
    assert contents(Workspace(tmp_path / "ws")) == offline(tmp_path, spool)

    write(spool / f"{run_id(1)}-1.001.otlp.jsonl", again[3:])
    assert step(watching) == 1
    assert contents(Workspace(tmp_path / "ws")) == offline(tmp_path, spool)
    [run_row] = rows(Workspace(tmp_path / "ws"), "runs", "run_id", "launch", "revision")
    assert run_row == (run_id(1), 1, "v2")


def test_what_is_never_closed_is_read_as_it_is_and_again_when_it_grows(
    spool: Path, tmp_path: Path
) -> None:
    clock = Clock()
    watching = tail(settings(tmp_path), clock)
    part = write(spool / f"{run_id(1)}-0.otlp.jsonl.part", spans(1)[1:3])
    assert step(watching) == 0
    clock.now = 60
    assert step(watching) == 1
    assert rows(Workspace(tmp_path / "ws"), "runs", "status") == [("incomplete",)]
    clock.now = 600
    assert step(watching) == 0

    write(part, [*spans(1)[1:], spans(1)[0]])
    step(watching)
    close(part)
    step(watching)
    clock.now = 601
    assert step(watching) == 1
    assert rows(Workspace(tmp_path / "ws"), "runs", "status") == [("ok",)]
    assert len(rows(Workspace(tmp_path / "ws"), "spans", "span_id")) == 5


def test_a_bucket_gives_what_the_directory_gives(spool: Path, tmp_path: Path) -> None:
    plan(spool, 1, 2)
    for number in (1, 2):
        write(spool / f"{run_id(number)}-0.otlp.jsonl", spans(number))
        result(spool, number)
    store = fsspec.filesystem("memory")
    for path in spool.iterdir():
        store.pipe(f"/bucket-of-{tmp_path.name}/{path.name}", path.read_bytes())
    expected = offline(tmp_path, spool)

    for name, source in {
        "directory": str(spool),
        "memory": f"memory://bucket-of-{tmp_path.name}",
        "file": f"file://{spool}",
    }.items():
        asked = settings(tmp_path / name, source, once=True)
        assert run(asked, stop=threading.Event()) is Exit.DONE
        assert contents(Workspace(asked.workspace)) == expected


def test_once_reads_what_is_not_whole_too_and_again_reads_nothing(
    spool: Path, tmp_path: Path
) -> None:
    plan(spool, 1, 2, 3)
    write(spool / f"{run_id(1)}-0.otlp.jsonl", spans(1))
    result(spool, 1)
    write(spool / f"{run_id(2)}-0.otlp.jsonl.part", spans(2)[1:])
    (spool / f"{run_id(3)}-0.otlp.jsonl.part").touch()

    assert run(settings(tmp_path, once=True), stop=threading.Event()) is Exit.DONE

    found: dict[str, str] = dict(rows(Workspace(tmp_path / "ws"), "runs", "run_id", "status"))
    assert found == {run_id(1): "ok", run_id(2): "incomplete", run_id(3): "missing"}
    before = (tmp_path / "ws" / "parts.json").read_bytes()
    assert run(settings(tmp_path, once=True), stop=threading.Event()) is Exit.DONE
    assert (tmp_path / "ws" / "parts.json").read_bytes() == before


def test_it_says_what_was_read_and_what_was_not(spool: Path, tmp_path: Path) -> None:
    write(spool / f"{run_id(1)}-0.otlp.jsonl", spans(1))
    bad = write(spool / f"{run_id(2)}-0.otlp.jsonl", spans(2))
    bad.write_text(bad.read_text() + '{"resourceSpans": 7}\n')
    asked = settings(tmp_path, once=True)

    assert run(asked, stop=threading.Event()) is Exit.IN_PART

    told = {"scorer": read_figures(asked.state / "figures" / "scorer.json")}
    assert list(summary(told, asked.state)) == [
        "2 files read",
        "1 span quarantined: midspan table WORKSPACE quarantine",
    ]


def test_a_result_that_comes_late_scores_its_run_again(spool: Path, tmp_path: Path) -> None:
    clock = Clock()
    watching = tail(settings(tmp_path), clock)
    write(spool / f"{run_id(1)}-0.otlp.jsonl", spans(1))
    step(watching)
    clock.now = 1
    assert step(watching) == 1
    workspace = Workspace(tmp_path / "ws")
    before = workspace.table("scores").filter(name="outcome").collect()["label"].to_list()

    result(spool, 1, ended_by="timeout", exit_code=None)
    assert step(watching) == 1

    after = workspace.table("scores").filter(name="outcome").collect()["label"].to_list()
    assert (before, after) == (["unscored"], ["timeout"])
    assert contents(Workspace(tmp_path / "ws")) == offline(tmp_path, spool)
