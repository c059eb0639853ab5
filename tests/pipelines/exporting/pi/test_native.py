"""Sessions that pi itself wrote in a sweep, taken as they are."""

import json
import shutil
from pathlib import Path

import pytest

from midspan.pipelines.exporting.sessions import Sessions, write_sessions
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from tests.support.otlp import RUN, Story
from tests.support.workspaces import ingested

SAMPLE = Path(__file__).parents[3] / "samples" / "sessions" / "pi" / "shop.jsonl"


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    """A sweep's folder with one run, of which pi kept a session."""
    story = Story(task="price", harness="pi@1.5.2", model="m")
    with story.agent():
        story.llm(text="only the spans")
    ingested(tmp_path, story.spans)
    own = tmp_path / "sessions" / f"{RUN}-0" / "--rooms--" / "a.jsonl"
    own.parent.mkdir(parents=True)
    shutil.copyfile(SAMPLE, own)
    return tmp_path


def exported(sweep: Path) -> Sessions:
    return write_sessions(Workspace(sweep / "ws"), sweep / "out", native=sweep / "sessions")


def test_it_is_taken_with_the_run_it_belongs_to(sweep: Path) -> None:
    written = exported(sweep)
    assert (written.runs, written.native) == (1, 1)
    lines = (sweep / "out" / written.files[0]).read_text(encoding="utf-8").splitlines()
    before = [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]
    after = [json.loads(line) for line in lines]
    assert after[0] == {**before[0], "harness": "pi"}
    assert after[1:-1] == before[1:]
    assert (after[-1]["customType"], after[-1]["parentId"]) == ("midspan-run", before[-1]["id"])
    ingest([sweep / "out"], sweep / "again")
    runs = Workspace(sweep / "again").table("runs").collect()
    assert runs.select("run_id", "task", "harness", "calls").rows() == [
        (RUN, "price", "pi@1.5.2", 5)
    ]


@pytest.mark.parametrize("content", ["", "{\n", '{"resourceSpans": []}\n'])
def test_what_is_no_session_of_pi_is_not_taken(sweep: Path, content: str) -> None:
    next((sweep / "sessions").rglob("*.jsonl")).write_text(content)
    assert exported(sweep).native == 0


def test_of_several_it_is_not_known_which_the_run_was(sweep: Path) -> None:
    shutil.copyfile(SAMPLE, sweep / "sessions" / f"{RUN}-0" / "b.jsonl")
    assert exported(sweep).native == 0


def test_secrets_are_taken_out_of_it(sweep: Path) -> None:
    own = next((sweep / "sessions").rglob("*.jsonl"))
    key = "hf_abcdefghijklmnop1234"
    summary = {"type": "compaction", "id": "c", "parentId": None, "summary": f"use {key}"}
    with own.open("a", encoding="utf-8") as file:
        file.write(json.dumps(summary) + "\n")
    written = exported(sweep)
    assert (written.native, written.redacted) == (1, {"key": 1})
    assert key not in (sweep / "out" / written.files[0]).read_text(encoding="utf-8")
