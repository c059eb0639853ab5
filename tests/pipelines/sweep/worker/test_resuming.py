"""Workers that are killed, stopped, or not alone: no run is lost, and none is run twice."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.standing import standings
from midspan.pipelines.sweep.worker import Event, RunBegun, Stopping, Tries, work
from midspan.pipelines.sweep.worker.claims import claimed
from tests.pipelines.sweep.worker.conftest import Begin, Model, Sweep
from tests.pipelines.sweep.worker.test_difficult_agents import has_gone

MIDSPAN = str(Path(sys.executable).with_name("midspan"))


def started(sweep: Sweep, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [MIDSPAN, "sweep", "worker", str(sweep.folder.root), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(true: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_two_workers_share_a_sweep_and_run_each_run_once(begin: Begin, model: Model) -> None:
    sweep = begin("time.sleep(0.2); print(ask())", trials=6)
    workers = [started(sweep, "--concurrency", "2") for _ in range(2)]
    said = [worker.communicate(timeout=60)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0]
    summary = {"planned": 6, "results": 6, "infra": 0, "missing": 0}
    assert said == [f"midspan-summary {json.dumps(summary)}\n"] * 2
    assert len(model.asked) == 6
    assert [record.launch for record in sweep.records()] == [0] * 6


def test_a_worker_that_is_killed_takes_its_agent_with_it_and_the_run_is_run_again(
    begin: Begin, model: Model
) -> None:
    sweep = begin(
        """
        ask()
        if os.environ["MIDSPAN_LAUNCH"] == "0":
            open(os.path.dirname(os.path.dirname(__file__)) + "/pid", "w").write(str(os.getpid()))
            time.sleep(600)
        print("42")
        """
    )
    pid = sweep.folder.root / "pid"
    worker = started(sweep)
    try:
        wait_for(lambda: pid.exists() and pid.read_text() != "")
        children = [child for child in _below(worker.pid) if not has_gone(child)]
        assert int(pid.read_text()) in children
        assert len(children) >= 4  # the keeper, its agent, the proxy and what records for it
    finally:
        worker.kill()
        worker.communicate()
    wait_for(lambda: all(has_gone(child) for child in children))
    (run,) = sweep.plan.runs
    standing = standings([run.run_id], sweep.folder.spool)[run.run_id]
    assert (standing.state, standing.launch) == ("again", 1)

    assert sweep.work().done == (run.run_id,)
    assert [(record.launch, record.ended_by, record.answer) for record in sweep.records()] == [
        (0, "platform", None),
        (1, "exit", "42"),
    ]
    assert len(model.asked) == 2


def _below(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found += [child, *_below(child)]
    return found


def test_a_worker_that_is_stopped_at_once_ends_its_agents(begin: Begin) -> None:
    sweep = begin("time.sleep(600)", trials=3)
    stopping = Stopping()

    def stop(event: Event) -> None:
        if isinstance(event, RunBegun):
            stopping.stop(at_once=True)

    begun = time.monotonic()
    worked = work(sweep.plan, sweep.folder, tell=stop, stopping=stopping, tries=Tries())
    assert time.monotonic() - begun < 20
    assert worked.interrupted
    assert (len(worked.done), len(worked.infra), len(worked.missing)) == (0, 1, 2)
    assert sweep.record().ended_by == "platform"


def test_ctrl_c_lets_the_runs_under_way_end(begin: Begin) -> None:
    sweep = begin("open('begun', 'w'); time.sleep(1); print(ask())", trials=3)
    worker = started(sweep)
    wait_for(lambda: any(sweep.folder.rooms.glob("*/work/begun")))
    worker.send_signal(signal.SIGINT)
    said, noted = worker.communicate(timeout=60)
    assert worker.returncode == 130
    assert said == 'midspan-summary {"planned": 3, "results": 1, "infra": 0, "missing": 2}\n'
    assert "those under way are finished" in noted
    assert sweep.record().ended_by == "exit"
    assert len(sweep.work().done) == 3


def test_sigterm_ends_them(begin: Begin) -> None:
    sweep = begin("open('begun', 'w'); time.sleep(600)", trials=2)
    worker = started(sweep)
    wait_for(lambda: any(sweep.folder.rooms.glob("*/work/begun")))
    worker.terminate()
    said, _ = worker.communicate(timeout=60)
    assert worker.returncode == 130
    assert said == 'midspan-summary {"planned": 2, "results": 0, "infra": 1, "missing": 1}\n'
    assert sweep.record().ended_by == "platform"


def test_what_is_done_is_not_done_again(begin: Begin, model: Model) -> None:
    sweep = begin("print(ask())", trials=2)
    assert len(sweep.work(runs=sweep.plan.runs[:1]).done) == 1
    assert len(sweep.work().done) == 2
    assert len(sweep.work().done) == 2
    assert len(model.asked) == 2


def test_finished_files_are_published_whole_and_looked_at_by_the_next_worker(
    begin: Begin, model: Model, tmp_path: Path
) -> None:
    sweep, mount = begin("print(ask())", trials=2), SweepFolder(tmp_path / "mount")
    sweep.work(publish_to=mount.root)
    for run in sweep.plan.runs:
        for path in ("spans_of", "result_of", "log_of"):
            here = getattr(sweep.folder, path)(run.run_id, 0)
            assert getattr(mount, path)(run.run_id, 0).read_bytes() == here.read_bytes()
            here.unlink()
    assert len(sweep.work(publish_to=mount.root).done) == 2
    assert len(model.asked) == 2


def test_a_claim_is_one_holders_at_a_time_and_free_when_that_has_gone(tmp_path: Path) -> None:
    path = tmp_path / "run"
    with claimed(path) as ours:
        assert ours
        with claimed(path) as theirs:
            assert not theirs
    assert not path.exists()
    code = (
        "import sys, time; from pathlib import Path;"
        "from midspan.pipelines.sweep.worker.claims import claimed\n"
        "with claimed(Path(sys.argv[1])) as ours: print(ours, flush=True); time.sleep(600)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "True\n"
    with claimed(path) as ours:
        assert not ours
    os.kill(holder.pid, signal.SIGKILL)
    holder.communicate()
    with claimed(path) as ours:
        assert ours
    assert not path.exists()


@pytest.mark.parametrize("launches", [1, 2])
def test_only_what_ended_without_cause_of_the_agents_is_launched_again(
    begin: Begin, launches: int
) -> None:
    sweep = begin("sys.exit(3)")
    sweep.work(tries=Tries(launches=launches, pauses=(0.01,)))
    assert [(record.launch, record.exit_code) for record in sweep.records()] == [(0, 3)]
