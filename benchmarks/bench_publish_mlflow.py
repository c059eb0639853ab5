"""How fast a workspace gets into MLflow: against a loop that sends the same requests and no more.

python benchmarks/bench_publish_mlflow.py [TRACES]

The server is a real one on fresh data each time, with one worker on sqlite. It needs `midspan up
mlflow` to have installed it before.
"""

import contextlib
import json
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

import httpx
from measuring import machine
from publishing import cpu_of_family, scored

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.manifest import PUBLISHED, Manifest
from midspan.pipelines.publish.mlflow import publish
from midspan.pipelines.publish.target import Target
from midspan.pipelines.servers import Home, Mlflow, start, stop
from midspan.pipelines.servers import state as server_state

TRACES: Final = 60
ROUNDS: Final = 3
PORT: Final = 5097
ASKED_BY: Final = ("batchGetInfos", "runs/search", "get-by-name", "runs/get", "artifacts/list")


class Request(NamedTuple):
    """A request as it was sent, and the id of the run that it made, if it made one."""

    method: str
    path: str
    headers: dict[str, str]
    content: bytes
    made: str | None


class Taken(NamedTuple):
    """Seconds on the clock, those of them in which the server was asked something, and its CPU."""

    wall: float
    asked: float
    cpu: float


@dataclass(kw_only=True)
class Flights:
    """How long at least one request was on its way."""

    now: int = 0
    since: float = 0.0
    total: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, _request: httpx.Request) -> None:
        """Count one more."""
        with self.lock:
            self.now += 1
            if self.now == 1:
                self.since = time.perf_counter()

    def end(self, _answer: httpx.Response) -> None:
        """Count one less."""
        with self.lock:
            self.now -= 1
            if self.now == 0:
                self.total += time.perf_counter() - self.since


@dataclass(frozen=True, kw_only=True)
class Recording(Target):
    """A server whose clients write down what they send."""

    sent: list[Request] = field(default_factory=list, compare=False)
    flights: Flights = field(default_factory=Flights, compare=False)

    def client(self) -> httpx.Client:
        """Return a client that keeps every request that changes something."""
        client = super().client()
        client.event_hooks["request"].append(self.flights.begin)
        client.event_hooks["response"] += [self.flights.end, self._keep]
        return client

    def _keep(self, answer: httpx.Response) -> None:
        request = answer.request
        path = request.url.raw_path.decode()
        if request.method == "GET" or any(name in path for name in ASKED_BY):
            return
        made = None
        if path.endswith("runs/create"):
            made = json.loads(answer.read())["run"]["info"]["run_id"]
        kept = {k: v for k, v in request.headers.items() if k.startswith(("content-", "x-mlflow"))}
        kept.pop("content-length", None)
        with contextlib.suppress(httpx.RequestNotRead):
            self.sent.append(Request(request.method, path, kept, request.content, made))


def main(traces: int) -> None:
    """Print every figure, with its target."""
    with tempfile.TemporaryDirectory() as directory:
        workspace, spans = scored(Path(directory), traces)
        ours: list[Taken] = []
        bare: list[Taken] = []
        again: list[Taken] = []
        rows = 0
        for number in range(ROUNDS):
            home = Path(directory) / f"home{number}"
            with server(home / "ours") as (url, pid):
                (workspace.path / PUBLISHED).unlink(missing_ok=True)
                target = Recording(server="mlflow", url=url)
                with measured(pid, ours, target.flights):
                    report = publish(workspace, target, Asked(), manifest=Manifest(workspace.path))
                assert not report.left, report.left
                rows = report.counts["assessments"].stored
                with measured(pid, again):
                    publish(
                        workspace,
                        Target(server="mlflow", url=url),
                        Asked(),
                        manifest=Manifest(workspace.path),
                    )
            with server(home / "bare") as (url, pid), measured(pid, bare):
                replay(url, target.sent)
        told(spans, rows, ours, bare, again)


def told(spans: int, rows: int, ours: list[Taken], bare: list[Taken], again: list[Taken]) -> None:
    """Print the table."""
    wall, loop = median(one.wall for one in ours), median(one.wall for one in bare)
    busy = median(one.asked / one.wall for one in ours)
    ratio = median(one.wall / other.wall for one, other in zip(ours, bare, strict=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{machine()}; {spans:,} spans, {rows:,} assessments; medians of {ROUNDS}\n")
    print("| What | Here | Target |\n|---|---|---|")
    print(f"| publish | {wall:.1f} s, {rows / wall:,.0f} assessments/s | |")
    print(f"| a bare loop with the same requests | {loop:.1f} s | |")
    print(f"| publish / bare loop | {ratio:.2f} | <= 1.10 |")
    print(f"| share of the time in which the server has a request | {busy:.0%} | >= 85 % |")
    print(f"| server's CPU | {median(one.cpu for one in ours):.1f} s | |")
    print(f"| the same once more | {median(one.wall for one in again):.1f} s | |")
    print(f"| peak memory, scoring included | {peak:,.0f} MB | |")


@contextlib.contextmanager
def server(folder: Path) -> Iterator[tuple[str, int]]:
    """Give an MLflow on fresh data: its address, and the process that stands above its workers."""
    home = Home(root=folder, environments=Home.of_user().environments)
    recipe = Mlflow(port=PORT)
    try:
        [one] = start([recipe], home)
        record = server_state.read(home, "mlflow")
        assert record is not None
        yield one.record.url, record.pid
    finally:
        stop(recipe, home)


@contextlib.contextmanager
def measured(pid: int, into: list[Taken], flights: Flights | None = None) -> Iterator[None]:
    """Add what the block takes."""
    clock, cpu = time.perf_counter(), cpu_of_family(pid)
    yield
    wall = time.perf_counter() - clock
    into.append(Taken(wall, flights.total if flights else wall, cpu_of_family(pid) - cpu))


def replay(url: str, sent: list[Request]) -> None:
    """Send the requests one after the other; runs have other ids than when they were recorded."""
    ids: dict[bytes, bytes] = {}
    with httpx.Client(base_url=url, timeout=300) as client:
        for one in sent:
            content, path = one.content, one.path
            for old, new in ids.items() if one.path != "/v1/traces" else ():
                content = content.replace(old, new)
                path = path.replace(old.decode(), new.decode())
            answer = client.request(one.method, path, headers=one.headers, content=content)
            answer.raise_for_status()
            if one.made is not None:
                run: dict[str, Any] = answer.json()["run"]["info"]
                ids[one.made.encode()] = str(run["run_id"]).encode()


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else TRACES)
