"""What was agreed to is not gone beyond, and all that was spent is counted."""

import pytest

from midspan.pipelines.sweep.launchers.hf_jobs.allowance import Allowance
from midspan.pipelines.sweep.launchers.hf_jobs.job_state import JobState
from midspan.pipelines.sweep.launchers.hf_jobs.known_job import KnownJob
from midspan.pipelines.sweep.launchers.hf_jobs.ledger import Asked, LedgerJob
from tests.support.fake_hub import FakeHub, Fate
from tests.support.hub_sweeps import HubSweep


def job(stage: str, seconds: float | None, timeout: str = "1h") -> KnownJob:
    asked = Asked(
        at_ns=1,
        submission="s",
        batch="b",
        runs=[],
        namespace="me",
        bucket="me/runs",
        folder="shop",
        flavor="a10g-large",
        image="image",
        timeout=timeout,
    )
    state = JobState(id="1", url="", stage=stage, seconds=seconds)
    return KnownJob(written=LedgerJob(asked=asked), state=state)


def test_a_rest_has_the_time_that_ended_jobs_did_not_use() -> None:
    allowance = Allowance("1h")
    allowance.grant(2)
    died, going = job("ERROR", 1200.0), job("RUNNING", 60.0)
    assert allowance.of_next([died, going], 0) == "2400s"
    assert allowance.of_next([died], 1) == "2400s"
    assert allowance.of_next([died, job("ERROR", 60.0)], 0) == "3600s"  # never more than one job's


def test_a_rest_for_which_too_little_is_left_is_not_submitted() -> None:
    allowance = Allowance("1h")
    allowance.grant(2)
    assert allowance.of_next([job("ERROR", 3600.0), job("ERROR", 3300.0)], 0) is None
    assert allowance.of_next([job("DELETED", None), job("RUNNING", 1.0)], 0) is None
    again = [job("ERROR", 1200.0), job("RUNNING", 9.0), job("RUNNING", 9.0, timeout="2400s")]
    assert allowance.of_next(again, 0) is None


def test_jobs_that_end_at_their_timeout_are_as_many_as_were_agreed_to(
    hub: FakeHub, sweep: HubSweep
) -> None:
    hub.runner.environment["PAUSE"] = "600"
    launcher = sweep.launcher_with(timeout="3s")
    launcher.begin(sweep.plan.runs)
    rows = sweep.watch(launcher)
    assert [(row.stage, row.note, row.done) for row in rows] == [("ERROR", "Job timeout", 1)] * 2
    assert len(hub.jobs.submitted) == 2
    assert sweep.counts() == (2, 0, 6)
    assert (
        "org-careful-c3d4cadf: 3 runs left: the time that was agreed to is used up; the same "
        "command asks for more" in sweep.text
    ), sweep.text
    hub.runner.environment["PAUSE"] = "0"
    sweep.run()
    assert sweep.counts() == (8, 0, 0)


def test_a_run_is_submitted_three_times_at_most(hub: FakeHub, sweep: HubSweep) -> None:
    hub.runner.environment["PAUSE"] = "2"
    hub.jobs.fates = [Fate(dies_after=1)] * 12
    sweep.run()
    assert len(hub.jobs.submitted) == 6
    assert sweep.counts() == (6, 0, 2)


def test_what_jobs_of_earlier_commands_have_cost_is_counted(hub: FakeHub, sweep: HubSweep) -> None:
    hub.runner.environment["PAUSE"] = "0.5"
    assert sweep.launcher().spent_before().jobs == 0
    rows = sweep.run()
    spent = sweep.launcher().spent_before()
    assert spent.jobs == 2
    assert spent.usd == pytest.approx(sum(row.usd or 0.0 for row in rows))
    assert spent.usd > 0


def test_a_job_that_is_deleted_has_cost_what_it_had_cost() -> None:
    seen = job("RUNNING", 90.0).seen(JobState(id="1", url="", stage="DELETED"))
    assert (seen.is_over, seen.seconds) == (True, 90.0)
