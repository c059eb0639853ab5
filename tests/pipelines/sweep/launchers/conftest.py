"""The Hub of the tests, and a sweep for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fake_hub import FakeHub, fake_hub
from tests.support.hub_sweeps import HubSweep, hub_sweep, use_quick_worker


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[FakeHub]:
    with fake_hub(tmp_path / "hub") as running:
        yield running


@pytest.fixture
def sweep(hub: FakeHub, tmp_path: Path) -> HubSweep:
    use_quick_worker(hub, tmp_path / "image")
    return hub_sweep(hub, tmp_path / "shop")
