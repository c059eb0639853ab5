"""What a watch outlives, and what it does not."""

import asyncio
import errno
import os
from pathlib import Path

import pytest

from midspan.pipelines.watch.receiver import ReceiverSettings
from midspan.pipelines.watch.settings import WatchSettings
from midspan.pipelines.watch.troubles import Troubles
from midspan.pipelines.watch.watching import Watching


def test_a_refusal_that_passes_is_told_once_and_forgotten_when_it_is_over(
    capsys: pytest.CaptureFixture[str],
) -> None:
    troubles = Troubles()
    for _ in range(2):
        with troubles.borne("nothing is measured"):
            raise OSError(errno.EMFILE, "Too many open files")
    assert troubles.told == ["nothing is measured: Too many open files"]
    told = "nothing is measured: Too many open files: it is tried again\n"
    assert capsys.readouterr().err == told
    with troubles.borne("nothing is measured"):
        pass
    assert troubles.told == []


def test_a_refusal_that_stays_is_raised() -> None:
    troubles = Troubles()
    with pytest.raises(NotADirectoryError), troubles.borne("nothing is measured"):
        raise NotADirectoryError(errno.ENOTDIR, "Not a directory")
    assert troubles.told == []


def test_a_watch_without_descriptors_says_so_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: object) -> os.statvfs_result:
        raise OSError(errno.EMFILE, "Too many open files")

    measured = os.statvfs
    seen: list[list[str]] = []
    settings = WatchSettings(
        workspace=tmp_path / "ws",
        state=tmp_path / "state",
        receiver=ReceiverSettings(least_free=0),
        source=None,
    )
    watching = Watching(settings, processes={})
    broken = "the backlog cannot be measured: Too many open files"

    def show() -> None:
        seen.append(watching.problems())
        if len(seen) == 1:
            monkeypatch.setattr(os, "statvfs", refused)
        elif len(seen) == 2:
            monkeypatch.setattr(os, "statvfs", measured)
        else:
            raise _EnoughError

    monkeypatch.setattr("midspan.pipelines.watch.watching.SECOND", 0.01)
    try:
        with pytest.raises(_EnoughError):
            asyncio.run(watching.look_after(show))
    finally:
        watching.end()
    assert seen == [[], [broken], []]


class _EnoughError(Exception):
    pass
