"""Spans as they come in piece by piece, and what a watch makes of them."""

import json
import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.watch.backlog import Entry, Kind
from midspan.pipelines.watch.batches import Batch, scored_batch
from midspan.pipelines.watch.batches.making import BatchSettings, write_payloads
from midspan.pipelines.watch.scorer import Scorer, ScorerSettings, main
from midspan.pipelines.watch.splitting import split
from midspan.pipelines.workspace import Workspace
from midspan.scorers.tables import ALL
from tests.support.otlp import RUN, Json, Story, call
from tests.support.workspaces import Rows, contents

OTHER = "9a8b7c6d" * 4

SCORES = ("run_id", "call", "name", "span_id", "scorer")
QUARANTINE = ("trace_id", "span_id", "reason")

LISTS: Mapping[str, tuple[str, str]] = {
    "resourceSpans": ("scopeSpans", "spans"),
    "resourceLogs": ("scopeLogs", "logRecords"),
}


def pieces(file: Path) -> Iterator[Json]:
    """Yield the requests of a file with one record each."""
    for line in file.read_text().splitlines():
        request = json.loads(line)
        for kind, (scopes, records) in LISTS.items():
            for resource in request.get(kind, []):
                for scope in resource[scopes]:
                    for record in scope[records]:
                        alone = resource | {scopes: [scope | {records: [record]}]}
                        yield {kind: [alone]}


def request_of(spans: Sequence[Json]) -> Json:
    """Return one request of some spans."""
    return {"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}]}


def batch_of(settings: BatchSettings, requests: Sequence[Json]) -> Batch | None:
    """Return what a batch of requests came to."""
    folder = settings.state / "given"
    folder.mkdir(parents=True, exist_ok=True)
    payloads = [json.dumps(request).encode() for request in requests]
    return scored_batch([write_payloads(payloads, folder)], settings)


def all_rows(workspace: Workspace) -> dict[str, Rows]:
    """Return every row of every table, without where in which file it was read."""
    scores = workspace.table("scores").sort(SCORES, nulls_last=True).collect()
    # Sums of fractions differ in the last digit with the rows that stand beside them.
    scores = scores.with_columns(pl.col("value", "numerator").round(9))
    quarantine = workspace.table("quarantine").select(QUARANTINE)
    return contents(workspace) | {
        "scores": scores.select(ALL["scores"].schema.names()).rows(),
        "quarantine": quarantine.sort(QUARANTINE, nulls_last=True).collect().rows(),
    }


def accepted(requests: Iterable[Json], *, received_ns: int) -> list[Entry]:
    """Return the entries that a receiver makes of requests."""
    found: list[Entry] = []
    for request in requests:
        kind: Kind = "logs" if "resourceLogs" in request else "traces"
        body = json.dumps(request).encode()
        found += split(kind, "json", body, received_ns=received_ns).entries
    return found


def scored(settings: ScorerSettings) -> Workspace:
    """Return the workspace once a scorer has done all that is there and waits for nothing."""
    main(replace(settings, finish=True))
    return Workspace(settings.workspace)


def killed_before(step: str, times: int, settings: ScorerSettings) -> bool:
    """Return whether a scorer, in a process of its own, came to a step so many times, and died."""
    process = multiprocessing.get_context("spawn").Process(
        target=_until, args=(step, times, settings)
    )
    process.start()
    process.join()
    return process.exitcode == -signal.SIGKILL


def _until(step: str, times: int, settings: ScorerSettings) -> None:
    seen = 0

    def at(reached: str) -> None:
        nonlocal seen
        seen += reached == step
        if seen >= times:
            os.kill(os.getpid(), signal.SIGKILL)

    Scorer(settings, at=at).run()


def settings_of(path: Path) -> BatchSettings:
    return BatchSettings(workspace=path / "ws", state=path / "state")


def story(*, trace: int = 1, run_id: str | None = RUN, second: float = 1, **context: str) -> Story:
    told = Story(trace=trace, run_id=run_id, second=second, first_span=100 * trace, **context)
    with told.agent("shop-agent", output="39 EUR"):
        told.llm(call("lookup_order", {"order_id": "ORD-1042"}, id="call_1"))
        told.tool("lookup_order", {"order_id": "ORD-1042"}, id="call_1", result={"total": 39})
        told.llm(text="39 EUR")
    return told


def at_once(path: Path, requests: list[Json]) -> Workspace:
    path.mkdir()
    (path / "all.jsonl").write_text("".join(json.dumps(each) + "\n" for each in requests))
    ingest([path / "all.jsonl"], path / "ws")
    workspace = Workspace(path / "ws")
    workspace.score()
    return workspace
