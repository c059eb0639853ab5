"""`midspan sweep plan` of a sweep on the Hub: its price, and what stands in the way there."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fake_hub import Account, FakeHub, Fault, fake_hub
from tests.support.hub_sweeps import SUITE


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[FakeHub]:
    with fake_hub(tmp_path / "hub") as running:
        yield running


def planned(hub: FakeHub, folder: Path, text: str = SUITE) -> subprocess.CompletedProcess[str]:
    """A plan by a program of its own: the client reads its address when it is imported."""
    folder.mkdir()
    (folder / "suite.yaml").write_text(text)
    return subprocess.run(
        [Path(sys.executable).with_name("midspan"), "sweep", "plan", "suite.yaml"],
        cwd=folder,
        env=hub.environment | {"COLUMNS": "80"},
        capture_output=True,
        text=True,
    )


def test_the_price_is_the_hubs(hub: FakeHub, tmp_path: Path) -> None:
    done = planned(hub, tmp_path / "shop")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-3:] == [
        "8 runs: 0 done, 8 missing",
        "On HF Jobs: 2 jobs on a10g-large at $1.50 an hour, 2 at a time; "
        "all of them at most 2 h ($3.00)",
        "Directory: sweeps/shop",
    ]
    assert not (tmp_path / "shop" / "sweeps").exists()


def test_nothing_is_made_there(hub: FakeHub, tmp_path: Path) -> None:
    planned(hub, tmp_path / "shop")
    assert {request.split()[0] for request in hub.requests} == {"GET"}


def test_a_flavor_that_there_is_not(hub: FakeHub, tmp_path: Path) -> None:
    done = planned(hub, tmp_path / "shop", SUITE.replace("a10g-large", "a10g-larg"))
    assert done.returncode == 2
    assert "Did you mean 'a10g-large'?" in done.stderr
    assert "all of them at most 2 h\n" in done.stdout


def test_a_token_without_scope(hub: FakeHub, tmp_path: Path) -> None:
    for name, account in hub.accounts.items():
        hub.accounts[name] = Account(name=account.name, role="read")
    done = planned(hub, tmp_path / "shop")
    assert done.returncode == 4
    assert "8 runs: 0 done, 8 missing" in done.stdout
    assert "Not yet: " in done.stderr


def test_a_hub_that_does_not_say_its_prices(hub: FakeHub, tmp_path: Path) -> None:
    hub.faults.add(Fault(on=r"GET /api/jobs/hardware", status=403, times=99))
    done = planned(hub, tmp_path / "shop")
    assert "what the jobs cost is not known: " in done.stderr
    assert "all of them at most 2 h\n" in done.stdout
