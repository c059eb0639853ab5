"""How fast files become tables, as ratios within one run; prints the table that the docs quote.

python benchmarks/bench_ingest.py
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

from corpus import write
from measuring import in_turns

from midspan.pipelines.ingest.decode import json_text
from midspan.pipelines.ingest.ingest import POOL_FROM_BYTES, ingest
from midspan.pipelines.ingest.raw import RawEvent, RawSpan

TRACES: Final = 1_200
FILES: Final = 4
ROUNDS: Final = 5
STATUS: Final = {0: "unset", 1: "ok", 2: "error"}
SAMPLED_EVERY: Final = 0.02

Json = dict[str, Any]


def main() -> None:
    """Print every figure, with its target."""
    with tempfile.TemporaryDirectory() as directory:
        small, large = Path(directory, "1x"), Path(directory, "4x")
        spans = write(small, TRACES, files=FILES)
        many = write(large, 4 * TRACES, files=4 * FILES, seed=100)
        files = sorted(small.iterdir())
        size = sum(file.stat().st_size for file in files)
        assert size > POOL_FROM_BYTES, "too small for processes to be started"
        print(f"{machine()}; {spans:,} and {many:,} spans of {size / spans / 1000:.1f} KB")
        print(f"load before: {os.getloadavg()[0]:.1f}; medians, taken in turns\n")
        print("| What | Here | Beside it | Ratio | Target |\n|---|---|---|---|---|")
        decode_alone(files[0])
        whole_ingest(files[:2])
        processes(large, many)
        memory(small, large)


def decode_alone(file: Path) -> None:
    """Compare the decoders, on one file."""
    lines = file.read_bytes().splitlines()

    def decode() -> int:
        return sum(len(json_text.read_requests(1, line)) for line in lines)

    for line in lines:
        found = json_text.read_requests(1, line)
        assert requests_with_json(1, line) == found, "the decoders differ"
    ours, theirs = in_turns(ROUNDS, decode, with_json(decode))
    print(row("decode, against `json.loads` and a walk", ours, theirs, decode(), 2.5))


def whole_ingest(files: list[Path]) -> None:
    """Compare the ingest with the same one that decodes with the standard library."""

    def run() -> int:
        with tempfile.TemporaryDirectory() as into:
            return ingest(files, Path(into)).kept

    count = run()
    ours, theirs = in_turns(ROUNDS, run, with_json(run))
    print(row("ingest, against the same with `json`", ours, theirs, count, 1.3))


def processes(corpus: Path, spans: int) -> None:
    """Compare one process with two."""
    wall: dict[int, list[float]] = {1: [], 2: []}
    cpu: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(3):
        for workers in wall:
            with tempfile.TemporaryDirectory() as into:
                before, start = of_all_processes(), time.perf_counter()
                ingest([corpus], Path(into), workers=workers)
                wall[workers].append(time.perf_counter() - start)
                cpu[workers].append(of_all_processes() - before)
    one, two = median(wall[1]), median(wall[2])
    here, beside_it = f"{spans / two:,.0f} spans/s", f"{spans / one:,.0f} spans/s"
    print(f"| two processes, against one | {here} | {beside_it} | {one / two:.2f} | 1.6 |")
    name = "the same in CPU time of all processes"
    print(row(name, median(cpu[2]), median(cpu[1]), spans, 1.0))


def memory(small: Path, large: Path) -> None:
    """Compare the peak of all processes together on a corpus and on one of four times its size."""
    for workers in (1, 2):
        once, four = peak(small, workers), peak(large, workers)
        name = "one process" if workers == 1 else "two processes"
        here, beside_it = f"{four:,.0f} MB", f"{once:,.0f} MB"
        print(f"| memory of {name}, 4x against 1x | {here} | {beside_it} | {four / once:.2f} | 1 |")


def with_json(function: Callable[[], object]) -> Callable[[], None]:
    """Return a function that does the same with the standard library's decoder."""

    def run() -> None:
        with decoding(requests_with_json):
            function()

    return run


