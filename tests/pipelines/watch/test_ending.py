"""The end of a process of a watch: it finishes what it is at, and goes when its parent has gone."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from midspan.pipelines.watch.ending import end_when_told

SECONDS = 60
ORPHANING = """
import multiprocessing, os, signal
from tests.pipelines.watch.test_ending import work

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    began, finished = context.Event(), context.Event()
    context.Process(target=work, args=(began, finished)).start()
    began.wait()
    print("begun", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def work(began: Event, finished: Event) -> None:
    """Work until told to end, then finish."""
    stop = threading.Event()
    end_when_told(stop.set)
    began.set()
    stop.wait()
    finished.set()


@pytest.fixture
def as_before() -> Iterator[None]:
    handlers = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    yield
    for each, handler in handlers.items():
        signal.signal(each, handler)


def test_what_is_at_hand_is_finished_and_ctrl_c_is_left_to_the_parent() -> None:
    context = multiprocessing.get_context("spawn")
    began, finished = context.Event(), context.Event()
    process = context.Process(target=work, args=(began, finished))
    process.start()
    assert began.wait(SECONDS)
    assert process.pid is not None

    os.kill(process.pid, signal.SIGINT)
    os.kill(process.pid, signal.SIGTERM)
    process.join(SECONDS)

    assert finished.is_set()
    assert process.exitcode == 0


def test_a_process_goes_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "orphaning.py"
    script.write_text(ORPHANING)
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
        text=True,
    ) as parent:
        # Ends when the last of the processes that hold stdout open has ended.
        said, _ = parent.communicate(timeout=SECONDS)
    assert parent.returncode == -signal.SIGKILL
    assert said == "begun\n"


@pytest.mark.usefixtures("as_before")
def test_a_command_that_does_the_work_itself_keeps_its_ctrl_c() -> None:
    before = signal.getsignal(signal.SIGINT)
    stop = threading.Event()

    end_when_told(stop.set)

    os.kill(os.getpid(), signal.SIGTERM)
    assert stop.wait(SECONDS)
    assert signal.getsignal(signal.SIGINT) is before


def test_beside_the_main_thread_signals_stay_as_they_are() -> None:
    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=end_when_told, args=(threading.Event().set,))
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGTERM) is before
