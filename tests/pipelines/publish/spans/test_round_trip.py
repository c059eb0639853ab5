"""Spans that are rebuilt, sent and read again say what they said, or why they do not is named."""

from collections import Counter
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from tests.support.published_otherwise import REASONS, differences, reason_for
from tests.support.recordings import FOLDER, NAMES
from tests.support.republished import republished

SESSIONS: Final = Path(__file__).parents[3] / "samples" / "sessions"
SESSION_FILES: Final = sorted(
    path for path in SESSIONS.rglob("*.json*") if "subagents" not in path.parts
)


@cache
def said_otherwise(*files: Path) -> Counter[str]:
    """Return how often each reason holds for what is read from some files."""
    with TemporaryDirectory() as name:
        directory = Path(name)
        ingest(files, directory / "ws")
        before = Workspace(directory / "ws")
        after = republished(before, directory / "sent")
        assert after.table("quarantine").collect().height == 0
        return Counter(reason_for(found) for found in differences(before, after))


def of_recording(name: str) -> Counter[str]:
    files = (FOLDER / f"{name}.otlp.jsonl", FOLDER / f"{name}.logs.otlp.jsonl")
    return said_otherwise(*(path for path in files if path.exists()))


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_says_the_same_after_it_was_sent(name: str) -> None:
    of_recording(name)


@pytest.mark.parametrize("file", SESSION_FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_session_says_the_same_after_it_was_sent(file: Path) -> None:
    said_otherwise(file)


def test_what_is_said_otherwise_is_known_to_the_last_row() -> None:
    every = [of_recording(name) for name in NAMES]
    every += [said_otherwise(file) for file in SESSION_FILES]
    assert sum(every, Counter()) == {
        "a session is one of its experiment": 103,
        "arguments are an object in messages: the spaces that the model wrote are gone": 140,
        "a result that Python printed is JSON": 6,
        "a failed tool without a result shows how it failed": 72,
        "a request that failed has no reply": 15,
        "a message says why it ended, or Phoenix leaves it out": 56,
        "a call whose model only the response names is named by it": 18,
        "what replies is a model call": 4,
        "what ended without an error is OK": 385,
        "a span that never ended ends with its trace, as servers need an end": 1,
        "a repeat that others hang under is a step of a chain": 101,
        "tools are listed where they were offered to a model": 7,
    }
    assert len(REASONS) == 12