def of_all_processes() -> float:
    """Return the CPU time of this process and of those that it started and that have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


@contextmanager
def decoding(decoder: Callable[..., Any]) -> Iterator[None]:
    """Read requests with another decoder; all else stays the same."""
    own = json_text.read_requests
    used = False

    def instead(position: int, document: bytes) -> list[RawSpan]:
        nonlocal used
        used = True
        return decoder(position, document)

    json_text.read_requests = instead
    try:
        yield
    finally:
        json_text.read_requests = own
    assert used, "requests are read elsewhere: both sides would be the same"


def requests_with_json(position: int, document: bytes) -> list[RawSpan]:
    """Return the spans of a request, read with the standard library."""
    request = json.loads(document)
    found = []
    for sender in request["resourceSpans"]:
        resource = plain_all(sender["resource"]["attributes"])
        for library in sender["scopeSpans"]:
            scope = library["scope"]["name"]
            found += [plain_span(position, span, resource, scope) for span in library["spans"]]
    return found


def plain_span(position: int, span: Json, resource: Json, scope: str) -> RawSpan:
    """Return a span in the values that our decoder gives."""
    status = span.get("status", {})
    return RawSpan(
        position=position,
        trace_id=span["traceId"],
        span_id=span["spanId"],
        parent_id=span.get("parentSpanId"),
        name=span["name"],
        start_ns=int(span["startTimeUnixNano"]),
        end_ns=int(span["endTimeUnixNano"]),
        status=STATUS[status.get("code", 0)],
        status_message=status.get("message", ""),
        attributes=plain_all(span["attributes"]),
        events=[
            RawEvent(event["name"], int(event["timeUnixNano"]), plain_all(event["attributes"]))
            for event in span.get("events", ())
        ],
        resource=resource,
        scope=scope,
    )


def plain_all(attributes: list[Json]) -> Json:
    """Return attributes as a plain dict."""
    return {pair["key"]: plain(pair["value"]) for pair in attributes}


def plain(value: Json) -> Any:
    """Return the Python value of an OTLP value."""
    if "stringValue" in value:
        return value["stringValue"]
    if "intValue" in value:
        return int(value["intValue"])
    if "arrayValue" in value:
        return [plain(item) for item in value["arrayValue"].get("values", ())]
    if "kvlistValue" in value:
        return plain_all(value["kvlistValue"].get("values", ()))
    return value.get("boolValue", value.get("doubleValue"))


def peak(corpus: Path, workers: int) -> float:
    """Return the most that an ingest's processes hold together at any time, in MB."""
    with tempfile.TemporaryDirectory() as into:
        command = [sys.executable, __file__, str(corpus), into, str(workers)]
        with subprocess.Popen(command) as child:
            most = 0
            while child.poll() is None:
                most = max(most, sum(held(pid) for pid in family(child.pid)))
                time.sleep(SAMPLED_EVERY)
        assert child.returncode == 0, "the ingest failed"
    return most / 1000


def family(pid: int) -> Iterator[int]:
    """Yield a process and those below it."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from family(int(child))


def held(pid: int) -> int:
    """Return the memory of a process in KB, none once it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    lines = dict(line.split(":", 1) for line in status.splitlines())
    return int(lines.get("VmRSS", "0 kB").split()[0])


def row(name: str, ours: float, theirs: float, spans: int, target: float) -> str:
    """Return a row of the table, times for each span."""
    here, beside_it = f"{ours / spans * 1e6:.1f} us", f"{theirs / spans * 1e6:.1f} us"
    return f"| {name} | {here} | {beside_it} | {theirs / ours:.2f} | {target} |"


def machine() -> str:
    """Return what ran this."""
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    version = ".".join(str(part) for part in sys.version_info[:2])
    return f"{os.cpu_count()} cores ({models[0] if models else 'unknown'}), Python {version}"


if __name__ == "__main__":
    if len(sys.argv) == 4:
        ingest([Path(sys.argv[1])], Path(sys.argv[2]), workers=int(sys.argv[3]))
    else:
        main()
