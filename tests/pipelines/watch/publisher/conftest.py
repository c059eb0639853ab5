from pathlib import Path

import pytest

from midspan.pipelines.workspace import Workspace


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The state of a watch, beside its empty workspace."""
    Workspace.create(tmp_path / "ws")
    return tmp_path / "state"
