"""A workspace in a real Phoenix, as its own API tells it."""

from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.manifest import PUBLISHED, Manifest
from midspan.pipelines.publish.phoenix import publish
from midspan.pipelines.publish.report import Published
from midspan.pipelines.publish.rows import NOT_FINITE, run_rows, step_rows
from midspan.pipelines.publish.target import Target
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import Exit
from midspan.scorers.plugins import declarations
from midspan.scorers.tables import SCORES
from tests.support.phoenix_state import of_midspan, pages, project_id, state
from tests.support.shop_runs import RUNS, STEPS, shop, trace_of
from tests.support.workspaces import put

SCORES_ONLY = Asked(only=frozenset({"scores"}))
SPANS_ONLY = Asked(only=frozenset({"spans"}))
SPANS_AND_SCORES = Asked(only=frozenset({"spans", "scores"}))


def published(
    workspace: Workspace, url: str, asked: Asked | None = None, *, again: bool = False
) -> Published:
    target = Target(server="phoenix", url=url)
    manifest = Manifest(workspace.path, again=again)
    return publish(workspace, target, asked or Asked(), manifest=manifest)


def counts(report: Published) -> dict[str, tuple[int, int, int]]:
    return {what: (one.asked, one.stored, one.already) for what, one in report.counts.items()}


def custom(run: str, *, name: str, value: float, label: str | None = None) -> pl.DataFrame:
    """A score of a run, as no scorer of midspan gives it."""
    row = {"run_id": run, "trace_id": run, "name": name, "value": value, "label": label}
    usual = {"scorer": "mine", "evidence": [], "scorer_version": "1", "config_hash": ""}
    return SCORES.frame([{**row, **usual, "source": "code", "status": "ok"}])


@pytest.fixture
def client(phoenix: Any) -> httpx.Client:
    found: httpx.Client = phoenix.client
    return found


def test_every_span_and_score_is_there_with_its_value(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="phx-all", number=0xB01)

    report = published(workspace, servers.phoenix)

    assert (report.left, report.notes, report.exit_code) == ({}, (), Exit.DONE)
    assert report.counts["spans"].stored == RUNS * STEPS
    found = state(client, "phx-all")
    assert len(found["spans"]) == RUNS * STEPS
    scores, known = workspace.table("scores").collect(), declarations()
    steps = step_rows(scores, known).rows
    assert {
        (row["span_id"], row["name"]): (
            row["value"] if row["name"] != "loop" else None,
            row["label"],
        )
        for row in steps.iter_rows(named=True)
    } == {
        tuple(key.split()): (one["result"]["score"], one["result"]["label"])
        for key, one in found["span"].items()
    }
    rates = [
        row
        for row in run_rows(scores, known).rows.iter_rows(named=True)
        if known.get(row["name"]) is not None and known[row["name"]].unit in ("share", "0/1")
    ]
    assert rates
    for row in rates:
        there = found["trace"][f"{row['trace_id']} {row['name']}"]
        assert there["result"]["score"] == row["value"]
        assert there["metadata"]["scorer_version"] == row["scorer_version"]
        assert there["metadata"]["run"] == row["run_id"]
    assert len(found["span"]) + len(found["trace"]) == report.counts["annotations"].stored


def test_a_failed_call_says_what_was_wrong_and_counts_stay_out_of_the_charts(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="phx-says", number=0xB02)

    report = published(workspace, servers.phoenix, SPANS_AND_SCORES)

    trace = trace_of(0xB02, 0)
    there = of_midspan(client, "phx-says", "span")[f"{trace * 16 + 3:016x} call_ok"]
    assert there["kind"] == "CODE"
    assert there["result"]["score"] == 0.0
    assert there["result"]["label"] == "execution.error"
    assert "no such order" in there["result"]["explanation"]
    of_trace = of_midspan(client, "phx-says", "trace")
    names = {key.split()[1] for key in of_trace}
    assert not names & {"turns", "tokens", "seconds", "tool_calls"}
    outcome = of_trace[f"{trace:032x} outcome"]
    assert "turns 2, tool_calls 2" in outcome["result"]["explanation"]
    assert outcome["metadata"]["figures"]["turns"] == 2.0
    assert sum(report.aside.values()) > 0


