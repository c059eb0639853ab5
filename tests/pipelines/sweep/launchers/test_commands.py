"""`midspan sweep status`, `logs`, `cancel` and `fetch`, as they are typed."""

import json
from pathlib import Path

from midspan.pipelines.sweep.launchers.hf_jobs.lock import only_launcher
from tests.support.fake_hub import FakeHub, Fate, Fault
from tests.support.fake_hub.faults import SUBMIT
from tests.support.hub_sweeps import HubSweep, midspan_sweep


def test_status_of_a_sweep_that_goes_on(hub: FakeHub, sweep: HubSweep) -> None:
    hub.jobs.fates = [Fate(), Fate(never_starts=True)]
    sweep.launcher().begin(sweep.plan.runs)
    hub.jobs.submitted[0].wait()
    shown = midspan_sweep(hub, "status", sweep.folder.root)
    assert shown.returncode == 0, shown.stderr
    lines = [line.split() for line in shown.stdout.splitlines()]
    assert lines[0] == ["batch", "stage", "runs", "time", "cost", "job"]
    assert [lines[1][:3], lines[1][-1]] == [
        ["org-careful-c3d4cadf", "COMPLETED", "4/4"],
        "00000001",
    ]
    assert lines[2] == ["org-hasty-ba261036", "SCHEDULING", "0/4", "·", "·", "00000002"]
    assert shown.stdout.splitlines()[-1] == "8 runs: 0 done, 8 missing"
    assert shown.stderr == (
        f"4 more have a result in the bucket:\n  midspan sweep fetch {sweep.folder.root}\n"
    )
    told = json.loads(midspan_sweep(hub, "status", sweep.folder.root, "--json").stdout)
    assert [job["stage"] for job in told["jobs"]] == ["COMPLETED", "SCHEDULING"]
    assert told["runs"] == {"planned": 8, "done": 0, "again": 0, "missing": 8}


def test_status_asks_nobody_about_a_local_sweep(hub: FakeHub, sweep: HubSweep) -> None:
    shown = midspan_sweep(hub, "status", sweep.folder.root)
    assert (shown.returncode, shown.stdout) == (0, "8 runs: 0 done, 8 missing\n")
    assert hub.requests == []


def test_status_of_what_is_no_sweep(hub: FakeHub, tmp_path: Path) -> None:
    shown = midspan_sweep(hub, "status", tmp_path / "nothing")
    assert shown.returncode == 2
    assert "is no directory of a sweep" in shown.stderr


def test_logs(hub: FakeHub, sweep: HubSweep) -> None:
    sweep.run()
    root = sweep.folder.root
    shown = midspan_sweep(hub, "logs", root, "00000001")
    assert shown.returncode == 0, shown.stderr
    assert shown.stderr == f"job {'1':0>24}, org-careful-c3d4cadf\n"
    assert shown.stdout.splitlines()[-1] == "key: None token: None"
    assert midspan_sweep(hub, "logs", root, "org-hasty-ba261036", "--tail", "1").stdout == (
        "key: None token: None\n"
    )
    unknown = midspan_sweep(hub, "logs", root, "nope")
    assert unknown.returncode == 2
    assert "'nope' is no job of this sweep\nThere are:\n" in unknown.stderr


def test_cancel_then_fetch_then_run_the_rest(hub: FakeHub, sweep: HubSweep) -> None:
    hub.runner.environment["PAUSE"] = "600"
    sweep.launcher().begin(sweep.plan.runs)
    for job in hub.jobs.submitted:
        job.wait_for(lambda job: len(job.brought) == 4)
    ended = midspan_sweep(hub, "cancel", sweep.folder.root)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == (
        f"{'1':0>24}: cancelled (org-careful-c3d4cadf)\n"
        f"{'2':0>24}: cancelled (org-hasty-ba261036)\n"
    )
    assert [job.wait().stage for job in hub.jobs.submitted] == ["CANCELED", "CANCELED"]
    fetched = midspan_sweep(hub, "fetch", sweep.folder.root)
    assert fetched.returncode == 3
    assert fetched.stdout == ("8 files came, with 2 results; 8 runs: 2 done, 6 missing\n")
    assert sweep.counts() == (2, 0, 6)
    again = midspan_sweep(hub, "cancel", sweep.folder.root)
    assert "no job goes on" in again.stderr
    hub.runner.environment["PAUSE"] = "0"
    sweep.run()
    assert sweep.counts() == (8, 0, 0)
    assert [len(job.brought) for job in hub.jobs.submitted] == [4, 4, 12, 12]


def test_fetch_brings_nothing_twice(hub: FakeHub, sweep: HubSweep) -> None:
    sweep.run()
    fetched = midspan_sweep(hub, "fetch", sweep.folder.root)
    assert (fetched.returncode, fetched.stdout) == (
        0,
        "0 files came, with 0 results; 8 runs: 8 done, 0 missing\n",
    )


def test_fetch_without_jobs(hub: FakeHub, sweep: HubSweep) -> None:
    fetched = midspan_sweep(hub, "fetch", sweep.folder.root)
    assert fetched.returncode == 2
    assert "no job of it was ever submitted" in fetched.stderr


def test_nothing_is_submitted_without_a_yes(hub: FakeHub, sweep: HubSweep) -> None:
    ran = midspan_sweep(hub, "run", sweep.plan.suite_file, "--into", sweep.folder.root)
    assert ran.returncode == 2
    assert "2 jobs on a10g-large at $1.50 an hour" in ran.stderr
    assert ran.stderr.endswith("whether to pay for this\nAdd --yes.\n")
    assert hub.jobs.submitted == []


def test_who_may_not_launch_leaves_the_stored_plan_alone(hub: FakeHub, sweep: HubSweep) -> None:
    stored = sweep.folder.plan.read_bytes()
    changed = sweep.plan.suite_file.read_text().replace("How many?", "How many now?")
    sweep.plan.suite_file.write_text(changed)
    words = ["run", sweep.plan.suite_file, "--into", sweep.folder.root]
    with only_launcher(sweep.folder):
        ran = midspan_sweep(hub, *words, "--yes")
    assert ran.returncode == 4
    assert "launched by another command" in ran.stderr
    assert sweep.folder.plan.read_bytes() == stored
    assert midspan_sweep(hub, *words).returncode == 2  # nobody is there to say yes
    assert sweep.folder.plan.read_bytes() == stored
    ran = midspan_sweep(hub, *words, "--yes")
    assert "2 jobs on a10g-large at $1.50 an hour" in ran.stderr
    assert len(hub.jobs.submitted) == 2
    assert sweep.folder.plan.read_bytes() != stored


def test_cancel_tells_of_a_submission_that_nobody_can_see_yet(
    hub: FakeHub, sweep: HubSweep
) -> None:
    hub.faults.add(Fault(on=SUBMIT, status=503, times=100))
    sweep.launcher().begin(sweep.plan.runs)
    ended = midspan_sweep(hub, "cancel", sweep.folder.root)
    assert ended.returncode == 4
    assert "the Hub was asked for it, and shows no such job (yet); cancel again later" in (
        ended.stderr
    )
    assert sweep.events() == ["asked", "stopped"]
