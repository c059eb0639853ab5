"""A library with two releases, and suites about it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from midspan.pipelines.servers import Home
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.places import Rooms
from midspan.pipelines.sweep.places.environments import Environment
from midspan.pipelines.sweep.places.mirrors import Mirror
from midspan.pipelines.sweep.plan import SweepPlan, planned_sweep
from midspan.pipelines.sweep.revisions import resolver
from midspan.scorers.suite import Target
from tests.support.shop_library import OFFLINE, Library

SUITE = """\
suite: shop
contract: 1
tasks:
  - id: ask
    prompt: p
    files: [inputs/note.txt, {{from: inputs/data, to: data}}]
target: {{repository: {repository}{target}}}
tiers: {{t: {tier}}}
harnesses: {{h: {{kind: command, argv: [x]}}}}
matrix:
  models: [{{name: m, endpoint: "http://127.0.0.1:1/v1"}}]
  revisions: [{revisions}]
"""

Planned = Callable[..., SweepPlan]


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in OFFLINE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MIDSPAN_HOME", str(tmp_path / "home"))


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library.made(tmp_path / "shop")
    library.release("2.0", NEWS="a command line")
    return library


@pytest.fixture
def planned(tmp_path: Path, library: Library) -> Planned:
    """Plans a suite with one run for each revision of the library."""

    def plan(tier: str = "{}", revisions: str = "v1.0", target: str = "") -> SweepPlan:
        folder = tmp_path / "suite"
        (folder / "inputs" / "data").mkdir(parents=True, exist_ok=True)
        (folder / "inputs" / "note.txt").write_text("a note")
        (folder / "inputs" / "data" / "shop.csv").write_text("1,2")
        (folder / "suite.yaml").write_text(
            SUITE.format(
                repository=library.path,
                tier=tier,
                revisions=revisions,
                target=target and f", {target}",
            )
        )
        return planned_sweep(folder / "suite.yaml", resolve=resolver())

    return plan


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def sweep(tmp_path: Path) -> SweepFolder:
    return SweepFolder(tmp_path / "sweep")


@pytest.fixture
def rooms(sweep: SweepFolder, cache: Path) -> Callable[[SweepPlan], Rooms]:
    return lambda plan: Rooms(sweep, plan, cache)


@pytest.fixture
def make(library: Library, cache: Path) -> Callable[..., Environment]:
    """An environment of a revision of the library, not built yet."""

    def environment(ref: str = "v1.0", **target: object) -> Environment:
        sha = library.git("rev-parse", f"{ref}^{{commit}}")
        mirror = Mirror(repository=str(library.path), cache=cache)
        mirror.fetch(sha, ref)
        return Environment(
            target=Target.model_validate({"repository": str(library.path), **target}),
            sha=sha,
            mirror=mirror,
            home=Home.of_user(),
        )

    return environment
