"""A disk that is full, truly: the agent goes on, lines stay whole, and what was lost is told."""

import json
import os
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from midspan.instrumentation.auto.result import write_result
from midspan.instrumentation.segment import Segment, Sync

RUN = "a" * 32


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KB, where this user may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
    )
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_spans_that_do_not_fit_are_counted_and_the_next_says_so(small_disk: Path) -> None:
    code = """
        import os
        from midspan.instrumentation import agent, run, setup, tool

        telemetry = setup(spool="spool")

        @tool
        def read(number):
            return str(number) * 8000

        with run(run_id="a" * 32) as context:
            results = [read(number) for number in range(12)]
            assert results == [str(number) * 8000 for number in range(12)]
            os.unlink("ballast")
            read(12)
        print(telemetry.report(context.run_id))
        """
    (small_disk / "ballast").write_bytes(b"x" * 12_000)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=small_disk,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("No space left on device") == 1
    [path] = (small_disk / "spool").iterdir()
    assert path.name == f"{RUN}-0.otlp.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lost = 13 - len(lines)
    assert done.stdout == f"SpoolReport(written={len(lines)}, lost={lost})\n"
    assert lost > 0
    last = lines[-1]["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"]
    assert {"key": "midspan.spans_lost", "value": {"intValue": str(lost)}} in last
    assert path.read_text().count("midspan.spans_lost") == 1


@pytest.mark.parametrize(
    ("sync", "forced"),
    [("never", []), ("close", ["file", "folder"]), ("always", ["file"] * 3 + ["folder"])],
)
def test_files_are_forced_to_the_disk_as_often_as_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sync: Sync, forced: list[str]
) -> None:
    synced: list[str] = []
    really = os.fsync

    def fsync(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        synced.append("folder" if is_folder else "file")
        really(descriptor)

    monkeypatch.setattr("os.fsync", fsync)
    segment = Segment.create(tmp_path, RUN, sync)
    segment.write(b"one\n")
    segment.write(b"two\n")
    segment.close()
    assert synced == forced


@pytest.mark.parametrize(
    ("asked", "sync", "said"),
    [("", "never", ""), ("Close", "close", ""), ("often", "never", "MIDSPAN_FSYNC is one of")],
)
def test_the_environment_says_how_often(
    tmp_path: Path, asked: str, sync: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    code = """
        import os
        from midspan.instrumentation import run, setup, tool_call

        forced = []
        os.fsync = forced.append
        setup(spool="spool")
        with run(), tool_call("t", arguments={}):
            pass
        print(len(forced))
        """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=tmp_path,
        env={**os.environ, "MIDSPAN_FSYNC": asked},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0
    assert done.stdout == {"never": "0\n", "close": "2\n"}[sync]
    assert said in done.stderr


def test_a_record_that_does_not_fit_leaves_nothing(small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(b"x" * 65_536)
    with pytest.raises(OSError, match="No space left"):
        write_result(small_disk, {"run_id": RUN, "launch": 0})
    assert [path.name for path in small_disk.iterdir()] == ["ballast"]
    (small_disk / "ballast").unlink()
    assert write_result(small_disk, {"run_id": RUN, "launch": 0}).stat().st_mode & 0o777 == 0o600