def test_phoenix_knows_which_way_scores_are_better(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="phx-configs", number=0xB03)

    published(workspace, servers.phoenix, SPANS_AND_SCORES)

    number = project_id(client, "phx-configs")
    configs = {
        row["name"]: row for row in pages(client, f"/v1/projects/{number}/annotation_configs")
    }
    rate = configs["recovery_rate"]
    assert (rate["type"], rate["optimization_direction"]) == ("CONTINUOUS", "MAXIMIZE")
    assert (rate["lower_bound"], rate["upper_bound"]) == (0.0, 1.0)
    assert configs["degenerate_share"]["optimization_direction"] == "MINIMIZE"
    call_ok = configs["call_ok"]
    assert (call_ok["type"], call_ok["optimization_direction"]) == ("CATEGORICAL", "MAXIMIZE")
    values = {one["label"]: one["score"] for one in call_ok["values"]}
    assert values["none"] == 1.0
    assert values["execution.error"] == 0.0


def test_what_people_set_in_a_config_stays(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    theirs = {
        "name": "mine.manners",
        "type": "CATEGORICAL",
        "optimization_direction": "MINIMIZE",
        "values": [{"label": "rude", "score": 7.0}],
    }
    client.post("/v1/annotation_configs", json=theirs).raise_for_status()
    workspace = shop(tmp_path, experiment="phx-theirs", number=0xB04)
    run = f"{trace_of(0xB04, 0):032x}"
    put(workspace, "scores", custom(run, name="mine.manners", value=1.0, label="kind"))

    published(workspace, servers.phoenix, SPANS_AND_SCORES)

    after = client.get("/v1/annotation_configs/mine.manners").json()["data"]
    assert after["optimization_direction"] == "MINIMIZE"
    assert after["values"] == [{"label": "rude", "score": 7.0}, {"label": "kind", "score": 1.0}]


@pytest.mark.parametrize("how", ["manifest", "again", "manifest lost"])
def test_twice_is_the_same_state(
    servers: Any, client: httpx.Client, tmp_path: Path, how: str
) -> None:
    name, number = f"phx-{how.replace(' ', '-')}", 0xB10 + len(how)
    workspace = shop(tmp_path, experiment=name, number=number)
    first = published(workspace, servers.phoenix)
    before = state(client, name)
    if how == "manifest lost":
        (workspace.path / PUBLISHED).unlink()

    second = published(workspace, servers.phoenix, again=how == "again")

    assert state(client, name) == before
    assert (second.left, second.removed) == ({}, 0)
    asked = {what: one.asked for what, one in second.counts.items()}
    assert asked == {what: one.asked for what, one in first.counts.items()}
    if how == "manifest":
        assert all(one.already == one.asked for one in second.counts.values())


def test_a_number_that_would_break_the_page_is_refused_and_the_rest_goes(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="phx-nan", number=0xB32)
    run = f"{trace_of(0xB32, 0):032x}"
    for number, value in enumerate((float("nan"), float("inf"), 0.5)):
        put(workspace, "scores", custom(run, name=f"broken.{number}", value=value))

    report = published(workspace, servers.phoenix, SPANS_AND_SCORES)

    assert (report.left, report.exit_code) == ({NOT_FINITE: 2}, Exit.IN_PART)
    names = {key.split()[1] for key in of_midspan(client, "phx-nan", "trace")}
    assert {name for name in names if name.startswith("broken")} == {"broken.2"}


def test_a_dry_run_sends_nothing_and_counts_what_is_new(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="phx-dry", number=0xB33)

    dry = published(workspace, "http://127.0.0.1:9", Asked(dry_run=True))

    assert project_id(client, "phx-dry") is None
    real = published(workspace, servers.phoenix)
    assert {what: one.asked for what, one in dry.counts.items()} == {
        what: one.asked for what, one in real.counts.items()
    }
    later = published(workspace, servers.phoenix, Asked(dry_run=True))
    assert later.counts["spans"].already == RUNS * STEPS
    assert later.counts["annotations"].already == later.counts["annotations"].asked


def test_a_project_that_was_deleted_is_published_anew(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="phx-wiped", number=0xB34)
    published(workspace, servers.phoenix)
    before = state(client, "phx-wiped")
    client.delete(f"/v1/projects/{project_id(client, 'phx-wiped')}").raise_for_status()

    report = published(workspace, servers.phoenix)

    assert report.counts["spans"].stored == RUNS * STEPS
    after = state(client, "phx-wiped")
    assert {name: after[name] for name in ("spans", "span", "trace")} == {
        name: before[name] for name in ("spans", "span", "trace")
    }


def test_only_runs_since_then_are_published(
    servers: Any, client: httpx.Client, tmp_path: Path
) -> None:
    workspace = shop(tmp_path, experiment="phx-since", number=0xB35)
    starts = sorted(workspace.table("runs").select(pl.col("start_ns")).collect()["start_ns"])

    published(workspace, servers.phoenix, Asked(since_ns=starts[6]))

    found = state(client, "phx-since")
    assert len(found["spans"]) == 2 * STEPS
    assert sum(len(one["runs"]) for one in found["experiments"].values()) == 2
