"""Run context from attributes and file names, and what makes a run."""

import json
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.ingest.assembly.runs_of_traces import session_run_id
from midspan.pipelines.ingest.context_rules import ContextRules
from midspan.pipelines.ingest.ingest import IngestSummary, ingest
from midspan.pipelines.ingest.manifest import read_manifest
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput
from tests.pipelines.ingest.logs.told import log, write_logs
from tests.pipelines.ingest.stories import counts, story
from tests.support.otlp import RUN, Json, with_attributes, write, write_text
from tests.support.workspaces import contents, rows

TRACE_1, TRACE_2 = f"{1:032x}", f"{2:032x}"


def spans(*traces: int, run_id: str | None = None, **attributes: Any) -> list[Json]:
    told = [story(trace=trace, run_id=run_id, second=50 * trace) for trace in traces]
    return [with_attributes(span, **attributes) for each in told for span in each]


def read(directory: Path, *files: Path, **rules: Any) -> tuple[Workspace, IngestSummary]:
    summary = ingest(files, directory / "ws", rules=ContextRules(**rules))
    return Workspace(directory / "ws"), summary


def test_fields_are_read_from_attributes_and_resource_attributes(tmp_path: Path) -> None:
    told = spans(1, bench__task__id="refund", bench__try=2.0)
    file = write(tmp_path / "a.jsonl", told, resource={"bench.model": "m-1", "bench.tier": "bare"})
    workspace, summary = read(
        tmp_path,
        file,
        attributes={
            "task": "bench.task.id",
            "trial": "bench.try",
            "model": "bench.model",
            "tier": "bench.tier",
        },
    )
    assert rows(workspace, "runs", "task", "trial", "model", "tier", "harness") == [
        ("refund", 2, "m-1", "bare", None)
    ]
    assert summary.unmapped == []


def test_a_mapped_attribute_goes_before_midspans_own_and_the_name_after(tmp_path: Path) -> None:
    told = spans(1, midspan__task="own", midspan__tier="own", bench__task="mapped")
    file = write(tmp_path / "named_7.jsonl", told)
    rules = {"attributes": {"task": "bench.task"}, "name": r"(?P<tier>[a-z]+)_(?P<trial>\d+)"}
    workspace, _ = read(tmp_path, file, **rules)
    assert rows(workspace, "runs", "task", "tier", "trial") == [("mapped", "own", 7)]


def test_a_name_gives_context_to_each_file_of_its_own(tmp_path: Path) -> None:
    files = [
        write(tmp_path / "in" / name, spans(trace))
        for trace, name in enumerate(("refund_0.jsonl", "refund_1.jsonl", "other.jsonl"), start=1)
    ]
    workspace, summary = read(tmp_path, *files, name=r"(?P<task>.+)_(?P<trial>\d+)\.")
    assert sorted(rows(workspace, "runs", "task", "trial"), key=str) == [
        ("refund", 0),
        ("refund", 1),
        (None, None),
    ]
    assert summary.unmapped == [
        rf"1 of 3 file names do not match (?P<task>.+)_(?P<trial>\d+)\.: {files[2]}"
    ]


def test_with_a_slash_the_whole_path_is_searched(tmp_path: Path) -> None:
    file = write(tmp_path / "in" / "refund" / "3" / "trace.jsonl", spans(1))
    workspace, _ = read(tmp_path, file, name=r"(?P<task>[^/]+)/(?P<trial>\d+)/[^/]+$")
    assert rows(workspace, "runs", "task", "trial") == [("refund", 3)]


@pytest.mark.parametrize(
    ("run_by", "expected"),
    [
        (None, {RUN: [TRACE_1, TRACE_2]}),
        ("trace", {TRACE_1: [TRACE_1], TRACE_2: [TRACE_2]}),
        ("session", {session_run_id("chat"): [TRACE_1, TRACE_2]}),
        ("bench.run", {session_run_id("7"): [TRACE_1, TRACE_2]}),
    ],
)
def test_what_makes_a_run(
    tmp_path: Path, run_by: str | None, expected: dict[str, list[str]]
) -> None:
    told = spans(1, 2, run_id=RUN, gen_ai__conversation__id="chat", bench__run=7)
    workspace, _ = read(tmp_path, write(tmp_path / "a.jsonl", told), run_by=run_by)
    assert dict(rows(workspace, "runs", "run_id", "trace_ids")) == expected


