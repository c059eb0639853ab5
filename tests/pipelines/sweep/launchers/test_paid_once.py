"""A run is paid for once, whoever looks on, cancels, or launches the same elsewhere."""

from pathlib import Path

import msgspec
import pytest

from midspan.pipelines.sweep.launchers.hf_jobs.hub import LAGS
from midspan.pipelines.sweep.launchers.hf_jobs.ledger import Ledger
from midspan.pipelines.sweep.launchers.hf_jobs.stored_jobs import StoredJobs
from midspan.pipelines.sweep.launchers.hf_jobs.surveying import survey
from midspan.scorers.errors import SurroundingsError
from tests.support.fake_hub import FakeHub, Fate, Fault
from tests.support.fake_hub.faults import SUBMIT
from tests.support.fake_hub.job import Job
from tests.support.hub_sweeps import SUITE, HubSweep, hub_sweep, quick, states, use_quick_worker

ALL_DONE = [("COMPLETED", 4, 4), ("COMPLETED", 4, 4)]


def stored(sweep: HubSweep) -> StoredJobs:
    return StoredJobs(
        folder=sweep.folder, ledger=Ledger(sweep.folder.jobs), api=sweep.api, patience=quick()
    )


def one_at_a_time(hub: FakeHub, tmp_path: Path) -> HubSweep:
    use_quick_worker(hub, tmp_path / "image")
    suite = SUITE.replace("  concurrency: 2", "  concurrency: 1")
    return hub_sweep(hub, tmp_path / "shop", suite)


def test_who_looks_on_does_not_settle_a_submission_in_flight(hub: FakeHub, sweep: HubSweep) -> None:
    hub.faults.add(Fault(on=SUBMIT, status=503, times=100))
    sweep.launcher().begin(sweep.plan.runs)
    (row,) = survey(sweep.folder, sweep.api, quick()).rows
    assert (row.stage, row.job) == ("UNKNOWN", None)
    assert row.note == "the Hub was asked for it, and shows no such job (yet)"
    assert sweep.events() == ["asked"]


def test_who_looks_on_sees_a_job_that_is_not_written_down(hub: FakeHub, sweep: HubSweep) -> None:
    hub.jobs.fates = [Fate(never_starts=True)]
    hub.faults.add(Fault(on=SUBMIT, status=503, after=True))
    hub.faults.add(Fault(on=r"GET /api/jobs/me", status=418, spared=1))
    sweep.launcher().begin(sweep.plan.runs)
    (job,) = stored(sweep).known()
    assert (job.id, job.row(()).stage) == (hub.jobs.submitted[0].id, "SCHEDULING")
    assert sweep.events() == ["asked"]
    hub.jobs.submitted[0].wanted.set()


def test_a_cancelled_sweep_submits_nothing_more(hub: FakeHub, tmp_path: Path) -> None:
    sweep = one_at_a_time(hub, tmp_path)
    hub.jobs.fates = [Fate(never_starts=True)]
    launcher = sweep.launcher()
    launcher.begin(sweep.plan.runs)
    stored(sweep).stop()
    hub.jobs.submitted[0].wanted.set()
    assert list(states(sweep.watch(launcher))) == [("CANCELED", 0, 4)]
    assert len(hub.jobs.submitted) == 1
    assert sweep.said[-1] == "cancelled: 1 job not submitted"
    assert list(states(sweep.run())) == ALL_DONE  # asked for again, it goes on


def test_one_cancelled_job_does_not_stop_the_others(hub: FakeHub, tmp_path: Path) -> None:
    sweep = one_at_a_time(hub, tmp_path)
    hub.jobs.fates = [Fate(never_starts=True)]
    launcher = sweep.launcher()
    launcher.begin(sweep.plan.runs)
    hub.jobs.submitted[0].wanted.set()
    assert list(states(sweep.watch(launcher))) == [("CANCELED", 0, 4), ("COMPLETED", 4, 4)]


def test_a_job_that_is_taken_while_its_sweep_is_cancelled_is_ended(
    hub: FakeHub, sweep: HubSweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.jobs.fates = [Fate(never_starts=True)]
    start = hub.runner.start

    def cancelled_meanwhile(job: Job) -> None:
        stored(sweep).stop()
        start(job)

    monkeypatch.setattr(hub.jobs, "_start", cancelled_meanwhile)
    launcher = sweep.launcher()
    launcher.begin(sweep.plan.runs)
    assert list(states(sweep.watch(launcher))) == [("CANCELED", 0, 4)]
    assert len(hub.jobs.submitted) == 1


def test_runs_that_are_under_way_from_elsewhere_are_not_submitted(
    hub: FakeHub, sweep: HubSweep, tmp_path: Path
) -> None:
    hub.jobs.fates = [Fate(never_starts=True), Fate(never_starts=True)]
    launcher = sweep.launcher()
    launcher.begin(sweep.plan.runs)
    other = hub_sweep(hub, tmp_path / "colleague")
    with pytest.raises(SurroundingsError, match="were submitted elsewhere") as raised:
        other.run()
    assert "000000000000000000000001: 4 runs\n" in str(raised.value)
    assert "hf jobs cancel ID" in str(raised.value)
    assert len(hub.jobs.submitted) == 2
    assert not other.folder.jobs.exists()
    for job in hub.jobs.submitted:
        job.wanted.set()
        job.wait()
    assert list(states(other.run())) == ALL_DONE


def test_a_list_that_is_a_moment_late_makes_no_second_job(hub: FakeHub, sweep: HubSweep) -> None:
    hub.faults.add(Fault(on=SUBMIT, status=500, after=True))
    hub.jobs.behind = len(LAGS)
    assert list(states(sweep.run())) == ALL_DONE
    assert len(hub.jobs.submitted) == 2


def test_a_job_that_was_made_twice_all_the_same_is_ended(hub: FakeHub, sweep: HubSweep) -> None:
    hub.jobs.fates = [Fate(never_starts=True)]
    hub.faults.add(Fault(on=SUBMIT, status=500, after=True))
    hub.jobs.behind = len(LAGS) + 2
    assert list(states(sweep.run())) == ALL_DONE
    assert [job.stage for job in hub.jobs.submitted] == ["CANCELED", "COMPLETED", "COMPLETED"]
    assert f"{'1':0>24}: was made twice by the Hub; cancelled" in sweep.text


def test_a_job_that_came_late_is_taken_up(hub: FakeHub, sweep: HubSweep) -> None:
    hub.runner.environment["PAUSE"] = "1"
    sweep.launcher().begin(sweep.plan.runs)
    lines = [msgspec.json.decode(line) for line in sweep.folder.jobs.read_bytes().splitlines()]
    gone = {"event": "refused", "at_ns": 1, "submission": lines[0]["submission"], "reason": "?"}
    kept = [lines[0], gone, *lines[2:]]
    sweep.folder.jobs.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in kept))
    assert list(states(sweep.run())) == ALL_DONE
    assert len(hub.jobs.submitted) == 2
