"""Tailing spool files: none is read twice, none is lost, and what fails keeps nothing back."""

import json
import multiprocessing
import os
import shutil
import signal
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from midspan.pipelines.storage.locks import only_writer
from midspan.pipelines.watch.figures import Figures
from midspan.pipelines.watch.tails import TailSettings, run
from midspan.pipelines.watch.tails.listing import Location
from midspan.pipelines.watch.tails.scoring import Scoring
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import Exit, InvalidInput, SurroundingsError
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


def test_nothing_is_read_twice_over_restarts(spool: Path, tmp_path: Path) -> None:
    given: list[list[str]] = []

    def score(paths: Sequence[Location]) -> int:
        given.append([path.name for path in paths])
        return 0

    plan(spool, 1)
    for number in range(1, 4):
        write(spool / f"{run_id(number)}-0.otlp.jsonl", spans(number))
        result(spool, number)
    clock = Clock()
    watching = tail(settings(tmp_path), clock, score=score)
    step(watching)
    clock.now = 5
    step(watching)
    assert sum(map(len, given)) == 7

    clock.now = 1000
    again = tail(settings(tmp_path), clock, score=score)
    step(again)
    clock.now = 2000
    assert step(again) == 0
    assert sum(map(len, given)) == 7

    plan(spool, 1, 2)
    step(again)
    clock.now = 3000
    assert step(again) == 1
    assert given[-1] == ["plan.jsonl"]


def test_many_files_are_looked_at_and_only_new_ones_opened(spool: Path, tmp_path: Path) -> None:
    for number in range(20_000):
        (spool / f"{number:032x}-0.otlp.jsonl").touch()
    watching = tail(settings(tmp_path, quiet=0.0), Clock(), score=lambda _paths: 0)
    while step(watching):
        pass
    opened: list[str] = []

    def score(paths: Sequence[Location]) -> int:
        opened.extend(map(str, paths))
        return 0

    again = tail(settings(tmp_path, quiet=0.0), Clock(), score=score)
    new = write(spool / f"{'f' * 32}-0.otlp.jsonl", spans(1))
    assert step(again) == 1
    assert opened == [str(new)]


def test_files_that_go_away_meanwhile_cost_the_others_nothing(spool: Path, tmp_path: Path) -> None:
    watching = tail(settings(tmp_path), Clock())
    for number in (1, 2):
        write(spool / f"{run_id(number)}-0.otlp.jsonl", spans(number))
        result(spool, number)
    watching.look()
    (spool / f"{run_id(1)}-0.otlp.jsonl").unlink()
    while watching.step():
        pass
    (spool / f"{run_id(2)}-0.otlp.jsonl").unlink()
    step(watching)

    found = rows(Workspace(tmp_path / "ws"), "runs", "run_id", "status")
    assert (run_id(2), "ok") in found
    assert [row for row in found if row[0] == run_id(1) and row[1] == "ok"] == []


def test_a_file_that_nothing_can_be_made_of_is_noted_and_the_others_are_read(
    spool: Path, tmp_path: Path
) -> None:
    read: list[str] = []

    def score(paths: Sequence[Location]) -> int:
        if any(path.name.startswith(run_id(2)) for path in paths):
            raise InvalidInput("nothing in it makes sense")
        read.extend(path.name for path in paths)
        return 0

    for number in (1, 2, 3):
        write(spool / f"{run_id(number)}-0.otlp.jsonl", spans(number))
    watching = tail(settings(tmp_path), Clock(), score=score)

    assert watching.once() is Exit.IN_PART
    assert sorted(read) == [f"{run_id(1)}-0.otlp.jsonl", f"{run_id(3)}-0.otlp.jsonl"]
    [line] = (tmp_path / "ws-state" / "unread.jsonl").read_text().splitlines()
    assert json.loads(line) == {
        "files": [str(spool / f"{run_id(2)}-0.otlp.jsonl")],
        "reason": "nothing in it makes sense",
    }
    assert tail(settings(tmp_path), Clock(), score=score).once() is Exit.DONE


