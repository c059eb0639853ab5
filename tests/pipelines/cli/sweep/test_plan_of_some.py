"""`midspan sweep plan` for some of the runs, and what it remarks without being kept from it."""

import json
from pathlib import Path

import pytest

from tests.pipelines.cli.conftest import Midspan
from tests.pipelines.cli.sweep.test_plan import PARTS, begun
from tests.pipelines.sweep.test_endpoints import serving
from tests.support.sweeps import write_suite


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_some_of_the_runs(midspan: Midspan, tmp_path: Path) -> None:
    suite = write_suite(tmp_path / "suite", **PARTS)
    begun(suite, tmp_path / "sweep", done=5)
    asked = (suite, "--into", tmp_path / "sweep", "--only", "two", "--only", "model=lab/a")
    done = midspan("sweep", "plan", *asked)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0].endswith("x 3 trials = 12 runs; of these, 3 by --only")
    assert lines[2:6] == ["model  two", "lab/a  2/3", "", "3 runs: 2 done, 1 missing"]
    assert midspan("sweep", "run", *asked, "--dry-run").out == done.out
    for verb in (("plan",), ("run", "--dry-run")):
        wrong = midspan("sweep", *verb, suite, "--only", "colour=red")
        assert (wrong.code, "there is no axis 'colour'" in wrong.err) == (2, True)


def test_a_model_that_is_not_listed_is_said_below_what_would_be_run(
    midspan: Midspan, tmp_path: Path
) -> None:
    with serving("sloppy") as server:
        models = [{"name": "slopy", "endpoint": server.endpoint}]
        suite = write_suite(tmp_path / "suite", **{**PARTS, "matrix": {"models": models}})
        done = midspan("sweep", "plan", suite)
        told = json.loads(midspan("sweep", "plan", suite, "--json").out)
    assert "does not list slopy. Did you mean 'sloppy'?" in done.err
    assert [done.err.strip()] == told["remarks"]
