"""A Hub that stumbles: nothing is lost by it, and nothing paid for twice."""

import pytest

from midspan.scorers.errors import SurroundingsError
from tests.support.fake_hub import FakeHub, Fault
from tests.support.fake_hub.faults import INSPECT, LIST_FILES, SUBMIT, WRITE_FILES
from tests.support.hub_sweeps import HubSweep, states

ALL_DONE = [("COMPLETED", 4, 4), ("COMPLETED", 4, 4)]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_submission_that_stumbles_is_sent_again(
    hub: FakeHub, sweep: HubSweep, status: int
) -> None:
    hub.faults.add(Fault(on=SUBMIT, status=status, times=3))
    assert list(states(sweep.run())) == ALL_DONE
    assert len(hub.jobs.submitted) == 2


def test_a_job_whose_answer_was_lost_is_not_submitted_twice(hub: FakeHub, sweep: HubSweep) -> None:
    hub.faults.add(Fault(on=SUBMIT, status=500, times=1, after=True))
    assert list(states(sweep.run())) == ALL_DONE
    assert len(hub.jobs.submitted) == 2


@pytest.mark.parametrize("status", [429, 500])
def test_a_look_that_stumbles_is_no_end(hub: FakeHub, sweep: HubSweep, status: int) -> None:
    hub.runner.environment["PAUSE"] = "0.2"
    hub.faults.add(Fault(on=INSPECT, status=status, times=20))
    notes: set[str | None] = set()
    launcher = sweep.launcher()
    launcher.begin(sweep.plan.runs)
    rows = sweep.watch(launcher, lambda rows, _: notes.update(row.note for row in rows))
    assert list(states(rows)) == ALL_DONE
    silent = [note for note in notes if note]
    assert len(silent) == 2
    assert all(f"the Hub answers {status}: the Hub stumbled" in note for note in silent)


def test_a_bucket_that_stumbles_is_looked_at_again(hub: FakeHub, sweep: HubSweep) -> None:
    launcher = sweep.launcher()
    launcher.begin(sweep.plan.runs)
    # The client asks six times of its own, and we seven times that.
    hub.faults.add(Fault(on=LIST_FILES, status=418, times=1))
    with pytest.raises(SurroundingsError, match=r"listing files: the Hub answers 418"):
        sweep.watch(launcher)
    hub.faults.add(Fault(on=WRITE_FILES, status=500, times=2))
    assert list(states(sweep.watch(launcher))) == ALL_DONE


def test_a_hub_that_takes_no_job_is_told_of(hub: FakeHub, sweep: HubSweep) -> None:
    hub.faults.add(Fault(on=SUBMIT, status=503, message="down for repair", times=100))
    launcher = sweep.launcher()
    launcher.begin(sweep.plan.runs)
    with pytest.raises(SurroundingsError) as raised:
        sweep.watch(launcher)
    assert str(raised.value) == (
        "submitting the job shop-org-careful-c3d4cadf: the Hub answers 503: down for repair\n"
        "Try again in a while; the same command then goes on."
    )
    assert sweep.events() == ["asked"]  # it is not known whether it became a job


def test_what_the_hub_took_in_spite_of_its_answers_is_taken_up(
    hub: FakeHub, sweep: HubSweep
) -> None:
    hub.faults.add(Fault(on=SUBMIT, status=503, times=1, after=True))
    hub.faults.add(Fault(on=r"GET /api/jobs/me", status=418, times=1, spared=1))
    launcher = sweep.launcher()
    launcher.begin(sweep.plan.runs)
    assert launcher.stopped is not None
    sweep.run()
    assert sweep.counts() == (8, 0, 0)
    assert len(hub.jobs.submitted) == 2


def test_no_credit_left_is_said_and_the_rest_runs_later(hub: FakeHub, sweep: HubSweep) -> None:
    hub.jobs.credits = 1
    launcher = sweep.launcher()
    launcher.begin(sweep.plan.runs)
    with pytest.raises(SurroundingsError) as raised:
        sweep.watch(launcher)
    assert "the Hub answers 402: Pre-paid credit balance is insufficient" in str(raised.value)
    assert str(raised.value).endswith(
        "Add credit at https://huggingface.co/settings/billing; the same command then goes on."
    )
    assert sweep.counts() == (4, 0, 4)
    hub.jobs.credits = None
    assert list(states(sweep.run())) == ALL_DONE[:1]
    assert sweep.counts() == (8, 0, 0)
