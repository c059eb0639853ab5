"""From accepted requests to scored runs, whoever is killed on the way."""

import os
import random
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.watch.backlog import BacklogWriter
from midspan.pipelines.watch.backlog.entry import MARKER
from midspan.pipelines.watch.figures import read_figures
from midspan.pipelines.watch.scorer import Scorer, ScorerSettings
from midspan.pipelines.workspace import Workspace
from tests.support.otlp import Json
from tests.support.recordings import FOLDER, NAMES
from tests.support.watched import (
    OTHER,
    accepted,
    all_rows,
    at_once,
    killed_before,
    pieces,
    request_of,
    scored,
    story,
)
from tests.support.workspaces import rows


def settings_of(path: Path) -> ScorerSettings:
    return ScorerSettings(
        workspace=path / "ws", state=path / "state", workers=1, quiet=0.2, timeout=60
    )


def accept(settings: ScorerSettings, requests: list[Json], *, segment_bytes: int = 2**26) -> None:
    with BacklogWriter(settings.state / "backlog", segment_bytes=segment_bytes) as writer:
        for entry in accepted(requests, received_ns=time.time_ns()):
            writer.append([entry])


def test_what_was_accepted_is_scored_as_it_is_offline(tmp_path: Path) -> None:
    drawn = random.Random(4)
    requests: list[Json] = []
    logs: list[Json] = []
    for name in drawn.sample([name for name in NAMES if "logs" not in name], 10):
        requests += pieces(FOLDER / f"{name}.otlp.jsonl")
        beside = FOLDER / f"{name}.logs.otlp.jsonl"
        logs += pieces(beside) if beside.is_file() else []
    drawn.shuffle(requests)
    settings = settings_of(tmp_path)
    accept(settings, requests[: len(requests) // 2])
    scored(settings)
    accept(settings, [*requests[len(requests) // 2 :], *logs, *requests[:20]])
    live = all_rows(scored(settings))
    expected = all_rows(at_once(tmp_path / "whole", [*requests, *logs]))
    for table in expected:
        assert live[table] == expected[table], table


def test_a_log_record_that_comes_after_its_run_was_scored_is_put_to_its_span(
    tmp_path: Path,
) -> None:
    settings = settings_of(tmp_path)
    spans = story().spans
    chat = next(span for span in spans if span["name"].startswith("chat"))
    named = {"traceId": chat["traceId"], "spanId": chat["spanId"]}
    record = {**named, "timeUnixNano": "3000000000", "eventName": "shop.note"}
    log = {"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}
    accept(settings, [request_of(spans)])
    assert rows(scored(settings), "text", "events") == [(None,)] * len(spans)
    accept(settings, [log])
    live = all_rows(scored(settings))
    assert live == all_rows(at_once(tmp_path / "whole", [request_of(spans), log]))
    assert live["quarantine"] == []
    assert sum("shop.note" in str(row) for row in live["text"]) == 1
    told = read_figures(settings.state / "figures" / "scorer.json")
    assert (told.counters["runs_late"], told.counters["batches"]) == (1, 2)


def test_what_cannot_be_scored_is_set_aside_and_the_others_go_on(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    spans, others = story().spans, story(trace=2, run_id=OTHER).spans
    accept(settings, [request_of(spans[:2]), request_of(spans[2:]), request_of(others)])
    segment = settings.state / "backlog" / "000001.wal"
    content = bytearray(segment.read_bytes())
    content[content.index(b'"name"')] ^= 1  # in the payload of the first
    segment.write_bytes(content)
    live = scored(settings)
    assert rows(live, "runs", "run_id") == [(OTHER,)]
    [aside] = (settings.state / "set-aside").iterdir()
    assert "checksum" in (aside / "reason.txt").read_text()
    told = read_figures(settings.state / "figures" / "scorer.json")
    assert told.counters["runs_set_aside"] == 1
    assert told.counters["backlog_damaged_spans"] == 2
    summary = ingest([aside / "received.otlp"], tmp_path / "aside")
    assert (summary.spans_in, summary.runs) == (len(spans) - 2, 1)


def test_a_damaged_place_costs_what_is_there_and_is_told_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_of(tmp_path)
    accept(settings, [request_of(story().spans), request_of(story(trace=2, run_id=OTHER).spans)])
    segment = settings.state / "backlog" / "000001.wal"
    content = bytearray(segment.read_bytes())
    behind = content.index(MARKER, 1)
    content[:30] = bytes(30)
    segment.write_bytes(content)
    for _ in range(2):
        live = scored(settings)
    assert rows(live, "runs", "run_id") == [(OTHER,)]
    told = read_figures(settings.state / "figures" / "scorer.json")
    assert told.counters["backlog_damaged_bytes"] == behind
    assert capsys.readouterr().err.count("000001.wal") == 1


def test_a_maker_that_is_killed_costs_nothing(tmp_path: Path) -> None:
    settings = replace(settings_of(tmp_path), finish=True)
    spans = story().spans
    accept(settings, [request_of(spans)])
    scorer = Scorer(settings)
    while not (processes := [*scorer._makers._pool._processes]):
        scorer.step()
    for process in processes:
        os.kill(process, signal.SIGKILL)
    scorer.run()
    whole = at_once(tmp_path / "whole", [request_of(spans)])
    assert all_rows(Workspace(settings.workspace)) == all_rows(whole)
    told = read_figures(settings.state / "figures" / "scorer.json")
    assert (told.counters["makers_killed"], told.counters.get("runs_set_aside")) == (1, None)


def test_while_another_command_writes_it_waits(tmp_path: Path) -> None:
    settings = replace(settings_of(tmp_path), finish=True)
    accept(settings, [request_of(story().spans)])
    scorer = Scorer(settings)
    figures = settings.state / "figures" / "scorer.json"
    with Workspace(settings.workspace).writing():
        while "workspace_locked" not in scorer._figures.told.counters:
            scorer.step()
    scorer.run()
    assert len(rows(Workspace(settings.workspace), "runs")) == 1
    assert read_figures(figures).counters["batches"] == 1


@pytest.mark.parametrize(
    ("step", "published"),
    [
        ("order", True),
        ("absorb", True),
        ("hand over", True),
        ("hand over", False),
        ("mark", True),
        ("tidy", False),
    ],
)
def test_killed_between_two_steps_it_goes_on(tmp_path: Path, step: str, published: bool) -> None:
    settings = replace(settings_of(tmp_path), published=published)
    spans, others = story().spans, story(trace=2, run_id=OTHER).spans
    accept(settings, [request_of(spans[:2]), request_of(others)])
    assert killed_before(step, 1, replace(settings, finish=True))
    accept(settings, [request_of(spans[2:])])
    live = scored(settings)
    whole = at_once(tmp_path / "whole", [request_of([*spans, *others])])
    assert all_rows(live) == all_rows(whole)
    batches = settings.state / "batches"
    waiting = {each.name for each in batches.iterdir() if each.name.isdecimal()}
    assert not [each for each in batches.iterdir() if each.name.startswith(".")]
    told = [
        run_id
        for name in sorted(waiting)
        for run_id in Workspace(batches / name / "ws").table("runs").collect()["run_id"]
    ]
    assert set(told) == ({*whole.table("runs").collect()["run_id"]} if published else set())


def test_what_waits_for_long_is_set_down_again_and_outlives_a_kill(tmp_path: Path) -> None:
    settings = replace(settings_of(tmp_path), segment_bytes=2**12)
    spans = story().spans
    accept(settings, [request_of(spans[2:])])
    padding = [story(trace=number, run_id=f"{number:032x}").spans for number in range(10, 30)]
    accept(settings, [request_of(each) for each in padding], segment_bytes=2**12)
    scorer = Scorer(settings)
    until = time.monotonic() + 120
    while (cursor := scorer._accepted.marks.cursor) is None or cursor.segment <= 4:
        scorer.step()
        assert time.monotonic() < until
    assert list((settings.state / "carried").glob("*.wal"))
    scorer._makers.end()  # and no more: as if it had been killed
    for old in range(1, cursor.segment):
        (settings.state / "backlog" / f"{old:06}.wal").unlink(missing_ok=True)
    accept(settings, [request_of(spans[:2])])
    live = scored(settings)
    whole = at_once(tmp_path / "whole", [request_of(each) for each in [spans, *padding]])
    assert all_rows(live) == all_rows(whole)


@pytest.mark.parametrize("step", ["carry", "carried"])
def test_killed_while_it_sets_down_again_what_waits(tmp_path: Path, step: str) -> None:
    settings = replace(settings_of(tmp_path), segment_bytes=2**12)
    spans = story().spans
    accept(settings, [request_of(spans[2:])])
    padding = [story(trace=number, run_id=f"{number:032x}").spans for number in range(10, 22)]
    accept(settings, [request_of(each) for each in padding], segment_bytes=2**12)
    assert killed_before(step, 1, settings)
    accept(settings, [request_of(spans[:2])])
    live = scored(settings)
    whole = at_once(tmp_path / "whole", [request_of(each) for each in [spans, *padding]])
    assert all_rows(live) == all_rows(whole)


def test_figures_tell_what_became_of_runs_and_calls(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    accept(settings, [request_of(story().spans)])
    scored(settings)
    told = read_figures(settings.state / "figures" / "scorer.json")
    assert told.counters == {
        "batches": 1,
        "calls{fault=none}": 1,
        "parses{result=passed}": 1,
        "runs_late": 0,
        "runs_scored{outcome=unscored}": 1,
        "spans_scored": 4,
    }
    assert sum(told.histograms["scoring_lag_seconds"].counts) == 1
    assert told.gauges["pending_runs"] == 0
