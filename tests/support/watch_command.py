"""`midspan watch` as its users run it: a process of its own, and requests over HTTP."""

import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from midspan.pipelines.workspace import Workspace

COMMAND = (str(Path(sys.executable).with_name("midspan")), "watch")
PATIENCE = 60.0


class Watch:
    """A watch that runs, and what it printed."""

    def __init__(self, process: "subprocess.Popen[str]", notes: Path) -> None:
        self.process, self._notes = process, notes
        assert process.stdout is not None
        self.url = process.stdout.readline().strip()
        assert self.url, self.notes

    @property
    def notes(self) -> str:
        return self._notes.read_text()

    def send(self, body: bytes, path: str = "/v1/traces", **headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(
            self.url + path, body, {"content-type": "application/json", **named}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return int(error.code)

    def page(self, path: str) -> str:
        try:
            with urllib.request.urlopen(self.url + path, timeout=30) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            return error.read().decode()

    def metric(self, name: str) -> float:
        """Return a metric as `/metrics` shows it; 0 where it does not."""
        for line in self.page("/metrics").splitlines():
            if line.startswith(f"midspan_watch_{name} "):
                return float(line.rpartition(" ")[2])
        return 0.0

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)


@contextmanager
def watching(workspace: Path, *words: str) -> Iterator[Watch]:
    """Run `midspan watch --into WORKSPACE` on a free port."""
    notes = workspace.with_name(f"{workspace.name}.notes")
    with notes.open("a") as stderr:
        process = subprocess.Popen(
            [*COMMAND, "--into", str(workspace), "--port", "0", "--quiet", "0.3s", *words],
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    try:
        yield Watch(process, notes)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)
        assert process.stdout is not None
        process.stdout.close()


def trace(number: int, *, steps: int = 2, ended: bool = True) -> list[dict[str, Any]]:
    """Return the spans of an agent with some tool calls."""
    trace_id, root = f"{number + 1:032x}", f"{number + 1:016x}"
    begun = 1_790_000_000_000_000_000 + number * 10**9

    def span(span_id: str, parent: str | None, kind: str, **changes: Any) -> dict[str, Any]:
        return {
            "traceId": trace_id,
            "spanId": span_id,
            **({"parentSpanId": parent} if parent else {}),
            "name": f"{kind} step",
            "startTimeUnixNano": str(begun),
            "endTimeUnixNano": str(begun + 10**6),
            "attributes": [
                {"key": "openinference.span.kind", "value": {"stringValue": kind}},
            ],
            **changes,
        }

    calls = [span(f"{number + 1:08x}{step + 1:08x}", root, "TOOL") for step in range(steps)]
    return [*calls, span(root, None, "AGENT")] if ended else calls


def request_of(*spans: dict[str, Any]) -> bytes:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}]}).encode()


def stored_spans(workspace: Path) -> set[tuple[str, str]]:
    """Return trace id and span id of each span in a workspace, each of which is there once."""
    rows = Workspace(workspace).table("spans").select("trace_id", "span_id").collect().rows()
    assert len(rows) == len(set(rows))
    return set(rows)


def scored_runs(workspace: Path) -> set[str]:
    return set(
        Workspace(workspace).table("scores").select(pl.col("run_id").unique()).collect()["run_id"]
    )


def keys_of(*spans: dict[str, Any]) -> set[tuple[str, str]]:
    return {(span["traceId"], span["spanId"]) for span in spans}


def eventually(what: Callable[[], bool], why: Callable[[], object] = lambda: "") -> None:
    """Wait until something holds, and fail where it does not in time."""
    until = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < until, why()
        time.sleep(0.05)
