"""The processes of a watch, as those see them who press keys."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from midspan.pipelines.watch.children import Child
from tests.support.watch_command import COMMAND, PATIENCE


def test_a_process_takes_no_interrupt_from_its_first_moment_on() -> None:
    child = Child("scorer", "midspan.pipelines.watch.not_there", None)
    try:
        status = Path(f"/proc/{child.pid}/status").read_text()
    finally:
        child.end(0)
    [blocked] = (line.split()[1] for line in status.splitlines() if line.startswith("SigBlk"))
    assert int(blocked, 16) & (1 << (signal.SIGINT - 1))
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


KILLED = """
import multiprocessing, os, signal
from midspan.pipelines.watch.children import Child

child = Child("scorer", "midspan.pipelines.watch.not_there", None)
lock = multiprocessing.get_context("spawn").Lock()
os.kill(child.pid, signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_locks_of_killed_processes_are_cleared_away_without_a_word() -> None:
    """Its stderr stays open until the last of its processes is gone."""
    words = [sys.executable, "-c", KILLED]
    done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (-signal.SIGKILL, "")


def test_an_interrupt_of_the_terminal_ends_all_processes_without_a_trace(tmp_path: Path) -> None:
    """It comes to the whole group, and here while the scorer is only starting."""
    watch = subprocess.Popen(
        [*COMMAND, "--into", str(tmp_path / "ws"), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert watch.stdout is not None
    assert watch.stdout.readline().startswith("http://127.0.0.1:")
    os.killpg(watch.pid, signal.SIGINT)
    _, notes = watch.communicate(timeout=PATIENCE)
    assert watch.returncode == 0
    assert notes.splitlines() == [
        "finishing what is complete; Ctrl-C again ends at once",
        "0 spans came in: 0 accepted, 0 refused",
        "0 runs scored",
    ]
