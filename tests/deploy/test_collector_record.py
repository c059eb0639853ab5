"""The record that the collector writes is one that midspan reads."""

import json
import sys
from pathlib import Path

import pytest
import yaml

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from tests.integration.conftest import golden_spans, line
from tests.support.team.compose_file import DEPLOY

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

EXPORTER = yaml.safe_load((DEPLOY / "collector.yaml").read_text())["exporters"]["file/traces"]


def write(number: int, path: Path, *, cut: int = 0) -> None:
    """As the exporter does: requests as JSON, each compressed, four bytes of length before it."""
    with path.open("wb") as file:
        for span in golden_spans(number):
            message = zstd.compress(json.dumps(line(span, "team")).encode())
            file.write(len(message).to_bytes(4, "big") + message)
    if cut:
        path.write_bytes(path.read_bytes()[:-cut])


@pytest.mark.parametrize(("cut", "kept"), [(0, 10), (3, 9)])
def test_files_that_are_written_to_and_files_that_were_rotated(
    tmp_path: Path, cut: int, kept: int
) -> None:
    """The last message of a file may be there in part: the Collector is at it."""
    assert (EXPORTER.get("format", "json"), EXPORTER["compression"]) == ("json", "zstd")
    now = Path(EXPORTER["path"]).name
    record = tmp_path / "record"
    record.mkdir()
    write(1, record / now.replace(".", "-2026-11-20T21-00-00.000."))
    write(2, record / now, cut=cut)

    ingest([record], tmp_path / "ws")

    assert Workspace(tmp_path / "ws").table("spans").collect().height == kept
