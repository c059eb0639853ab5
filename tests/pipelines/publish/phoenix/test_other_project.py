"""Traces that another project has: it is said at once, nothing is sent and nothing made."""

import json
from pathlib import Path

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.manifest import Manifest, Unit
from midspan.pipelines.publish.phoenix import publish
from midspan.pipelines.publish.target import Target
from tests.support.reverse_proxy import proxied
from tests.support.shop_runs import RUNS, RUNS_IN_ORDER, STEPS, shop, trace_of


def test_it_is_said_at_once_and_nothing_is_sent(tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="shop")
    runs = [f"{trace_of(1, place):032x}" for place in range(len(RUNS_IN_ORDER))]

    def rule(_method: str, path: str) -> tuple[int, str]:
        found: object = []
        if path.startswith("/arize_phoenix_version"):
            return 200, "20.26.1"
        if path.startswith("/v1/projects?"):
            found = [{"name": "shop", "id": "id-shop"}, {"name": "other", "id": "id-other"}]
        elif path.startswith("/v1/projects/id-shop/traces?"):
            found = [{"trace_id": run} for run in runs]
        return 200, json.dumps({"data": found, "next_cursor": None})

    with proxied("http://127.0.0.1:9", rule) as server:
        manifest = Manifest(workspace.path)
        for run in runs:
            unit = {"server": "phoenix", "url": server.url, "place": "id-shop", "what": "spans"}
            manifest.add(Unit(**unit, key=run, digest="aa", rows=STEPS))  # type: ignore[arg-type]
        report = publish(
            workspace,
            Target(server="phoenix", url=server.url),
            Asked(project="nightly"),
            manifest=Manifest(workspace.path),
        )

    assert [path for path in server.paths("POST") if "config" not in path] == []
    assert "experiment" not in report.counts
    [reason] = report.left
    assert reason == (
        "their traces are in project 'shop', and Phoenix does not move traces: "
        "publish to that project, or delete it in Phoenix first"
    )
    assert report.counts["spans"].left == {reason: RUNS * STEPS}
    assert report.counts["annotations"].asked == report.counts["annotations"].left[reason] > 0
    assert report.links == ()
