"""What a sweep costs beside its agents: time for each run, throughput at k, memory over many.

    python benchmarks/bench_sweep.py             # a minute
    python benchmarks/bench_sweep.py --memory    # 10,000 runs, some minutes

Beside it stand, in the same run, what one would write oneself: `subprocess.run` in a loop and in a
thread pool, and `xargs -P`. None of them ends what a program leaves behind, keeps a record of how
it ended, or goes on where it was.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from threading import Thread
from typing import Any

from measuring import machine

from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.plan import planned_sweep
from midspan.pipelines.sweep.revisions import resolver
from midspan.pipelines.sweep.stored import store_sweep, stored_sweep
from midspan.pipelines.sweep.worker import Event, RunEnded, work

RUNS = 150
ROUNDS = 3
SLEEP = 2.0
MANY = 10_000


def main() -> None:
    """Print all figures."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--memory", action="store_true", help=f"{MANY:,} runs")
    chosen = asked.parse_args()
    print(machine())
    if chosen.memory:
        memory()
    else:
        overhead()
        throughput()


def overhead() -> None:
    """Print what each run takes beyond its program, one at a time."""
    program = ("true",)
    ways: dict[str, Callable[[], float]] = {
        "subprocess.run in a loop": lambda: alone(program),
        "xargs -n1": lambda: with_xargs(program, RUNS, 1),
        "sweep, agents without a model": lambda: swept(program, RUNS, 1, None),
        "sweep, each run behind the proxy": lambda: behind_the_proxy(program),
    }
    figures = in_turns(ways)
    bare = figures["subprocess.run in a loop"]
    print(f"\n{RUNS} runs of `true`, one at a time    a run   beyond a bare start   CPU time")
    for name, (seconds, busy) in figures.items():
        beyond = seconds - bare[0]
        print(f"{name:36} {seconds * 1e3:6.1f} ms {beyond * 1e3:16.1f} ms {busy * 1e3:7.1f} ms")


def throughput() -> None:
    """Print how much of k times the speed of one is reached with k."""
    print(f"\nagents that sleep {SLEEP:g} s; share of k times the speed of one")
    print(f"{'k':>3} {'sweep':>8} {'threads':>8} {'xargs':>8}")
    program = ("sleep", str(SLEEP))
    for k in (1, 4, 16, 32):
        runs = max(4, 3 * k)
        ideal = SLEEP * runs / k
        ways = [
            swept(program, runs, k, None),
            with_threads(program, runs, k),
            with_xargs(program, runs, k),
        ]
        print(f"{k:3} " + " ".join(f"{ideal / seconds:8.2f}" for seconds in ways))


def memory() -> None:
    """Print how much memory the worker holds as runs go by."""
    print(f"\n{MANY:,} runs of `true`, 4 at a time\n{'runs':>7} {'worker':>9} {'each run':>10}")
    seen = 0
    begun = time.monotonic()

    def tell(event: Event) -> None:
        nonlocal seen
        if isinstance(event, RunEnded):
            seen += 1
            if seen in (100, 1_000, 2_500, 5_000, 7_500, MANY):
                each = (time.monotonic() - begun) / seen * 1000
                print(f"{seen:7,} {held() / 2**20:6.0f} MB {each:7.1f} ms", flush=True)

    swept(("true",), MANY, 4, None, tell)
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"largest process that it started: {children:.0f} MB")


def held() -> int:
    """Return the memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def in_turns(ways: dict[str, Callable[[], float]]) -> dict[str, tuple[float, float]]:
    """Return the median time of a run in each way, and its CPU time; taken in turns."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            before = cpu_seconds()
            seconds = way()
            taken[name].append((seconds / RUNS, (cpu_seconds() - before) / RUNS))
    return {
        name: (median(one for one, _ in figures), median(two for _, two in figures))
        for name, figures in taken.items()
    }


def cpu_seconds() -> float:
    """Return the CPU time of this process and of those that it has started and seen the end of."""
    own, others = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def alone(program: Sequence[str]) -> float:
    """Return the time of as many runs, one after the other."""
    begun = time.monotonic()
    for _ in range(RUNS):
        subprocess.run(program, check=True, capture_output=True)
    return time.monotonic() - begun


def with_threads(program: Sequence[str], runs: int, k: int) -> float:
    """Return the time of a thread pool."""
    begun = time.monotonic()
    with ThreadPoolExecutor(k) as pool:
        for _ in pool.map(lambda _: subprocess.run(program, capture_output=True), range(runs)):
            pass
    return time.monotonic() - begun


def with_xargs(program: Sequence[str], runs: int, k: int) -> float:
    """Return the time of xargs."""
    lines = "\n".join(["x"] * runs)
    begun = time.monotonic()
    words = ["xargs", "-n1", f"-P{k}", "sh", "-c", f"exec {' '.join(program)}"]
    subprocess.run(words, input=lines, text=True, check=True)
    return time.monotonic() - begun


def behind_the_proxy(program: Sequence[str]) -> float:
    """Return the time of a sweep whose agents have a model, and do not ask it."""
    with answering() as endpoint:
        return swept(program, RUNS, 1, endpoint)


def swept(
    program: Sequence[str],
    runs: int,
    k: int,
    endpoint: str | None,
    tell: Callable[[Event], None] = lambda event: None,
) -> float:
    """Return the time from the first begin to the last end of as many runs of a sweep."""
    first: list[float] = []

    def timed(event: Event) -> None:
        if isinstance(event, RunEnded) and not first:
            # Proxy and keepers are up with the first run: they are paid once, whatever the size.
            first.append(time.monotonic())
        tell(event)

    with tempfile.TemporaryDirectory() as directory:
        folder = SweepFolder(Path(directory, "sweep"))
        suite = Path(directory, "suite.yaml")
        suite.write_text(json.dumps(suite_of(program, runs, endpoint)))
        store_sweep(planned_sweep(suite, resolve=resolver()), folder)
        plan = stored_sweep(folder)
        begun = time.monotonic()
        worked = work(plan, folder, concurrency=k, tell=timed)
        ended = time.monotonic()
        if len(worked.done) != runs:
            sys.exit(f"{len(worked.done)} of {runs} runs have a result")
    if k == 1 and runs > 1:
        return (ended - first[0]) * runs / (runs - 1)
    return ended - begun


def suite_of(program: Sequence[str], trials: int, endpoint: str | None) -> dict[str, Any]:
    """Return a suite of as many runs of a program."""
    model = {"name": "m"} | ({"endpoint": endpoint} if endpoint else {})
    harness = {"kind": "command", "argv": list(program), "version": "1"}
    return {
        "suite": "bench",
        "contract": 1,
        "tasks": [{"id": "t", "prompt": "p"}],
        "matrix": {"models": [model], "trials": trials},
        "harnesses": {"h": harness | ({} if endpoint else {"instrument": "auto"})},
    }


@contextmanager
def answering() -> Iterator[str]:
    """Give the address of a server, which nobody asks anything."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        server.shutdown()


if __name__ == "__main__":
    main()
