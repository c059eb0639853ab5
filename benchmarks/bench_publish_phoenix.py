"""How fast a workspace gets into Phoenix: against a loop that sends the same requests and no more.

python benchmarks/bench_publish_phoenix.py [TRACES] [ROUNDS]

The server is a real one on fresh data each time, on sqlite. It needs `midspan up phoenix` to have
installed it before. The loop waits for the spans to be stored, as scores of others are refused.
"""

import contextlib
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

import httpx
from measuring import machine
from publishing import cpu_of_family, scored

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.manifest import PUBLISHED, Manifest
from midspan.pipelines.publish.phoenix import publish
from midspan.pipelines.publish.report import Published
from midspan.pipelines.publish.target import Target
from midspan.pipelines.servers import Home, Phoenix, start, stop
from midspan.pipelines.servers import state as server_state
from midspan.pipelines.workspace import Workspace

TRACES: Final = 277
"""About 5,000 spans and 10,000 scores."""

ROUNDS: Final = 1
PORT: Final = 6097
ASKED: Final = Asked(only=frozenset({"spans", "scores"}))
SPANS: Final = "/v1/traces"


class Request(NamedTuple):
    """A request as it was sent."""

    method: str
    path: str
    headers: dict[str, str]
    content: bytes


class Taken(NamedTuple):
    """Seconds on the clock, and of the server's CPU."""

    wall: float
    server: float


@dataclass(frozen=True, kw_only=True)
class Recording(Target):
    """A server whose clients write down what they send."""

    sent: list[Request] = field(default_factory=list, compare=False)

    def client(self) -> httpx.Client:
        """Return a client that keeps every request that changes something."""
        client = super().client()
        client.event_hooks["request"].append(self._keep)
        return client

    def _keep(self, request: httpx.Request) -> None:
        if request.method != "GET":
            kept = {k: v for k, v in request.headers.items() if k.startswith("content-")}
            kept.pop("content-length", None)
            path = request.url.raw_path.decode()
            self.sent.append(Request(request.method, path, kept, request.read()))


def main(traces: int, rounds: int) -> None:
    """Print every figure, with its target."""
    with tempfile.TemporaryDirectory() as directory:
        workspace, _ = scored(Path(directory), traces)
        ours: list[Taken] = []
        bare: list[Taken] = []
        again: list[Taken] = []
        for number in range(rounds):
            home = Path(directory) / f"home{number}"
            with server(home / "ours") as (url, pid):
                (workspace.path / PUBLISHED).unlink(missing_ok=True)
                target = Recording(server="phoenix", url=url)
                with measured(pid, ours):
                    report = published(workspace, target)
                assert not report.left, report.left
                with measured(pid, again):
                    published(workspace, Target(server="phoenix", url=url))
            with server(home / "bare") as (url, pid), measured(pid, bare):
                replay(url, target.sent, report.counts["spans"].stored)
        told(report, ours, bare, again)


def published(workspace: Workspace, target: Target) -> Published:
    """Return the report of one publish."""
    return publish(workspace, target, ASKED, manifest=Manifest(workspace.path))


def told(
    report: Published, ours: Sequence[Taken], bare: Sequence[Taken], again: Sequence[Taken]
) -> None:
    """Print the table."""
    spans, scores = (report.counts[what].stored for what in ("spans", "annotations"))
    wall, loop = median(one.wall for one in ours), median(one.wall for one in bare)
    pairs = list(zip(ours, bare, strict=True))
    ratio = median(one.wall / other.wall for one, other in pairs)
    work = median(one.server / other.server for one, other in pairs)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{machine()}; {spans:,} spans, {scores:,} scores; medians of {len(ours)}\n")
    print("| What | Here | Target |\n|---|---|---|")
    print(f"| publish | {wall:.1f} s, {(spans + scores) / wall:,.0f} rows/s | |")
    print(f"| a bare loop with the same requests | {loop:.1f} s | |")
    print(f"| publish / bare loop | {ratio:.2f} | <= 1.10 |")
    print(f"| the same in CPU time of the server | {work:.2f} | <= 1.10 |")
    print(f"| server's CPU / time on the clock | {busy(ours):.0%} | >= 85 % |")
    print(f"| the same of the bare loop | {busy(bare):.0%} | |")
    print(f"| the same publish once more | {median(one.wall for one in again):.1f} s | |")
    print(f"| peak memory, scoring included | {peak:,.0f} MB | |")


def busy(taken: Sequence[Taken]) -> float:
    """Return how much of the time the server's process worked."""
    return median(one.server / one.wall for one in taken)


@contextlib.contextmanager
def server(folder: Path) -> Iterator[tuple[str, int]]:
    """Give a Phoenix on fresh data: its address and its process."""
    home = Home(root=folder, environments=Home.of_user().environments)
    recipe = Phoenix(port=PORT)
    try:
        [one] = start([recipe], home)
        record = server_state.read(home, "phoenix")
        assert record is not None
        yield one.record.url, record.pid
    finally:
        stop(recipe, home)


@contextlib.contextmanager
def measured(pid: int, into: list[Taken]) -> Iterator[None]:
    """Add what the block takes."""
    clock, cpu = time.perf_counter(), cpu_of_family(pid)
    yield
    into.append(Taken(time.perf_counter() - clock, cpu_of_family(pid) - cpu))


def replay(url: str, sent: Sequence[Request], spans: int) -> None:
    """Send the requests one after the other; before the first scores all spans must be stored."""
    due = [one for one in sent if one.path == SPANS]
    rest = [one for one in sent if one.path != SPANS]
    with httpx.Client(base_url=url, timeout=300) as client:
        for one in due:
            send(client, one)
        while stored(client) < spans:
            time.sleep(0.2)
        for one in rest:
            send(client, one)


def send(client: httpx.Client, one: Request) -> None:
    """Send one request; on fresh data all of them must go through."""
    client.request(
        one.method, one.path, headers=one.headers, content=one.content
    ).raise_for_status()


def stored(client: httpx.Client) -> int:
    """Return how many spans the server has."""
    query = {"query": "{projects {edges {node {recordCount}}}}"}
    found = client.post("/graphql", json=query).raise_for_status().json()["data"]
    return sum(edge["node"]["recordCount"] for edge in found["projects"]["edges"])


if __name__ == "__main__":
    asked = [int(argument) for argument in sys.argv[1:]]
    main(*asked, *(TRACES, ROUNDS)[len(asked) :])
