from pathlib import Path

from midspan.pipelines.publish.manifest import Manifest, Unit
from midspan.pipelines.publish.mlflow.api import Place
from midspan.pipelines.reporting.links import servers
from tests.support.reported import opened, shops

EXPERIMENT = Place(experiment="3", made_ms=1_795_211_672_091)
PHOENIX, MLFLOW = "http://127.0.0.1:6006", "http://127.0.0.1:5000"


def unit(server: str, url: str, place: str, key: str, what: str = "spans") -> Unit:
    return Unit(server=server, url=url, place=place, what=what, key=key, digest="d", rows=1)  # type: ignore[arg-type]


def test_what_was_never_published_has_no_links(tmp_path: Path) -> None:
    assert servers(tmp_path) == ()


def test_published_runs_have_the_addresses_of_their_spans(tmp_path: Path) -> None:
    workspace = shops(tmp_path, runs=8)
    runs = sorted(workspace.table("runs").collect()["run_id"])
    manifest = Manifest(workspace.path)
    manifest.add(unit("phoenix", PHOENIX, "UHJvamVjdDox", runs[0]))
    manifest.add(unit("phoenix", PHOENIX, "UHJvamVjdDox", runs[1]))
    manifest.add(unit("mlflow", MLFLOW, str(EXPERIMENT), runs[1]))
    manifest.add(unit("mlflow", MLFLOW, str(EXPERIMENT), runs[2], what="scores"))
    with (workspace.path / "published.jsonl").open("a") as file:
        file.write('{"server": "phoe')
    document = opened(workspace).document
    mlflow, phoenix = document["servers"]
    assert phoenix["span"] == "http://127.0.0.1:6006/redirects/spans/{span}"
    assert mlflow["trace"] == (
        "http://127.0.0.1:5000/#/experiments/3/traces?startTimeLabel=ALL"
        "&selectedEvaluationId=tr-{trace}"
    )
    ids = document["runs"]["id"]
    assert {ids[place] for place in phoenix["runs"]} == set(runs[:2])
    assert {ids[place] for place in mlflow["runs"]} == {runs[1]}
