"""Tasks on a real Ray of this machine: as those of the pool, and when its workers are killed."""

import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from midspan.pipelines.engines import Failed, RayWorkers, attempted
from midspan.scorers.errors import InvalidInput, SurroundingsError
from tests.pipelines.engines.tasks import (
    dies_until,
    fails_until,
    process,
    square,
    threads,
    tries,
    waits,
)

ray = pytest.importorskip("ray")
pytestmark = pytest.mark.xdist_group("ray")


@pytest.fixture(scope="module")
def cluster() -> Iterator[RayWorkers]:
    folder = tempfile.mkdtemp(prefix="ray-", dir="/tmp")  # sockets have short names
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_TMPDIR", folder)
        patch.delenv("RAY_ADDRESS", raising=False)
        with RayWorkers() as workers:
            yield workers
    assert not ray.is_initialized()
    shutil.rmtree(folder, ignore_errors=True)


def test_results_carry_the_number_of_their_task(cluster: RayWorkers) -> None:
    handler = signal.getsignal(signal.SIGTERM)
    assert dict(cluster.run(square, [(2,), (3,), (4,)])) == {0: 4, 1: 9, 2: 16}
    assert signal.getsignal(signal.SIGTERM) == handler, "what ends a command is our matter"
    assert os.getpid() not in dict(cluster.run(process, [(1,), (2,)])).values()
    assert "RAY_USAGE_STATS_ENABLED" not in os.environ


def test_each_task_has_one_thread(cluster: RayWorkers) -> None:
    assert dict(cluster.run(threads, [(1,)])) == {0: 1}


def test_an_error_of_a_task_is_the_error_of_all(cluster: RayWorkers) -> None:
    with pytest.raises(InvalidInput) as caught:
        list(cluster.run(square, [(2,), (-1,)]))
    assert str(caught.value) == "-1 is negative\nUse another."


def test_what_fails_is_tried_twice_more_and_then_told(cluster: RayWorkers, tmp_path: Path) -> None:
    tasks = [(str(tmp_path), 0, 0), (str(tmp_path), 1, 2), (str(tmp_path), 2, 3)]
    results = dict(attempted(cluster, fails_until, tasks))
    assert results == {0: 0, 1: 1, 2: Failed(reason="RuntimeError: task 2 is not ready")}
    assert [tries(tmp_path, number) for number in range(3)] == [1, 3, 3]


def test_a_killed_worker_costs_its_own_task_an_attempt_and_the_others_none(
    cluster: RayWorkers, tmp_path: Path
) -> None:
    deaths = {1: 2, 2: 9}
    tasks = [(str(tmp_path), number, deaths.get(number, 0)) for number in range(4)]
    results = dict(attempted(cluster, dies_until, tasks))
    failed = results.pop(2)
    assert results == {0: 0, 1: 1, 3: 3}
    assert isinstance(failed, Failed)
    assert failed.reason.startswith("a worker of Ray ended in the midst of it")
    assert [tries(tmp_path, number) for number in range(4)] == [1, 3, 3, 1]


def test_ctrl_c_ends_the_tasks_at_hand(cluster: RayWorkers, tmp_path: Path) -> None:
    def interrupt() -> None:
        while not list(tmp_path.iterdir()):
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        list(cluster.run(waits, [(str(tmp_path),)]))
    thread.join()
    (pid,) = (int(file.name) for file in tmp_path.iterdir())
    until = time.monotonic() + 30
    while Path(f"/proc/{pid}/cmdline").exists() and time.monotonic() < until:
        if not Path(f"/proc/{pid}/cmdline").read_bytes():
            break  # ended, and not yet taken note of
        time.sleep(0.05)
    else:
        assert not Path(f"/proc/{pid}").exists()
    assert dict(cluster.run(square, [(5,)])) == {0: 25}


def test_a_cluster_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    with pytest.raises(SurroundingsError, match=r"127\.0\.0\.1:9: no Ray cluster answers"):
        list(RayWorkers("127.0.0.1:9").run(square, [(1,)]))
