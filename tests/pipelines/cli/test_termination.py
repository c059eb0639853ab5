"""Commands that are ended from without: they say so, and leave nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from midspan.pipelines.cli.termination import ended_as_interrupted


@contextmanager
def reading_a_pipe(home: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Give a command that has begun to read what nobody ends."""
    (home / "tmp").mkdir()
    command = [str(Path(sys.executable).with_name("midspan")), *words]
    environment = os.environ | {"TMPDIR": str(home / "tmp")}
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=home,
        # Whoever runs these tests may have been told to outlive its terminal.
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
    ) as process:
        try:
            # Python first tries the folder with a file of eight letters, which it removes itself.
            while not any(len(path.name) > 8 for path in (home / "tmp").iterdir()):
                assert process.poll() is None, "ended by itself"
                time.sleep(0.01)
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("words", [("ingest", "-", "--into", "ws"), ("score", "-")])
def test_a_command_that_is_ended(tmp_path: Path, words: tuple[str, ...], number: int) -> None:
    with reading_a_pipe(tmp_path, *words) as process:
        process.send_signal(number)
        _, said = process.communicate()
    assert (process.returncode, said) == (
        130,
        b"interrupted; run the same command again to resume\n",
    )
    assert [path.name for path in tmp_path.rglob("*")] == ["tmp"]


def test_what_somebody_else_sees_to_is_left_alone() -> None:
    seen: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: seen.append(number))
    try:
        with ended_as_interrupted():
            os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert seen == [signal.SIGTERM]


def test_a_second_signal_does_not_end_the_putting_away() -> None:
    put_away: list[bool] = []
    with pytest.raises(KeyboardInterrupt):
        ended_twice(put_away)
    assert put_away == [True]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@ended_as_interrupted()
def ended_twice(put_away: list[bool]) -> None:
    try:
        os.kill(os.getpid(), signal.SIGTERM)
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        put_away.append(True)
