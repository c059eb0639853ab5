"""Jobs that do not do all they should, whatever they say of themselves."""

from midspan.dashboards.terminal.cells import counted
from tests.support.fake_hub import FakeHub, Fate
from tests.support.hub_sweeps import SUITE, HubSweep, hub_sweep, states


def test_a_job_that_dies_at_half_is_followed_by_one_for_the_rest(
    hub: FakeHub, sweep: HubSweep
) -> None:
    hub.runner.environment["PAUSE"] = "0.5"
    hub.jobs.fates = [Fate(dies_after=2), Fate()]
    rows = sweep.run()
    first, _, third = rows
    assert (first.stage, third.stage, third.planned) == ("ERROR", "COMPLETED", 4 - first.done)
    assert 2 <= first.done < 4
    assert sweep.counts() == (8, 0, 0)
    assert f"the job is ERROR (Node was lost), and {4 - first.done} of its 4 runs" in sweep.text
    assert f"  {counted(4 - first.done, 'run')} to be submitted again" in sweep.text


def test_a_job_that_says_completed_with_half_its_artefacts_is_not_believed(
    hub: FakeHub, sweep: HubSweep
) -> None:
    lost = sweep.run_ids[:2]
    hub.jobs.fates = [Fate(reaches=lambda path: not any(run in path for run in lost))]
    rows = sweep.run()
    assert list(states(rows)) == [("COMPLETED", 2, 4), ("COMPLETED", 4, 4), ("COMPLETED", 2, 2)]
    assert sweep.counts() == (8, 0, 0)
    assert (
        "org-careful-c3d4cadf: the job is COMPLETED, and 2 of its 4 runs have no result in the "
        "bucket" in sweep.said
    )
    assert sweep.events().count("ended") == 3


def test_a_result_whose_spans_never_came_is_taken_back_and_its_run_repeated(
    hub: FakeHub, sweep: HubSweep
) -> None:
    lost = f"spool/{sweep.run_ids[0]}-0.otlp.jsonl"
    hub.jobs.fates = [Fate(reaches=lambda path: path != lost)]
    rows = sweep.run()
    assert list(states(rows)) == [("COMPLETED", 3, 4), ("COMPLETED", 4, 4), ("COMPLETED", 1, 1)]
    assert (sweep.folder.root / lost).is_file()
    assert [path.name for path in (sweep.folder.root / "withdrawn").iterdir()] == [
        f"{sweep.run_ids[0]}-0.result.json"
    ]
    assert "-0: tells of 1 span, of which 0 came; kept in withdrawn/" in sweep.text


def test_a_result_that_is_none_is_not_taken(hub: FakeHub, sweep: HubSweep) -> None:
    run = sweep.run_ids[0]
    hub.buckets.create("me/runs")
    hub.buckets.put("me/runs", {f"shop/spool/{run}-0.result.json": b'{"run_id": 3}'})
    sweep.launcher().begin([])
    assert sweep.counts() == (0, 0, 8)


def test_files_that_no_worker_writes_stay_in_the_bucket(hub: FakeHub, sweep: HubSweep) -> None:
    hub.buckets.create("me/runs")
    run = sweep.run_ids[0]
    for path in (
        f"sessions/{run}-0/../../../jobs.jsonl",
        f"spool/{'0' * 32}-0.result.json",
        "spool/../jobs.jsonl",
        "logs/notes.txt",
    ):
        hub.buckets.put("me/runs", {f"shop/{path}": b"{}"})
    sweep.launcher().begin([])
    assert not sweep.folder.jobs.exists()
    assert sorted(path.name for path in sweep.folder.spool.iterdir()) == ["plan.jsonl"]


def test_a_job_that_brings_nothing_is_not_paid_for_again(hub: FakeHub, sweep: HubSweep) -> None:
    hub.jobs.fates = [Fate(reaches=lambda path: False)]
    rows = sweep.run()
    assert list(states(rows)) == [("COMPLETED", 0, 4), ("COMPLETED", 4, 4)]
    assert sweep.counts() == (4, 0, 4)
    assert "  | key: None token: None" in sweep.said
    assert f"  all that it printed: midspan sweep logs {sweep.folder.root} {rows[0].job}" in (
        sweep.said
    )
    assert list(states(sweep.run())) == [("COMPLETED", 4, 4)]  # asked for once more, it is run


def test_results_of_an_earlier_job_are_none_of_a_later_one(hub: FakeHub, sweep: HubSweep) -> None:
    hub.runner.environment["ENDED"] = "platform"
    sweep.run()
    assert (
        "org-careful-c3d4cadf: COMPLETED; all 4 runs have a result, 4 of them infra" in sweep.said
    )
    assert sweep.counts() == (0, 8, 0)
    hub.jobs.fates = [Fate(reaches=lambda path: False), Fate(reaches=lambda path: False)]
    rows = sweep.run()
    assert list(states(rows)) == [("COMPLETED", 0, 4), ("COMPLETED", 0, 4)]
    assert "  | key: None token: None" in sweep.said
    assert (
        "org-careful-c3d4cadf: the job is COMPLETED, and 4 of its 4 runs have no result in the "
        "bucket" in sweep.said
    )


def test_a_job_for_infra_runs_that_dies_at_half_is_followed_by_another(
    hub: FakeHub, sweep: HubSweep
) -> None:
    hub.runner.environment["ENDED"] = "platform"
    sweep.run()
    hub.runner.environment.update(ENDED="exit", PAUSE="0.5")
    hub.jobs.fates = [Fate(dies_after=2)]
    rows = sweep.run()
    assert [(row.stage, row.done == row.planned) for row in rows] == [
        ("ERROR", False),
        ("COMPLETED", True),
        ("COMPLETED", True),
    ]
    assert sweep.counts() == (8, 0, 0)


def test_spans_are_counted_and_a_result_with_too_few_is_taken_back(
    hub: FakeHub, sweep: HubSweep
) -> None:
    hub.runner.environment["SPANS"] = "50"
    sweep.run()
    assert sweep.counts() == (0, 8, 0)  # spans are here, and no result that could be believed
    assert f"  {sweep.run_ids[0]}-0: tells of 50 spans, of which 1 came; kept in withdrawn/" in (
        sweep.said
    )
    assert len(list((sweep.folder.root / "withdrawn").iterdir())) == 8


def test_a_suite_that_was_changed_while_jobs_go_on(hub: FakeHub, sweep: HubSweep) -> None:
    hub.runner.environment["PAUSE"] = "1"
    sweep.launcher().begin(sweep.plan.runs)
    changed = hub_sweep(
        hub, sweep.plan.suite_file.parent, SUITE.replace("How many?", "How many now?")
    )
    rows = changed.run()
    assert list(states(rows))[:2] == [("COMPLETED", 4, 4), ("COMPLETED", 4, 4)]
    assert sum(row.planned for row in rows[2:]) == 4
    assert "no result" not in changed.text
    assert changed.counts() == sweep.counts() == (8, 0, 0)
