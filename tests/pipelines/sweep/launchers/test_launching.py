"""Jobs that do what they should: submitted, followed, fetched."""

import json
from pathlib import Path

from tests.support.fake_hub import FakeHub
from tests.support.hub_sweeps import SUITE, HubSweep, hub_sweep, states, use_quick_worker


def test_a_sweep_is_run_a_job_for_each_model(hub: FakeHub, sweep: HubSweep) -> None:
    rows = sweep.run()
    assert list(states(rows)) == [("COMPLETED", 4, 4), ("COMPLETED", 4, 4)]
    assert sweep.counts() == (8, 0, 0)
    assert sweep.events() == ["asked", "submitted", "asked", "submitted", "ended", "ended"]
    assert [len(list((sweep.folder.root / name).glob("*"))) for name in ("logs", "sessions")] == [
        8,
        8,
    ]


def test_what_a_job_is_asked_for(hub: FakeHub, sweep: HubSweep) -> None:
    sweep.run()
    job = hub.jobs.submitted[0]
    asked = job.asked
    assert {name: job.labels[name] for name in ("sweep", "experiment", "model", "revision")} == {
        "sweep": "shop",
        "experiment": "shop",
        "model": "org-careful",
        "revision": "none",
    }
    assert (job.labels["team"], job.labels["batch"][:12]) == ("shop", "org-careful-")
    assert asked["flavor"] == "a10g-large"
    assert asked["timeoutSeconds"] == 3600
    assert asked["dockerImage"] == "ghcr.io/astral-sh/uv:python3.12-bookworm"
    assert asked["volumes"] == [
        {"type": "bucket", "source": "me/runs", "mountPath": "/mnt/sweep", "path": "shop"}
    ]
    assert "secrets" not in asked
    assert [asked["command"][:2], asked["command"][2].count("\n")] == [["bash", "-c"], 0]


def test_the_bucket_holds_suite_plan_and_spool(hub: FakeHub, sweep: HubSweep) -> None:
    sweep.run()
    paths = hub.buckets.paths("me/runs")
    assert "shop/suite/suite.yaml" in paths
    assert "shop/suite/experiment.json" in paths
    assert "shop/spool/plan.jsonl" in paths
    assert hub.buckets.is_private("me/runs")
    run = sweep.run_ids[0]
    assert (
        json.loads(hub.buckets.get("me/runs", f"shop/spool/{run}-0.result.json"))["run_id"] == run
    )


def test_no_more_jobs_at_a_time_than_the_suite_says(hub: FakeHub, tmp_path: Path) -> None:
    use_quick_worker(hub, tmp_path / "image")
    suite = SUITE.replace("  concurrency: 2", "  concurrency: 1\n  per: cell")
    sweep = hub_sweep(hub, tmp_path / "shop", suite)
    going = []
    launcher = sweep.launcher()
    launcher.begin(sweep.plan.runs)
    sweep.watch(launcher, lambda rows, queued: going.append((len(rows), queued)))
    assert [each for place, each in enumerate(going) if each not in going[:place]] == [
        (1, 3),
        (2, 2),
        (3, 1),
        (4, 0),
    ]
    assert sweep.counts() == (8, 0, 0)


def test_what_is_done_is_not_submitted_again(hub: FakeHub, sweep: HubSweep) -> None:
    sweep.run()
    assert sweep.run() == []
    assert len(hub.jobs.submitted) == 2


def test_a_second_directory_takes_what_the_bucket_has(hub: FakeHub, sweep: HubSweep) -> None:
    sweep.run()
    for path in [*sweep.folder.spool.glob("*-0.*"), sweep.folder.jobs]:
        path.unlink()
    assert sweep.counts() == (0, 0, 8)
    assert sweep.run() == []
    assert sweep.counts() == (8, 0, 0)
