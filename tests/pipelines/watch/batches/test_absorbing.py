"""What goes into a workspace batch by batch stands there as if it had been read at once."""

import json
import random
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

import midspan.pipelines.demo
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.ingest.manifest import read_manifest
from midspan.pipelines.scoring.judged_by import JudgedBy, read_judged_by
from midspan.pipelines.watch.batches import Batch, scored_batch
from midspan.pipelines.watch.batches.making import write_payloads
from midspan.pipelines.workspace import Workspace
from midspan.scorers.tables import SCORES
from tests.support.otlp import SECOND, Json, Story, offered, with_attributes, write
from tests.support.recordings import FOLDER, NAMES
from tests.support.watched import (
    OTHER,
    all_rows,
    at_once,
    batch_of,
    pieces,
    request_of,
    settings_of,
    story,
)
from tests.support.workspaces import put, rows


def test_two_halves_of_a_run_make_what_the_whole_of_it_makes(tmp_path: Path) -> None:
    spans, others = story().spans, story(trace=2, run_id=OTHER).spans
    settings = settings_of(tmp_path)
    came_to = [
        batch_of(settings, [request_of(part)])
        for part in ([*spans[2:], *others], spans[:2], [spans[1]])
    ]
    assert [(each.runs, each.late) for each in came_to if each] == [(2, 0), (1, 1), (1, 1)]
    whole = at_once(tmp_path / "whole", [request_of([*spans, *others])])
    assert all_rows(Workspace(settings.workspace)) == all_rows(whole)


def test_all_that_was_received_is_one_line_of_the_manifest(tmp_path: Path) -> None:
    spans = story().spans
    settings = settings_of(tmp_path)
    ingest([write(tmp_path / "before.jsonl", spans[:1])], settings.workspace)
    for part in (spans[1:], spans[:2], spans):
        batch_of(settings, [request_of(part)])
    lines = [
        (line.file.rpartition("/")[-1], line.spans_in, line.kept, line.merged)
        for line in read_manifest(settings.workspace)
    ]
    assert lines == [("before.jsonl", 1, 1, 0), ("otlp", 9, 3, 6)]


def test_a_session_is_divided_by_a_second_agent_that_comes_late(tmp_path: Path) -> None:
    one, two = story(trace=1, run_id=None).spans, story(trace=3, run_id=None, second=90).spans
    in_session = [
        [with_attributes(span, gen_ai__conversation__id="chat") for span in spans]
        for spans in (one, story(trace=2, run_id=None, second=50).spans[1:2], two)
    ]
    settings = settings_of(tmp_path)
    for spans in in_session:
        batch_of(settings, [request_of(spans)])
    whole = at_once(tmp_path / "whole", [request_of(spans) for spans in in_session])
    assert all_rows(Workspace(settings.workspace)) == all_rows(whole)
    assert len(rows(whole, "runs")) == 2


def test_what_people_said_of_a_run_stays_when_it_is_scored_again(tmp_path: Path) -> None:
    spans = story().spans
    settings = settings_of(tmp_path)
    batch_of(settings, [request_of(spans[:3])])
    workspace = Workspace(settings.workspace)
    said = workspace.table("scores").filter(name="outcome").collect()
    changed = said.with_columns(
        source=pl.lit("human").cast(SCORES.schema["source"]),
        scorer=pl.lit("ann"),
        label=pl.lit("wrong"),
    )
    put(workspace, "scores", changed)
    batch_of(settings, [request_of(spans[3:])])
    found = workspace.table("scores").filter(source="human").collect()
    assert found.select("scorer", "label").rows() == [("ann", "wrong")]
    scored = workspace.table("scores").filter(name="outcome", source="code").collect()
    assert scored.height == 1


