"""Scores go to any backend that takes log records, and what it did not take goes out again."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from midspan.pipelines.publish import events
from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.exchange import Patience
from midspan.pipelines.publish.manifest import Manifest
from midspan.pipelines.publish.report import Published
from midspan.pipelines.publish.target import Target
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import Exit, SurroundingsError
from tests.support.log_receiver import Response, partly, receiving
from tests.support.shop_runs import RUNS, shop
from tests.support.workspaces import put


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return shop(tmp_path_factory.mktemp("shop"), experiment="shop")


@pytest.fixture(autouse=True)
def nothing_published(workspace: Workspace) -> Iterator[None]:
    yield
    (workspace.path / "published.jsonl").unlink(missing_ok=True)


def send(workspace: Workspace, url: str, *, again: bool = False, **asked: Any) -> Published:
    waits = {"sleep": lambda _seconds: None, "clock": iter(range(10**6)).__next__}
    return events.publish(
        workspace,
        Target(server="otlp", url=url, patience=Patience(deadline=20, **waits)),  # type: ignore[arg-type]
        Asked(**asked),
        manifest=Manifest(workspace.path, again=again),
    )


def test_each_score_is_an_event_on_its_step(workspace: Workspace) -> None:
    with receiving() as backend:
        report = send(workspace, backend.url)

    count = report.counts["events"]
    assert (count.asked, count.stored, count.left) == (len(backend.records), count.asked, {})
    assert report.exit_code == Exit.DONE
    assert {record.event_name for record in backend.records} == {"gen_ai.evaluation.result"}
    ok = workspace.table("scores").filter(pl.col("status") == "ok").collect()
    where = ["trace_id", "span_id", "name"]
    of_steps = ok.drop_nulls("span_id").unique(where)
    sent = Counter(
        (record.trace_id.hex(), record.span_id.hex(), said["gen_ai.evaluation.name"])
        for record, said in zip(backend.records, backend.said(), strict=True)
    )
    assert max(sent.values()) == 1
    assert set(of_steps.select(where).iter_rows()) <= set(sent)
    roots = dict(workspace.table("runs").select("run_id", "root_span_id").collect().iter_rows())
    of_runs = ok.filter(pl.col("span_id").is_null()).select("trace_id", "run_id", "name")
    on_roots = {(trace, roots[run], name) for trace, run, name in of_runs.iter_rows()}
    assert on_roots <= set(sent)
    assert len(sent) == of_steps.height + len(on_roots)


def test_an_event_says_what_the_score_says(workspace: Workspace) -> None:
    with receiving() as backend:
        send(workspace, backend.url)

    [failed] = [
        (record, said)
        for record, said in zip(backend.records, backend.said(), strict=True)
        if said["gen_ai.evaluation.name"] == "call_ok"
        and said.get("gen_ai.evaluation.score.label") == "execution.error"
        and (said["midspan.task"], said["midspan.trial"]) == ("price", 0)
    ]
    record, said = failed
    assert record.span_id.hex() == "0000000000100013"
    assert record.time_unix_nano == 1_790_000_541_000_000_000
    uid = said.pop("log.record.uid")
    assert len(uid) == 32
    assert said.pop("midspan.config_hash")
    assert said.pop("midspan.scorer.version")
    assert said == {
        "gen_ai.evaluation.name": "call_ok",
        "gen_ai.evaluation.score.value": 0.0,
        "gen_ai.evaluation.score.label": "execution.error",
        "gen_ai.evaluation.explanation": said["gen_ai.evaluation.explanation"],
        "midspan.scorer": "tool_calls",
        "midspan.calls": 1,
        "midspan.run.id": "00000000000000000000000000010001",
        "midspan.experiment": "shop",
        "midspan.task": "price",
        "midspan.model": "small",
        "midspan.revision": "v1",
        "midspan.trial": 0,
        "midspan.harness": "loop@1",
        "metadata": said["metadata"],
        "gen_ai.conversation.id": "shop/00000000000000000000000000010001",
    }
    assert backend.resources[0] == {"service.name": "midspan", "openinference.project.name": "shop"}


def test_what_was_taken_is_not_sent_again_unless_asked(workspace: Workspace) -> None:
    with receiving() as backend:
        first = send(workspace, backend.url)
        sent = len(backend.records)
        second = send(workspace, backend.url)
        assert len(backend.records) == sent
        third = send(workspace, backend.url, again=True)

    assert (second.counts["events"].already, second.counts["events"].stored) == (sent, 0)
    assert third.counts["events"] == first.counts["events"]
    ids = Counter(said["log.record.uid"] for said in backend.said())
    assert set(ids.values()) == {2}, "a record keeps its id, so that a backend may know it"


def test_a_busy_backend_gets_everything_in_the_end(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "RECORDS_A_REQUEST", 1)
    busy: Response = (503, b"queue is full", {"retry-after": "1"})

    with receiving(lambda number, _request: busy if number in (0, 1, 3) else None) as backend:
        report = send(workspace, backend.url)

    count = report.counts["events"]
    assert (count.stored, count.left) == (len(backend.records), {})
    assert backend.requests == 3 + RUNS


def test_records_that_are_refused_in_part_are_left_and_go_out_again(workspace: Workspace) -> None:
    with receiving(
        lambda number, _request: partly(3, "name is too long") if number == 0 else None
    ) as backend:
        first = send(workspace, backend.url)
        second = send(workspace, backend.url)

    assert first.left == {"refused by the backend: name is too long": 3}
    assert first.exit_code == Exit.IN_PART
    assert len(first.where["refused by the backend: name is too long"]) == 1
    assert second.left == {}
    assert second.counts["events"].stored > 0
    assert second.counts["events"].asked == first.counts["events"].asked


@pytest.mark.parametrize("body", [b"null", b"{", b'{"partialSuccess": 7}'])
def test_what_cannot_be_read_of_an_answer_is_sent_again(workspace: Workspace, body: bytes) -> None:
    odd: Response = (200, body, {"content-type": "application/json"})

    with receiving(lambda number, _request: odd if number == 0 else None) as backend:
        first = send(workspace, backend.url)
        second = send(workspace, backend.url)

    [reason] = first.left
    assert reason == "what the backend answered cannot be read, so they may not be there"
    assert second.left == {}
    assert second.counts["events"].stored == first.left[reason]


def test_a_request_that_is_refused_loses_the_run_of_the_bad_record_alone(
    workspace: Workspace,
) -> None:
    def refuses(number: int, request: ExportLogsServiceRequest) -> Response | None:
        bad = f"{(1 << 16) + 3:032x}"
        traces = {
            record.trace_id.hex()
            for resource in request.resource_logs
            for scope in resource.scope_logs
            for record in scope.log_records
        }
        return (400, b"bad record", {}) if bad in traces else None

    with receiving(refuses) as backend:
        report = send(workspace, backend.url)

    [(reason, rows)] = report.left.items()
    assert reason == "HTTP 400: bad record"
    assert report.where[reason] == [f"run {(1 << 16) + 3:032x}"]
    assert len({record.trace_id for record in backend.records}) == RUNS - 1
    assert rows + len(backend.records) == report.counts["events"].asked


def test_a_backend_that_goes_away_leaves_the_rest_for_the_next_time(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "RECORDS_A_REQUEST", 1)
    away: Response = (503, b"", {})

    with receiving(lambda number, _request: away if number >= 3 else None) as backend:
        first = send(workspace, backend.url)
        taken = len(backend.records)
        backend.rule = lambda _number, _request: None
        second = send(workspace, backend.url)

    [(reason, rows)] = first.left.items()
    assert reason == "otlp gave no answer (HTTP 503, for 20 s)"
    assert (first.counts["events"].stored, rows) == (taken, first.counts["events"].asked - taken)
    assert (second.counts["events"].already, second.counts["events"].stored) == (taken, rows)
    assert set(Counter(said["log.record.uid"] for said in backend.said()).values()) == {1}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((401, b"", {}), "refuses what it is asked with (HTTP 401)"),
        ((404, b"", {}), "takes no log records (HTTP 404)"),
        ((503, b"", {}), "does not answer at"),
    ],
)
def test_a_backend_that_takes_nothing_is_an_error_that_names_it(
    workspace: Workspace, answer: Response, message: str
) -> None:
    with (
        receiving(lambda _number, _request: answer) as backend,
        pytest.raises(SurroundingsError) as caught,
    ):
        send(workspace, backend.url)
    assert message in str(caught.value)
    assert backend.url in str(caught.value)


def test_the_whole_address_and_headers_of_the_environment(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Basic%20eA==,x-team=shop")
    with receiving() as backend:
        send(workspace, f"{backend.url}/v1/logs")
    assert set(backend.paths) == {"/v1/logs"}
    assert {(one["authorization"], one["x-team"]) for one in backend.headers} == {
        ("Basic eA==", "shop")
    }


def test_nothing_is_sent_of_spans_alone_or_when_it_is_only_tried(workspace: Workspace) -> None:
    with receiving() as backend:
        spans = send(workspace, backend.url, only=frozenset({"spans"}))
        tried = send(workspace, backend.url, dry_run=True)
    assert backend.requests == 0
    assert spans.counts == {}
    assert tried.counts["events"].asked > 0
    assert not (workspace.path / "published.jsonl").exists()


def test_a_score_that_no_backend_can_show_is_left_and_told(tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="odd")
    scores = workspace.table("scores").collect()
    odd = (
        scores.filter(pl.col("name") == "call_ok")
        .head(1)
        .with_columns(value=pl.lit(float("nan")), name=pl.lit("odd"))
    )
    put(workspace, "scores", odd)
    with receiving() as backend:
        report = send(workspace, backend.url)
    assert report.left == {"refused: not a finite number, which breaks the pages of servers": 1}
    assert "odd" not in {said["gen_ai.evaluation.name"] for said in backend.said()}