def test_the_run_id_that_is_set_aside_stays_among_the_attributes(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", spans(1, run_id=RUN))
    workspace, _ = read(tmp_path, file, run_by="trace")
    assert all(RUN in attributes for (attributes,) in rows(workspace, "text", "attributes"))


def test_a_trace_without_the_attribute_is_a_run_by_its_session_or_itself(tmp_path: Path) -> None:
    told = [
        *spans(1, bench__run="a"),
        *spans(2),
        *spans(3, gen_ai__conversation__id="chat"),
    ]
    workspace, _ = read(tmp_path, write(tmp_path / "a.jsonl", told), run_by="bench.run")
    assert {run_id for (run_id,) in rows(workspace, "runs", "run_id")} == {
        session_run_id("a"),
        TRACE_2,
        session_run_id("chat"),
    }


def test_an_attribute_on_one_span_holds_for_its_whole_trace(tmp_path: Path) -> None:
    first, *others = spans(1)
    told = [with_attributes(first, bench__run="a", bench__task="refund"), *others]
    file = write(tmp_path / "a.jsonl", told)
    workspace, _ = read(tmp_path, file, run_by="bench.run", attributes={"task": "bench.task"})
    assert rows(workspace, "runs", "run_id", "task", "notes") == [
        (session_run_id("a"), "refund", [])
    ]
    assert len(rows(workspace, "spans")) == 4


def test_other_rules_read_a_known_file_again(tmp_path: Path) -> None:
    told = spans(1, 2, run_id=RUN, bench__task="refund")
    file = write(tmp_path / "a.jsonl", told)
    by_trace = {"attributes": {"task": "bench.task"}, "run_by": "trace"}
    workspace, first = read(tmp_path, file)
    before = contents(workspace)

    _, again = read(tmp_path, file, **by_trace)
    assert (counts(first), counts(again)) == ((8, 8, 0, 0), (8, 0, 8, 0))
    assert rows(workspace, "runs", "run_id", "task") == [(TRACE_1, "refund"), (TRACE_2, "refund")]
    assert len(rows(workspace, "spans")) == 8

    _, known = read(tmp_path, file, **by_trace)
    assert (known.files, known.files_known) == (0, 1)

    _, back = read(tmp_path, file)
    assert counts(back) == (8, 0, 8, 0)
    assert contents(workspace) == before
    assert [line.rules for line in read_manifest(workspace.path)] == [
        {},
        {"context.task": "bench.task", "run_by": "trace"},
        {},
    ]


def test_late_spans_join_a_run_made_by_rules(tmp_path: Path) -> None:
    told = spans(1, 2, bench__run="a", bench__task="refund")
    rules = {"attributes": {"task": "bench.task"}, "run_by": "bench.run"}
    workspace, _ = read(tmp_path, write(tmp_path / "a.jsonl", told[:5]), **rules)
    read(tmp_path, write(tmp_path / "b.jsonl", told[5:]), **rules)
    assert rows(workspace, "runs", "run_id", "task", "calls") == [
        (session_run_id("a"), "refund", 2)
    ]


def test_what_no_span_has_is_told_with_what_is_like_it(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", spans(1, bench__task__id="refund"))
    _, summary = read(tmp_path, file, attributes={"task": "bench.task.idd"}, run_by="gone")
    assert summary.unmapped == [
        "no span has the attribute bench.task.idd; there are bench.task.id",
        "no span has the attribute gone",
    ]


def test_values_that_cannot_be_meant_are_no_context(tmp_path: Path) -> None:
    told = spans(1, bench__try="often", bench__task=["a", "b"])
    rules = {"attributes": {"trial": "bench.try", "task": "bench.task"}}
    workspace, summary = read(tmp_path, write(tmp_path / "a.jsonl", told), **rules)
    assert rows(workspace, "runs", "task", "trial") == [(None, None)]
    assert summary.kept == 4
    assert summary.unmapped == [
        "bench.task in 4 spans is no task: ['a', 'b']",
        "bench.try in 4 spans is no trial, which is a whole number: 'often'",
    ]


def test_a_value_that_only_some_spans_have_is_told_too(tmp_path: Path) -> None:
    good, bad = spans(1, bench__try="3"), spans(2, bench__try="x" * 100)
    file = write(tmp_path / "a.jsonl", [*good, bad[0]])
    _, summary = read(tmp_path, file, attributes={"trial": "bench.try"})
    assert summary.unmapped == [
        f"bench.try in 1 span is no trial, which is a whole number: '{'x' * 59}..."
    ]


def test_names_that_say_no_trial_are_told(tmp_path: Path) -> None:
    files = [write(tmp_path / f"{name}.jsonl", spans(1)) for name in ("a_1", "a_x", "other")]
    _, summary = read(tmp_path, *files, name=r"(?P<task>.+)_(?P<trial>\w+)\.")
    assert summary.unmapped == [
        r"1 of 3 file names do not match (?P<task>.+)_(?P<trial>\w+)\.: " + str(files[2]),
        f"1 of 3 file names have no trial, which is a whole number: {files[1]}",
    ]


def test_sessions_that_log_records_tell_of_have_their_context(tmp_path: Path) -> None:
    """A coding agent takes no attribute per run, but OTEL_RESOURCE_ATTRIBUTES."""
    common: dict[str, Any] = {"session__id": "s-1", "midspan__task": "own", "bench__tier": "bare"}
    steps: list[tuple[str, dict[str, Any]]] = [
        ("user_prompt", {"prompt": "how late?"}),
        ("api_request", {"model": "m", "input_tokens": 10, "duration_ms": 1000}),
    ]
    records = [
        log(
            f"claude_code.{name}",
            None,
            second=second,
            event__name=name,
            event__sequence=second,
            **values,
            **common,
        )
        for second, (name, values) in enumerate(steps, start=1)
    ]
    file = write_logs(tmp_path / "logs_3.jsonl", *records)
    rules = {"attributes": {"tier": "bench.tier"}, "name": r"_(?P<trial>\d+)"}
    workspace, summary = read(tmp_path, file, **rules)
    assert rows(workspace, "runs", "task", "tier", "trial") == [("own", "bare", 3)]
    assert summary.unmapped == []


def test_native_sessions_have_the_context_of_their_names(tmp_path: Path) -> None:
    messages = [{"role": "user", "content": "how late?"}, {"role": "assistant", "content": "9."}]
    file = write_text(tmp_path / "refund_3.json", json.dumps({"messages": messages}))
    workspace, _ = read(tmp_path, file, name=r"(?P<task>[a-z]+)_(?P<trial>\d+)")
    assert rows(workspace, "runs", "task", "trial") == [("refund", 3)]


@pytest.mark.parametrize(
    ("pairs", "rules", "message"),
    [
        (["tsk=a"], {}, "--context: no such field of a run's context: tsk\nDid you mean task?"),
        (["x=a"], {}, "--context: no such field of a run's context: x\nThere are: run_id, "),
        (["task"], {}, "--context task: not field=attribute\nAs in: --context task=bench.task.id"),
        (["task="], {}, "--context task=: not field=attribute"),
        (["task=a", "task=b"], {}, "--context: task is given twice"),
        ([], {"name": "(?P<task>"}, "--context-from-name (?P<task>: not a regular expression: "),
        ([], {"name": "task"}, "--context-from-name task: has no named group\nAs in: "),
        ([], {"name": "(?P<tasks>.)"}, "--context-from-name: no such field of a run's context"),
        (["run_id=a"], {"run_by": "trace"}, "--run-by says what makes a run, and so does the fi"),
    ],
)
def test_rules_that_mean_nothing(pairs: list[str], rules: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        ContextRules.parse(pairs, **rules)
    assert str(raised.value).startswith(message)