def test_while_the_surroundings_fail_it_goes_on_trying_and_says_so_once(
    spool: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(spool / f"{run_id(1)}-0.otlp.jsonl", spans(1))
    result(spool, 1)
    tries, done = 0, threading.Event()

    def score(paths: Sequence[Location]) -> int:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise SurroundingsError("the disk is full", fix="Make room.")
        done.set()
        return 0

    stop = threading.Event()
    watching = tail(settings(tmp_path), Clock(), score=score)
    thread = threading.Thread(target=watching.run, args=(stop,))
    thread.start()
    assert done.wait(30)
    stop.set()
    thread.join()
    assert capsys.readouterr().err.splitlines() == [
        f"{spool} cannot be read and scored: the disk is full: it is tried again",
        f"{spool} cannot be read and scored: that is over",
    ]
    tries = 0
    write(spool / f"{run_id(2)}-0.otlp.jsonl", spans(2))
    with pytest.raises(SurroundingsError):
        watching.once()


def watch_for_ever(asked: TailSettings) -> None:
    run(asked, stop=threading.Event())


def test_killed_at_any_moment_it_ends_with_the_same_tables(spool: Path, tmp_path: Path) -> None:
    asked = settings(tmp_path, quiet=0.1, published=True)
    plan(spool, *range(1, 13))
    fork = multiprocessing.get_context("fork")
    for number in range(1, 13):
        write(spool / f"{run_id(number)}-0.otlp.jsonl", spans(number))
        result(spool, number)
        child = fork.Process(target=watch_for_ever, args=(asked,))
        child.start()
        child.join(0.1 + 0.13 * number)
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        child.join()
    assert (
        run(settings(tmp_path, quiet=0.1, published=True, once=True), stop=threading.Event()) == 0
    )

    assert contents(Workspace(tmp_path / "ws")) == offline(tmp_path, spool)
    handed: set[str] = set()
    for batch in (asked.state / "batches").glob("[0-9]*"):
        handed |= {row[0] for row in rows(Workspace(batch / "ws"), "runs", "run_id")}
    assert handed == {run_id(number) for number in range(1, 13)}


def test_while_too_much_waits_to_be_published_nothing_is_read(spool: Path, tmp_path: Path) -> None:
    write(spool / f"{run_id(1)}-0.otlp.jsonl", spans(1))
    result(spool, 1)
    asked = settings(tmp_path, largest_backlog=1000)
    waiting = asked.state / "batches" / "000001" / "ws" / "part"
    waiting.parent.mkdir(parents=True)
    waiting.write_bytes(bytes(2000))
    read, stop = threading.Event(), threading.Event()

    def score(_paths: Sequence[Location]) -> int:
        read.set()
        return 0

    thread = threading.Thread(target=tail(asked, Clock(), score=score).run, args=(stop,))
    thread.start()
    assert not read.wait(1.5)
    shutil.rmtree(asked.state / "batches" / "000001")
    assert read.wait(30)
    stop.set()
    thread.join()


def test_while_another_command_writes_the_workspace_a_batch_is_kept_ready(
    spool: Path, tmp_path: Path
) -> None:
    write(spool / f"{run_id(1)}-0.otlp.jsonl", spans(1))
    result(spool, 1)
    watching = tail(settings(tmp_path), Clock())
    with only_writer(tmp_path / "ws"):
        for _ in range(3):
            with pytest.raises(SurroundingsError, match="is writing here"):
                step(watching)
        assert len(list((tmp_path / "ws-state" / "batches").glob(".[0-9]*"))) == 1
    assert step(watching) == 1
    assert contents(Workspace(tmp_path / "ws")) == offline(tmp_path, spool)
    assert not list((tmp_path / "ws-state" / "batches").glob(".[0-9]*"))


class Killed(BaseException):
    """Stands for the end of the process, at a moment that can be said."""


@pytest.mark.parametrize("moment", ["absorb", "hand over"])
def test_killed_before_a_batch_is_handed_over_the_publisher_gets_it(
    spool: Path, tmp_path: Path, moment: str
) -> None:
    write(spool / f"{run_id(1)}-0.otlp.jsonl", spans(1))
    result(spool, 1)
    asked = settings(tmp_path, published=True)
    figures = Figures(None)
    asked.state.mkdir()

    def killed(step: str) -> None:
        if step == moment:
            raise Killed

    with pytest.raises(Killed):
        tail(asked, Clock(), score=Scoring(asked, figures, at=killed)).once()
    assert tail(asked, Clock(), score=Scoring(asked, figures)).once() is Exit.DONE

    batches = list((asked.state / "batches").glob("[0-9]*"))
    assert [rows(Workspace(batch / "ws"), "runs", "run_id") for batch in batches] == [
        [(run_id(1),)]
    ]
    assert contents(Workspace(tmp_path / "ws")) == offline(tmp_path, spool)
