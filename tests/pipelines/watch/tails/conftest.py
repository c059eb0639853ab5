from pathlib import Path

import pytest


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    """A folder that spool files are written to, beside the workspace of `settings`."""
    (tmp_path / "spool").mkdir()
    return tmp_path / "spool"
