"""Whatever bytes come: nothing is raised, and everything is accounted for."""

import gzip
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midspan.pipelines.ingest.decode import read
from midspan.pipelines.ingest.decode.lines import MARK
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput
from tests.pipelines.ingest.decode.encodings import ENCODINGS
from tests.pipelines.ingest.logs.told import log, requests
from tests.pipelines.ingest.stories import OTHER, story
from tests.support.workspaces import rows

SPANS = [*story(), *story(trace=2, run_id=OTHER)]
LOGS = json.dumps(requests(log("note", SPANS[1]), log("note", None))).encode()
WRITTEN = [*(encode(SPANS) for encode in ENCODINGS.values()), LOGS, gzip.compress(LOGS)]
BEGINNINGS = [
    b"",
    b"{",
    b"[",
    b"\n",
    b"\x0a",
    b"\x1f\x8b",
    b"\x28\xb5\x2f\xfd",
    b"\x00\x00\x00\x09",
]


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_damaged_files(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(WRITTEN)))
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        match data.draw(st.sampled_from(["flip", "insert", "remove"])):
            case "flip":
                content[place] ^= data.draw(st.integers(1, 255))
            case "insert":
                content[place:place] = data.draw(st.binary(max_size=20))
            case _:
                del content[place : place + data.draw(st.integers(0, 20))]
        content = content or bytearray(b" ")
    everything_is_accounted_for(bytes(content[: data.draw(st.integers(1, len(content)))]))


@settings(max_examples=150, deadline=None)
@given(beginning=st.sampled_from(BEGINNINGS), rest=st.binary(min_size=1, max_size=200))
def test_bytes_of_any_kind(beginning: bytes, rest: bytes) -> None:
    everything_is_accounted_for(beginning + rest)


def everything_is_accounted_for(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "file"
        file.write_bytes(content)
        items = len(list(read(file)))
        if not content.removeprefix(MARK).strip():
            with pytest.raises(InvalidInput, match="the file is empty"):
                ingest([file], Path(directory) / "ws")
            return
        summary = ingest([file], Path(directory) / "ws")
        workspace = Workspace(Path(directory) / "ws")
        assert summary.spans_in + summary.logs_in == items
        assert summary.spans_in == summary.kept + summary.merged + summary.quarantined
        assert summary.logs_in == summary.logs_applied + summary.logs_unmatched
        assert len(rows(workspace, "spans")) == summary.kept
        lost = summary.quarantined + summary.logs_unmatched
        assert len(rows(workspace, "quarantine", "reason")) == lost
        assert not any("midspan could not" in line for line in summary.rejected)
