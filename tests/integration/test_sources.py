"""Spans come back from the real servers as they went, and the second time only what is new."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from midspan.pipelines.ingest.context_rules import ContextRules
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.ingest.manifest import read_manifest
from midspan.pipelines.ingest.raw import RawSpan
from midspan.pipelines.ingest.sources.mlflow import MlflowSource
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput
from midspan.scorers.tables import ALL
from tests.pipelines.ingest.stories import counts
from tests.support.as_written import send_as_written
from tests.support.otlp import RUN, Story, call, offered, write
from tests.support.recordings import FOLDER
from tests.support.workspaces import rows

KINDS = ("phoenix", "mlflow")
TABLES = ("runs", "spans", "calls", "text", "tools")

NOT_GIVEN_BACK = {
    # Microseconds; attributes in another order, with what Phoenix adds; no resource.
    "phoenix": {
        ("spans", "start_ns"),
        ("spans", "end_ns"),
        ("spans", "ttft_seconds"),
        ("runs", "start_ns"),
        ("runs", "end_ns"),
        ("calls", "start_ns"),
        ("calls", "end_ns"),
        ("text", "attributes"),
        ("text", "events"),
        ("text", "resource"),
    },
    # JSON text is written anew: the same values, without spaces. Tags instead of the resource.
    "mlflow": {
        ("calls", "raw_arguments"),
        ("calls", "result"),
        ("text", "input"),
        ("text", "output"),
        ("text", "emitted"),
        ("text", "attributes"),
        ("text", "resource"),
    },
}
"""Columns that may differ from those of the file; every other one is the same."""


def address(servers: Any, kind: str, project: str) -> str:
    return f"{kind}+{getattr(servers, kind)}/{project}"


def send(servers: Any, *files: Path, project: str | None = None) -> None:
    send_as_written(files, project, phoenix=servers.phoenix, mlflow=servers.mlflow)


def differing(one: Workspace, other: Workspace) -> set[tuple[str, str]]:
    """Columns in which two workspaces differ; they must have the same rows."""
    found = set()
    for table in TABLES:
        key = [name for name in ALL[table].key if name in ALL[table].schema]
        frames = [workspace.table(table).sort(key).collect() for workspace in (one, other)]
        assert frames[0].height == frames[1].height > 0
        mine, theirs = (frame.to_dict(as_series=False) for frame in frames)
        found |= {(table, name) for name in mine if mine[name] != theirs[name]}
    return found


def golden_story(path: Path, experiment: str, number: int) -> Path:
    """A run as the instrumentation writes it, with whole context, cached tokens and a failure."""
    context = {"experiment": experiment, "task": "refund", "model": "m", "revision": "main"}
    told = Story(
        trace=number,
        first_span=number * 100,
        second=1_790_000_000.123456,
        session=f"{experiment}/{RUN}",
        trial=2,
        tier="bare",
        harness="demo@1",
        **context,
    )
    schema = {"type": "object", "properties": {"n": {"type": "number"}}, "required": ["n"]}
    with told.agent(input="How much?", output="It is 35.88 EUR."):
        told.llm(
            call("look", {"n": 1.0}, id="a"),
            call("pay", '{"n":', id="b"),
            reasoning="Look first.",
            tools=[offered("look", schema), offered("pay")],
            gen_ai__usage__cache_read__input_tokens=40,
        )
        told.tool("look", {"n": 1.0}, id="a", result={"total": 39.0})
        told.tool("pay", '{"n":', id="b", error="LookupError: no rate")
        told.llm(text="It is 35.88 EUR.")
    return write(path, told.spans)


@pytest.mark.parametrize("kind", KINDS)
def test_a_golden_run_comes_back_as_it_was_spooled(servers: Any, tmp_path: Path, kind: str) -> None:
    number = 0x3300 + KINDS.index(kind)
    spooled = golden_story(tmp_path / f"{RUN}-0.otlp.jsonl", f"back-{kind}", number)
    send(servers, spooled)
    ingest([spooled], tmp_path / "file")

    summary = ingest([address(servers, kind, f"back-{kind}")], tmp_path / "server")

    assert counts(summary) == (5, 5, 0, 0)
    file, server = Workspace(tmp_path / "file"), Workspace(tmp_path / "server")
    assert differing(file, server) <= NOT_GIVEN_BACK[kind]
    assert rows(server, "runs", "run_id", "task", "trial", "calls", "cache_read_tokens") == [
        (RUN, "refund", 2, 2, None)
    ]
    microseconds = pl.col("start_ns") // 1000
    starts = [ws.table("spans").select(microseconds).collect() for ws in (file, server)]
    assert starts[0].equals(starts[1])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name",
    [
        "langgraph__openinference",
        "openai-agents__openinference.genai-semconv",
        "langgraph__openllmetry",
        "openai-sdk__mlflow",
        "pydantic-ai__native-v5",
        "litellm__native-otel-callback",
    ],
)
def test_what_others_record_comes_back_too(
    servers: Any, tmp_path: Path, kind: str, name: str
) -> None:
    recording = FOLDER / f"{name}.otlp.jsonl"
    send(servers, recording, project=f"rec {name}")
    ingest([recording], tmp_path / "file")

    ingest([address(servers, kind, f"rec%20{name}")], tmp_path / "server")

    found = differing(Workspace(tmp_path / "file"), Workspace(tmp_path / "server"))
    # These name no experiment, so it is the project.
    assert found - {("runs", "experiment")} <= NOT_GIVEN_BACK[kind]
    assert {each for (each,) in rows(Workspace(tmp_path / "server"), "runs", "experiment")} == {
        f"rec {name}"
    }


@pytest.mark.parametrize("kind", KINDS)
def test_the_second_time_only_what_is_new_is_read(
    servers: Any, golden_run: Any, tmp_path: Path, kind: str
) -> None:
    first = 0x3000 if kind == "phoenix" else 0x3010
    project = f"grows-{kind}"
    send(servers, golden_run(first, experiment=project))
    url, workspace = address(servers, kind, project), tmp_path / "ws"

    assert counts(ingest([url], workspace)) == (5, 5, 0, 0)
    nothing = ingest([url], workspace)
    assert (nothing.files, counts(nothing)) == (0, (0, 0, 0, 0))
    send(servers, golden_run(first + 1, experiment=project))
    assert counts(ingest([url], workspace)) == (5, 5, 0, 0)

    lines = list(read_manifest(workspace))
    assert [(line.file, line.spans_in) for line in lines] == [(url, 5), (url, 5)]
    assert all(line.cursor for line in lines)
    assert len(rows(Workspace(workspace), "runs")) == 2


def test_a_trace_that_grows_in_mlflow_is_read_again(
    servers: Any, golden_run: Any, tmp_path: Path
) -> None:
    whole = golden_run(0x3020, experiment="late")
    lines = whole.read_text().splitlines(keepends=True)
    part = tmp_path / "part" / "a.jsonl"
    part.parent.mkdir()
    part.write_text("".join(lines[:3]))
    send(servers, part)
    url = address(servers, "mlflow", "late")
    assert counts(ingest([url], tmp_path / "ws")) == (3, 3, 0, 0)
    send(servers, whole)
    assert counts(ingest([url], tmp_path / "ws")) == (5, 2, 3, 0)


def test_a_trace_that_has_just_ended_in_mlflow_is_read_until_it_has_settled(
    servers: Any, golden_run: Any
) -> None:
    send(servers, golden_run(0x3030, experiment="settles"))
    url = address(servers, "mlflow", "settles")
    ended = 1_790_000_000 + 0x3030 * 60

    def read(seconds_later: int, cursor: Any) -> tuple[int, Any]:
        with MlflowSource(url, clock=lambda: ended + seconds_later) as server:
            pages = list(server.pages(cursor))
        spans = [item for page in pages for item in page.items if isinstance(item, RawSpan)]
        return len(spans), pages[-1].cursor if pages else cursor

    spans, cursor = read(60, {})
    assert (spans, cursor) == (5, {"traces": {}})
    spans, cursor = read(700, cursor)
    assert (spans, len(cursor["traces"])) == (5, 1)
    assert read(800, cursor)[0] == 0


def test_a_phoenix_that_was_emptied_is_read_from_the_start(
    servers: Any, golden_run: Any, tmp_path: Path
) -> None:
    """Its numbers begin again, so what the cursor names is another span or none."""
    send(servers, golden_run(0x3040, experiment="emptied"))
    url, workspace = address(servers, "phoenix", "emptied"), tmp_path / "ws"
    ingest([url], workspace)
    (kept,) = (workspace / "cursors").iterdir()
    kept.write_text(kept.read_text().replace("0005", "ffff"))

    summary = ingest([url], workspace)

    assert (summary.files_known, counts(summary)) == (1, (0, 0, 0, 0))


@pytest.mark.parametrize("kind", KINDS)
def test_other_rules_read_a_server_from_the_start(
    servers: Any, golden_run: Any, tmp_path: Path, kind: str
) -> None:
    first = 0x3050 if kind == "phoenix" else 0x3060
    project = f"rules-{kind}"
    send(servers, golden_run(first, experiment=project))
    url, workspace = address(servers, kind, project), tmp_path / "ws"
    ingest([url], workspace)

    rules = ContextRules.parse(["task=gen_ai.agent.name"])
    assert counts(ingest([url], workspace, rules=rules)) == (5, 0, 5, 0)

    assert rows(Workspace(workspace), "runs", "task", "experiment") == [("shop-agent", project)]
    assert counts(ingest([url], workspace, rules=rules)) == (0, 0, 0, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_more_spans_than_a_page_holds(
    servers: Any, golden_run: Any, tmp_path: Path, kind: str
) -> None:
    first = 0x3100 if kind == "phoenix" else 0x3200
    project = f"pages-{kind}"
    files = [golden_run(number, experiment=project) for number in range(first, first + 205)]
    send_as_written(files, **{kind: getattr(servers, kind)})
    summary = ingest([address(servers, kind, project)], tmp_path / "ws")
    assert (counts(summary), summary.runs) == ((1025, 1025, 0, 0), 205)


@pytest.mark.parametrize(("kind", "what"), [("phoenix", "project"), ("mlflow", "experiment")])
def test_a_wrong_project_is_answered_with_close_names(
    servers: Any, golden_run: Any, tmp_path: Path, kind: str, what: str
) -> None:
    send(servers, golden_run(0x3070, experiment="shop of wonders"))
    with pytest.raises(InvalidInput) as raised:
        ingest([address(servers, kind, "shop%20of%20wonder")], tmp_path / "ws")
    url = address(servers, kind, "shop%20of%20wonder")
    assert str(raised.value).startswith(f"{url}: {kind} has no {what} 'shop of wonder'\nDid you")
    assert "shop of wonders" in str(raised.value)
    with pytest.raises(InvalidInput, match=f"names no {what}; it is the last part of the address"):
        ingest([address(servers, kind, "")], tmp_path / "ws")
    assert not (tmp_path / "ws").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_and_its_server_make_one_workspace(
    servers: Any, golden_run: Any, tmp_path: Path, kind: str
) -> None:
    """What is read from both counts once."""
    first = 0x3080 if kind == "phoenix" else 0x3090
    project = f"both-{kind}"
    file = golden_run(first, experiment=project)
    send(servers, file)
    summary = ingest([file, address(servers, kind, project)], tmp_path / "ws")
    assert counts(summary) == (10, 5, 5, 0)


def test_an_mlflow_experiment_that_was_deleted_is_not_there(
    servers: Any, golden_run: Any, tmp_path: Path, mlflow: Any
) -> None:
    send(servers, golden_run(0x30A0, experiment="deleted"))
    number = mlflow.experiment("deleted")["experiment_id"]
    mlflow.client.post("/api/2.0/mlflow/experiments/delete", json={"experiment_id": number})
    with pytest.raises(InvalidInput, match="mlflow has no experiment 'deleted'"):
        ingest([address(servers, "mlflow", "deleted")], tmp_path / "ws")
