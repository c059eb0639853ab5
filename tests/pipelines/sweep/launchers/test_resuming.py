"""A launcher that was killed: the next one takes up what it left."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from midspan.pipelines.sweep.launchers.hf_jobs.lock import only_launcher
from midspan.scorers.errors import SurroundingsError
from tests.support.fake_hub import FakeHub, Fate
from tests.support.hub_sweeps import HubSweep, states

LAUNCH = """
import sys
from pathlib import Path
from midspan.pipelines.cli.sweep.on_hub import run_on_hub
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.plan import planned_sweep
plan = planned_sweep(Path(sys.argv[1]), resolve=lambda *_: None)
run_on_hub(plan, SweepFolder(Path(sys.argv[2])), yes=True)
"""


def test_jobs_of_a_killed_launcher_are_taken_up(hub: FakeHub, sweep: HubSweep) -> None:
    hub.runner.environment["PAUSE"] = "0.5"
    launcher = subprocess.Popen(
        [sys.executable, "-c", LAUNCH, str(sweep.plan.suite_file), str(sweep.folder.root)],
        env=hub.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    until = time.monotonic() + 60
    while len(hub.jobs.submitted) < 2 or sweep.events().count("submitted") < 2:
        assert time.monotonic() < until
        time.sleep(0.05)
    launcher.send_signal(signal.SIGKILL)
    launcher.communicate()
    rows = sweep.run()
    assert sweep.said[0] == "2 jobs of before: taken up again"
    assert list(states(rows)) == [("COMPLETED", 4, 4), ("COMPLETED", 4, 4)]
    assert len(hub.jobs.submitted) == 2
    assert sweep.counts() == (8, 0, 0)


def test_a_job_that_was_never_written_down_is_found_by_its_label(
    hub: FakeHub, sweep: HubSweep
) -> None:
    launcher = sweep.launcher()
    launcher.begin(sweep.plan.runs)
    lines = sweep.folder.jobs.read_bytes().splitlines(keepends=True)
    sweep.folder.jobs.write_bytes(b"".join(lines[:3]) + lines[3][:40])  # killed while writing
    rows = sweep.run()
    assert list(states(rows)) == [("COMPLETED", 4, 4), ("COMPLETED", 4, 4)]
    assert len(hub.jobs.submitted) == 2
    kept = sweep.folder.jobs.read_bytes().splitlines(keepends=True)
    assert kept[:3] == lines[:3]  # nothing is ever overwritten
    assert kept[3] == lines[3][:40] + b"\n"


def test_a_request_that_never_left_is_made_again(hub: FakeHub, sweep: HubSweep) -> None:
    launcher = sweep.launcher()
    launcher.begin(sweep.plan.runs)
    sweep.watch(launcher)
    first = msgspec.json.decode(sweep.folder.jobs.read_bytes().splitlines()[0])
    asked = msgspec.json.encode(first | {"submission": "f" * 16})
    sweep.folder.jobs.write_bytes(asked + b"\n")
    for path in hub.buckets.paths("me/runs"):
        hub.buckets.remove("me/runs", path)
    for file in sweep.folder.spool.glob("*-0.*"):
        file.unlink()
    assert list(states(sweep.run())) == [("COMPLETED", 4, 4), ("COMPLETED", 4, 4)]
    assert sweep.events()[:2] == ["asked", "refused"]


def test_what_a_job_had_left_open_when_nobody_looked_is_run(hub: FakeHub, sweep: HubSweep) -> None:
    hub.jobs.fates = [Fate(reaches=lambda path: False), Fate(never_starts=True)]
    sweep.launcher().begin(sweep.plan.runs)
    hub.jobs.submitted[0].wait()
    hub.jobs.submitted[1].wanted.set()
    hub.jobs.submitted[1].wait()
    rows = sweep.run()
    assert list(states(rows)) == [
        ("COMPLETED", 0, 4),
        ("CANCELED", 0, 4),
        ("COMPLETED", 4, 4),
        ("COMPLETED", 4, 4),
    ]
    assert sweep.counts() == (8, 0, 0)


def test_a_second_launcher_is_refused(hub: FakeHub, sweep: HubSweep) -> None:
    with (
        only_launcher(sweep.folder),
        pytest.raises(SurroundingsError, match="launched by another"),
        only_launcher(sweep.folder),
    ):
        pass


def test_jobs_end_with_all_that_they_started(hub: FakeHub, tmp_path: Path) -> None:
    """What the tests of the worker lean on: a job that is killed leaves nothing running."""
    from huggingface_hub import HfApi

    api = HfApi(endpoint=hub.url, token="hf_of_the_tests")
    mark = tmp_path / "pid"
    line = f"(setsid sh -c 'echo $$ > {mark}; exec sleep 600' &); exec sleep 600"
    job = api.run_job(image="x", command=["bash", "-c", line], namespace="me")
    until = time.monotonic() + 30
    while not (mark.exists() and mark.read_text().strip()):
        assert time.monotonic() < until
        time.sleep(0.02)
    api.cancel_job(job_id=job.id, namespace="me")
    assert hub.jobs.submitted[0].wait().stage == "CANCELED"
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)