def test_tools_that_only_a_replaced_span_was_offered_are_gone(tmp_path: Path) -> None:
    def with_tool(name: str, end: int) -> list[Json]:
        told = Story()
        with told.agent("a", output="x"):
            told.llm(text="x", tools=[offered(name)])
        changed = told.spans
        return [span | {"endTimeUnixNano": str(end * SECOND)} for span in changed]

    settings = settings_of(tmp_path)
    requests = [request_of(with_tool("early", 5)), request_of(with_tool("later", 9))]
    for request in requests:
        batch_of(settings, [request])
    whole = at_once(tmp_path / "whole", requests)
    workspace = Workspace(settings.workspace)
    assert rows(workspace, "tools", "name") == rows(whole, "tools", "name") == [("later",)]


@pytest.mark.parametrize("seed", range(3))
def test_recordings_shuffled_and_in_many_batches(tmp_path: Path, seed: int) -> None:
    """Log records come with the last batch: they say something of spans that are there."""
    drawn = random.Random(seed)
    spans: list[Json] = []
    logs: list[Json] = []
    for name in drawn.sample(NAMES, 8):
        spans += pieces(FOLDER / f"{name}.otlp.jsonl")
        beside = FOLDER / f"{name}.logs.otlp.jsonl"
        logs += pieces(beside) if beside.is_file() else []
    whole = at_once(tmp_path / "whole", [*spans, *logs])
    drawn.shuffle(spans)
    resent = drawn.sample(spans, len(spans) // 10)
    coming = [*spans, *resent]
    settings = settings_of(tmp_path)
    ends = sorted(drawn.sample(range(1, len(coming)), 5))
    for start, end in zip([0, *ends], [*ends, len(coming)], strict=True):
        batch_of(settings, coming[start:end])
    if logs:
        batch_of(settings, logs)
    live = all_rows(Workspace(settings.workspace))
    expected = all_rows(whole)
    for table in expected:
        assert live[table] == expected[table], table


def test_suite_and_profile_judge_as_they_do_offline(tmp_path: Path) -> None:
    demo = Path(midspan.pipelines.demo.__file__).parent
    suite, profile = demo / "suite.yaml", demo / "profile.yaml"
    spans = story(task="refund").spans
    settings = replace(settings_of(tmp_path), suite=suite, profile=profile)
    for part in (spans[2:], spans[:2]):
        batch_of(settings, [request_of(part)])
    whole = at_once(tmp_path / "whole", [request_of(spans)])
    plain = all_rows(whole)["scores"]
    whole.score(suite=suite, profile=profile)
    workspace = Workspace(settings.workspace)
    assert all_rows(workspace) == all_rows(whole)
    assert all_rows(whole)["scores"] != plain
    assert read_judged_by(workspace.path) == read_judged_by(whole.path) != JudgedBy()


def test_runs_that_others_judged_before_are_remembered(tmp_path: Path) -> None:
    suite = Path(midspan.pipelines.demo.__file__).parent / "suite.yaml"
    first = settings_of(tmp_path)
    batch_of(first, [request_of(story(task="refund").spans)])
    workspace = Workspace(first.workspace)
    assert read_judged_by(workspace.path) == JudgedBy()
    for trace in (7, 8):
        spans = story(trace=trace, run_id=f"{trace}" * 32, task="refund").spans
        batch_of(replace(first, suite=suite), [request_of(spans)])
        record = read_judged_by(workspace.path)
        assert record.mixed
        assert record.suite is not None
    workspace.score(suite=suite)
    assert not read_judged_by(workspace.path).mixed


def test_json_and_protobuf_in_one_batch(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    spans = story().spans
    binary = ExportTraceServiceRequest()
    added = binary.resource_spans.add().scope_spans.add().spans.add()
    added.trace_id = bytes.fromhex(spans[0]["traceId"])
    added.span_id = bytes.fromhex("00000000000000ff")
    added.name = "retrieve"
    added.start_time_unix_nano, added.end_time_unix_nano = SECOND, 2 * SECOND
    payloads = [json.dumps(request_of(spans)).encode(), binary.SerializeToString()]
    folder = settings.state / "given"
    folder.mkdir(parents=True)
    assert scored_batch([write_payloads(payloads, folder)], settings) == Batch(runs=1, late=0)
    workspace = Workspace(settings.workspace)
    assert len(rows(workspace, "spans")) == len(spans) + 1
    assert rows(workspace, "quarantine") == []
