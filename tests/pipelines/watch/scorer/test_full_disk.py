"""A disk that is full has runs wait: none is lost, none is set aside, and it is said once."""

import errno
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.watch.figures import read_figures
from midspan.pipelines.watch.scorer import Scorer, ScorerSettings
from midspan.pipelines.watch.scorer.workers import Makers
from midspan.pipelines.workspace import Workspace
from tests.pipelines.watch.scorer.test_scorer import accept, settings_of
from tests.support.watched import OTHER, all_rows, at_once, request_of, story
from tests.support.workspaces import rows

FULL = "No space left on device"


def counters(settings: ScorerSettings) -> dict[str, float]:
    return read_figures(settings.state / "figures" / "scorer.json").counters


def refused(monkeypatch: pytest.MonkeyPatch, method: str, name: str, times: int) -> None:
    """Have the disk refuse a file with a name, so many times."""
    real, left = getattr(Path, method), [None] * times

    def write(self: Path, *content: Any, **more: Any) -> Any:
        if self.name == name and left:
            left.pop()
            raise OSError(errno.ENOSPC, FULL, str(self))
        return real(self, *content, **more)

    monkeypatch.setattr(Path, method, write)


@pytest.mark.parametrize(
    ("method", "name", "times"),
    [("write_text", "last.part", 2), ("mkdir", ".000001", 1), ("write_bytes", "batch.json", 2)],
)
def test_a_batch_waits_for_room(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    method: str,
    name: str,
    times: int,
) -> None:
    settings = replace(settings_of(tmp_path), finish=True)
    spans = story().spans
    accept(settings, [request_of(spans)])
    refused(monkeypatch, method, name, times)
    Scorer(settings).run()
    whole = at_once(tmp_path / "whole", [request_of(spans)])
    assert all_rows(Workspace(settings.workspace)) == all_rows(whole)
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2, said
    assert said[0].startswith("runs cannot be scored: ")
    assert said[0].endswith(f"{FULL}: it is tried again")
    assert said[1] == "runs cannot be scored: that is over"
    found = counters(settings)
    assert (found["disk_refusals"], found["batches"]) == (times, 1)
    assert not {"runs_set_aside", "workspace_locked"} & found.keys()


def test_what_cannot_be_set_aside_is_kept_until_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(settings_of(tmp_path), finish=True)
    accept(settings, [request_of(story().spans), request_of(story(trace=2, run_id=OTHER).spans)])
    segment = settings.state / "backlog" / "000001.wal"
    content = bytearray(segment.read_bytes())
    content[content.index(b'"name"')] ^= 1  # in the payload of the first
    segment.write_bytes(content)
    refused(monkeypatch, "write_text", "reason.txt", 1)
    Scorer(settings).run()
    assert rows(Workspace(settings.workspace), "runs", "run_id") == [(OTHER,)]
    assert len([*(settings.state / "set-aside").glob("*/reason.txt")]) == 1
    found = counters(settings)
    assert (found["runs_set_aside"], found["disk_refusals"]) == (1, 1)


def test_a_place_that_cannot_be_read_is_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stays so, unlike a disk that is full: to wait for it would keep the others waiting."""
    settings = replace(settings_of(tmp_path), finish=True)
    accept(settings, [request_of(story().spans)])
    asked = Scorer(settings)

    def unreadable(*_: object) -> "Future[None]":
        broken: Future[None] = Future()
        broken.set_exception(OSError(errno.EIO, "Input/output error"))
        return broken

    monkeypatch.setattr(Makers, "submit", unreadable)
    asked.run()
    assert (settings.state / "set-aside" / "000001" / "reason.txt").read_text() == (
        "OSError: [Errno 5] Input/output error\n"
    )
    assert "disk_refusals" not in counters(settings)


def test_the_backlog_is_worked_on_again_when_it_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_of(tmp_path)
    accept(settings, [request_of(story().spans)])
    scorer = Scorer(settings)
    refused(monkeypatch, "open", "scorer.jsonl.part", 1)
    while counters(settings).get("batches") != 1:
        scorer.step()
    while not (settings.state / "marks" / "scorer.jsonl").is_file():
        scorer.step()
    scorer.end_soon()
    scorer.run()
    assert capsys.readouterr().err.splitlines() == [
        f"the backlog cannot be worked on: {FULL}: it is tried again",
        "the backlog cannot be worked on: that is over",
    ]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB, where this user may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
    )
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    yield folder
    # What was looked up there is mapped for as long as this process lives.
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize("room", [0, 8 * 1024, 40 * 1024])
def test_a_disk_that_is_truly_full(
    small_disk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], room: int
) -> None:
    """It is full at one step or another: of the folder, of what is made, of what is taken in."""
    settings = settings_of(small_disk)
    spans = story().spans
    accept(settings, [request_of(spans)])
    scorer = Scorer(settings)
    ballast = small_disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            file.truncate(max(0, file.tell() - room))
    while not scorer._figures.told.counters.get("disk_refusals"):
        scorer.step()
    ballast.unlink()
    while scorer._figures.told.counters.get("batches") != 1:
        scorer.step()
    scorer.end_soon()
    scorer.run()
    whole = at_once(tmp_path / "whole", [request_of(spans)])
    assert all_rows(Workspace(settings.workspace)) == all_rows(whole)
    assert capsys.readouterr().err.count("runs cannot be scored: ") == 2
    assert "runs_set_aside" not in counters(settings)
