"""Tasks in this process or in a pool of them: the same results, the same errors."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars
import pytest

from midspan.pipelines.engines import Workers
from midspan.scorers.errors import InvalidInput, SurroundingsError


def square(number: int) -> tuple[int, bool]:
    if number < 0:
        raise InvalidInput(f"{number} is negative", fix="Use another.")
    return number * number, signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def process(number: int) -> int:
    return os.getpid()


def threads(number: int) -> int:
    return polars.thread_pool_size()


def die(number: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def note(path: str) -> None:
    Path(path).touch()


TASKS = [(2,), (3,), (4,)]


@pytest.mark.parametrize("count", [1, 2])
def test_results_carry_the_number_of_their_task(count: int) -> None:
    with Workers(count) as workers:
        results = dict(workers.run(square, TASKS))
    # An interrupt is the parent's matter: workers would each print a traceback.
    in_pool = count > 1
    assert results == {0: (4, in_pool), 1: (9, in_pool), 2: (16, in_pool)}


def test_one_worker_is_this_process() -> None:
    with Workers(1) as workers:
        assert {pid for _, pid in workers.run(process, TASKS)} == {os.getpid()}
    with Workers(2) as workers:
        assert {pid for _, pid in workers.run(process, TASKS[:1])} == {os.getpid()}
        assert os.getpid() not in {pid for _, pid in workers.run(process, TASKS)}


def test_processes_stay_for_the_tasks_that_follow() -> None:
    with Workers(2) as workers:
        pids = {pid for _ in range(4) for _, pid in workers.run(process, TASKS)}
    assert len(pids) <= 2


def test_processes_share_the_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POLARS_MAX_THREADS", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    with Workers(2) as workers:
        assert {found for _, found in workers.run(threads, TASKS)} == {3}
    assert "POLARS_MAX_THREADS" not in os.environ
    monkeypatch.setenv("POLARS_MAX_THREADS", "5")
    with Workers(2) as workers:
        assert {found for _, found in workers.run(threads, TASKS)} == {5}
    assert os.environ["POLARS_MAX_THREADS"] == "5"


@pytest.mark.parametrize("count", [1, 2])
def test_an_error_of_a_task_is_the_error_of_all(count: int) -> None:
    with pytest.raises(InvalidInput) as caught, Workers(count) as workers:
        list(workers.run(square, [(2,), (-1,)]))
    assert str(caught.value) == "-1 is negative\nUse another."


def test_a_worker_that_is_killed_is_a_matter_of_the_surroundings() -> None:
    with (
        pytest.raises(SurroundingsError, match="most likely for want of memory"),
        Workers(2) as workers,
    ):
        list(workers.run(die, TASKS))


def test_tasks_not_begun_are_left_when_the_caller_stops(tmp_path: Path) -> None:
    with Workers(2) as workers:
        results = workers.run(note, [(str(tmp_path / str(n)),) for n in range(500)])
        next(results)
        results.close()  # type: ignore[attr-defined]
    assert len(list(tmp_path.iterdir())) < 500


ORPHANING = """
import os, signal, sys, time
from midspan.pipelines.engines import Workers
from tests.pipelines.engines.test_local import sleep

if __name__ == "__main__":
    with Workers(2) as workers:
        running = workers.run(sleep, [(1,), (600,), (600,)])
        next(running)
        print("begun", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
"""


def sleep(seconds: float) -> int:
    print(os.getpid(), flush=True)
    time.sleep(seconds)
    return os.getpid()


def test_workers_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "orphaning.py"
    script.write_text(ORPHANING)
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(root)},
        text=True,
    ) as parent:
        # Ends when the last of the processes that hold stdout open has ended.
        said, _ = parent.communicate(timeout=60)
    assert parent.returncode == -signal.SIGKILL
    words = said.split()
    assert "begun" in words
    assert len({word for word in words if word.isdigit()}) == 2


def test_tasks_at_hand_end_with_a_block_that_is_left_by_an_error() -> None:
    def left() -> None:
        with Workers(2) as workers:
            next(workers.run(sleep, [(0,), (600,), (600,)]))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        left()
