"""Batches on their way into a workspace, beside others who write there."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.storage.contract import broken
from midspan.pipelines.watch.batches import Batch, Batches, scored_batch
from midspan.pipelines.watch.batches.making import make_batch, write_payloads
from midspan.pipelines.watch.batches.records import OutdatedError
from midspan.pipelines.workspace import LARGE_BUCKETS, Workspace
from midspan.scorers.errors import SurroundingsError
from tests.support.otlp import RUN, Json, write
from tests.support.watched import OTHER, all_rows, at_once, batch_of, request_of, settings_of, story
from tests.support.workspaces import rows


def payload(spans: list[Json]) -> bytes:
    return json.dumps(request_of(spans)).encode()


def test_numbers_of_batches_grow_also_when_all_are_gone(tmp_path: Path) -> None:
    settings = replace(settings_of(tmp_path), published=True)
    batch_of(settings, [request_of(story().spans)])
    assert [each.name for each in settings.batches.glob("[0-9]*")] == ["000001"]
    shutil.rmtree(settings.batches / "000001")
    batch_of(settings, [request_of(story(trace=2, run_id=OTHER).spans)])
    [left] = settings.batches.glob("[0-9]*")
    assert left.name == "000002"
    assert json.loads((left / "batch.json").read_text()) == {"runs": 1, "late": 0}
    assert rows(Workspace(left / "ws"), "runs", "run_id") == [(OTHER,)]


def test_without_a_publisher_nothing_is_left(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    batch_of(settings, [request_of(story().spans)])
    assert [each.name for each in settings.batches.iterdir()] == ["last"]


def test_what_a_killed_process_left_is_cleared_or_goes_on(tmp_path: Path) -> None:
    """Of the two that were made, the workspace has the first alone."""
    settings = replace(settings_of(tmp_path), published=True)

    def killed(step: str) -> None:
        if step == "hand over":
            raise KeyboardInterrupt

    batches = Batches.begin(settings, at=killed)
    for number, run_id in ((1, RUN), (2, OTHER)):
        folder = batches.new_folder()
        spans = story(trace=number, run_id=run_id).spans
        made = make_batch([write_payloads([payload(spans)], folder)], folder, settings)
        assert made is not None
        if number == 1:
            with pytest.raises(KeyboardInterrupt):
                batches.take_in(made)
    Batches.begin(settings)
    assert sorted(each.name for each in settings.batches.iterdir()) == ["000001", "last"]


def test_files_of_spans_are_known_again(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    file = write(tmp_path / "spool" / "spans.jsonl", story().spans)
    assert scored_batch([file], settings) == Batch(runs=1, late=0)
    assert scored_batch([file], settings) is None
    assert scored_batch([tmp_path / "spool"], settings) is None
    again = ingest([tmp_path / "spool"], settings.workspace)
    assert (again.files, again.files_known) == (0, 1)


def test_a_second_launch_takes_the_place_of_the_first(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    name = f"spool/{RUN}-{{}}.otlp.jsonl"
    first = write(tmp_path / name.format(0), story().spans)
    scored_batch([first], settings)
    second = write(tmp_path / name.format(1), story(trace=7).spans)
    assert scored_batch([second], settings) == Batch(runs=1, late=1)
    whole = tmp_path / "whole"
    ingest([tmp_path / "spool"], whole)
    Workspace(whole).score()
    assert all_rows(Workspace(settings.workspace)) == all_rows(Workspace(whole))
    manifests = [
        [json.loads(line) for line in (path / "manifest.jsonl").read_text().splitlines()]
        for path in (settings.workspace, whole)
    ]
    assert [(line["kept"], line["merged"]) for line in manifests[0]] == [(0, 4), (4, 0)]
    assert manifests[0] == manifests[1]


def test_a_run_that_somebody_changes_meanwhile_is_made_again(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    spans = story().spans
    batch_of(settings, [request_of(spans[:2])])
    batches = Batches.begin(settings)
    folder = batches.new_folder()
    made = make_batch([write_payloads([payload(spans[3:])], folder)], folder, settings)
    assert made is not None
    ingest([write(tmp_path / "between.jsonl", spans[2:3])], settings.workspace)
    with pytest.raises(OutdatedError):
        batches.take_in(made)
    batch_of(settings, [request_of(spans[3:])])
    whole = at_once(tmp_path / "whole", [request_of(spans)])
    assert all_rows(Workspace(settings.workspace)) == all_rows(whole)


def test_a_run_that_somebody_adds_meanwhile_is_found(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    spans = story().spans
    batches = Batches.begin(settings)
    folder = batches.new_folder()
    made = make_batch([write_payloads([payload(spans[2:])], folder)], folder, settings)
    assert made is not None
    ingest([write(tmp_path / "between.jsonl", spans[:2])], settings.workspace)
    with pytest.raises(OutdatedError):
        batches.take_in(made)


def test_while_another_command_writes_it_can_be_done_again(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    workspace = Workspace.create(settings.workspace)
    with workspace.writing(), pytest.raises(SurroundingsError, match="another midspan command"):
        batch_of(settings, [request_of(story().spans)])
    assert batch_of(settings, [request_of(story().spans)]) == Batch(runs=1, late=0)


def test_a_workspace_of_many_buckets_keeps_to_its_contract(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    workspace = Workspace.create(settings.workspace, buckets=LARGE_BUCKETS)
    spans, others = story().spans, story(trace=2, run_id=OTHER).spans
    batch_of(settings, [request_of(spans[:2]), request_of(others)])
    batch_of(settings, [request_of(spans[2:])])
    whole = at_once(tmp_path / "whole", [request_of([*spans, *others])])
    assert all_rows(Workspace(settings.workspace)) == all_rows(whole)
    assert list(broken(workspace)) == []
    assert {part.parent.name for part in workspace.parts("spans")} == {"bucket=b0", "bucket=6d"}


def test_many_batches_are_few_files(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    runs = [story(trace=number, run_id=f"{number:032x}").spans for number in range(1, 18)]
    bad = {"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "no ids"}]}]}]}
    for spans in runs:
        batch_of(settings, [request_of(spans), bad])
    workspace = Workspace(settings.workspace)
    assert {len(workspace.parts(table)) <= 9 for table in ("spans", "scores", "quarantine")} == {
        True
    }
    whole = at_once(
        tmp_path / "whole", [request_of([span for spans in runs for span in spans]), *[bad] * 17]
    )
    assert all_rows(workspace) == all_rows(whole)
    assert list(broken(workspace)) == []


@hypothesis_settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_however_spans_are_spread_over_batches(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Two runs, and two traces of a session: in any order, some of them twice."""
    path = tmp_path_factory.mktemp("spread")
    spans = [
        *story().spans,
        *story(trace=2, run_id=OTHER).spans,
        *story(trace=3, run_id=None, session="chat").spans,
        *story(trace=4, run_id=None, session="chat", second=60).spans,
    ]
    order = data.draw(st.permutations([*spans, *data.draw(st.lists(st.sampled_from(spans)))]))
    batches = data.draw(st.integers(1, 4))
    settings = settings_of(path)
    for number in range(batches):
        if order[number::batches]:
            batch_of(settings, [request_of([span]) for span in order[number::batches]])
    whole = at_once(path / "whole", [request_of(spans)])
    assert all_rows(Workspace(settings.workspace)) == all_rows(whole)
