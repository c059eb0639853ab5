"""One writer at a time: the next one waits for it, says so, and gives up in the end."""

import threading
from pathlib import Path

import pytest

from midspan.pipelines.storage.locks import only_writer
from midspan.scorers.errors import SurroundingsError


def test_a_second_writer_waits_for_the_first_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("midspan.pipelines.storage.locks.NOTED_AFTER", 0.02)
    held, done = threading.Event(), threading.Event()

    def first() -> None:
        with only_writer(tmp_path):
            held.set()
            done.wait(10)

    other = threading.Thread(target=first)
    other.start()
    held.wait(10)
    threading.Timer(0.2, done.set).start()
    with only_writer(tmp_path):
        assert done.is_set()
    other.join()
    assert capfd.readouterr().err == (
        f"{tmp_path}: another midspan command is writing here; waiting for it, 30 s at most\n"
    )


def test_a_short_wait_is_not_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with (
        only_writer(tmp_path),
        pytest.raises(SurroundingsError, match="another midspan command is writing here"),
        only_writer(tmp_path, seconds=0.05),
    ):
        pass
    assert capfd.readouterr().err == ""
