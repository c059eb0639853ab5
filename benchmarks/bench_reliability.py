"""What `midspan watch` bears: spans a second with scoring on, lag, memory, and kill -9 under load.

    python benchmarks/bench_reliability.py                 # some minutes
    python benchmarks/bench_reliability.py --soak 3600     # an hour of it

Senders are processes of their own on the same machine; their requests are made beforehand.
"""

import argparse
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from itertools import accumulate, islice
from pathlib import Path

import polars as pl
from measuring import machine
from watch_load import Senders, Sent, requests
from watch_process import QUIET, Watch, children, costs, memory, watch

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.watch.figures import BOUNDS, Histogram
from midspan.pipelines.workspace import Workspace

PROCESSES = 2
SEED = 3
KILLED_FOR = 60.0
TARGET = 5_000
TABLES = ("runs", "spans", "calls", "scores", "text")


def main() -> None:
    """Print all figures."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--soak", type=float, default=180.0, metavar="SECONDS")
    asked.add_argument("--load", type=float, default=40.0, metavar="SECONDS")
    asked.add_argument("--rate", type=float, default=TARGET, metavar="SPANS", help="a second")
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--only", choices=["load", "soak", "faults"])
    chosen = asked.parse_args()
    print(f"{machine()}; --workers {chosen.workers}", flush=True)
    if chosen.only in (None, "load"):
        for rate in (chosen.rate, 0.0):
            load(rate, chosen.load, chosen.workers)
    if chosen.only in (None, "soak"):
        soak(chosen.rate / 2, chosen.soak, chosen.workers)
    if chosen.only in (None, "faults"):
        faults(chosen.rate / 5, chosen.workers)


def load(rate: float, seconds: float, workers: int) -> None:
    """Print how much is accepted and scored while so much is offered, and with what lag."""
    with watch(workers) as found:
        senders = Senders(found.url, processes=PROCESSES, rate=rate, seconds=seconds, seed=1)
        begun = time.monotonic()
        senders.begin()
        sent = senders.result()
        scored = found.counted("scorer", "spans_scored")
        drained = found.wait_until_scored(sent.spans)
        whole = time.monotonic() - begun
        offered = f"{rate:,.0f} spans/s offered" if rate else "as fast as senders can"
        accepted = sent.spans / sent.seconds
        print(f"{offered}: {accepted:,.0f}/s accepted for {sent.seconds:.0f} s", end="; ")
        print(
            f"{scored / sent.seconds:,.0f}/s scored meanwhile, all {drained:.1f} s later", end="; "
        )
        print(f"{sent.spans / whole:,.0f}/s from first to last; sent again: {sent.again}")
        for name, what in (
            ("scoring_lag_seconds", "complete to scored"),
            ("last_span_lag_seconds", f"last span to scored (quiet period {QUIET:g} s)"),
        ):
            histogram = found.told("scorer").histograms.get(name)
            if histogram is not None:
                print(f"  {what}: p50 {quantile(histogram, 0.5)}, p99 {quantile(histogram, 0.99)}")
        print(f"  {costs(found.process.pid, sent.spans)}", flush=True)
        found.end()


def soak(rate: float, seconds: float, workers: int) -> None:
    """Print the memory of each process over a long time of steady load."""
    with watch(workers) as found:
        senders = Senders(found.url, processes=PROCESSES, rate=rate, seconds=seconds, seed=2)
        senders.begin()
        print(f"soak: {rate:,.0f} spans/s for {seconds:,.0f} s")
        for part in range(1, 5):
            time.sleep(seconds / 4)
            disk = found.told("receiver").gauges["backlog_bytes"]
            told = costs(found.process.pid)
            print(f"  {part}/4: {told}; backlog {disk / 2**20:,.0f} MB", flush=True)
        sent = senders.result()
        drained = found.wait_until_scored(sent.spans)
        histogram = found.told("scorer").histograms["scoring_lag_seconds"]
        lag = f"p50 {quantile(histogram, 0.5)}, p99 {quantile(histogram, 0.99)}"
        print(f"  {sent.spans:,} spans; all scored {drained:.1f} s after the last; lag {lag}")
        found.end()


def faults(rate: float, workers: int) -> None:
    """Kill each process in turn under load, and print whether anything is missing or different."""
    with watch(workers) as found:
        senders = Senders(found.url, processes=PROCESSES, rate=rate, seconds=KILLED_FOR, seed=SEED)
        senders.begin()
        for name, kill in KILLED.items():
            time.sleep(KILLED_FOR / (len(KILLED) + 1))
            kill(found)
            print(f"  kill -9 of {name}", flush=True)
            if found.process.poll() is not None:
                found.start()
                senders.move(found.url)
        sent = senders.result()
        settled = _settled(found, sent)
        found.end()
        stored = stored_spans(found.workspace)
        twice = stored.height - stored.unique().height
        print(f"  {sent.spans:,} spans sent ({sent.again} requests had to be sent again)", end=", ")
        print(f"{stored.height:,} stored, {sent.spans - stored.height + twice} missing", end=", ")
        print(f"{twice} twice{'' if settled else ', not settled in 300 s'}")
        print(
            f"  against `ingest` and `score` of the same spans: {compared(found.workspace, sent)}"
        )


def _kill_scorer(found: Watch) -> None:
    (scorer, *_) = children(found.process.pid)
    os.kill(scorer, signal.SIGKILL)


def _kill_worker(found: Watch) -> None:
    (scorer, *_) = children(found.process.pid)
    for worker in children(scorer)[:1]:
        os.kill(worker, signal.SIGKILL)


def _kill_all(found: Watch) -> None:
    for child in memory(found.process.pid)[1:]:
        os.kill(child.pid, signal.SIGKILL)
    found.kill()


KILLED: dict[str, Callable[[Watch], None]] = {
    "the scorer": _kill_scorer,
    "a worker of the scorer": _kill_worker,
    "the receiver": Watch.kill,
    "all of them": _kill_all,
}


def _settled(found: Watch, sent: Sent) -> bool:
    """Return whether all that was sent stood in the workspace in the end, and nothing waited."""
    until = time.monotonic() + 300
    while time.monotonic() < until:
        pending = found.told("scorer").gauges.get("pending_runs", 1)
        if not pending and stored_spans(found.workspace).height >= sent.spans:
            return True
        time.sleep(1.0)
    return False


def stored_spans(workspace: Path) -> pl.DataFrame:
    """Return the ids of all spans of a workspace."""
    return Workspace(workspace).table("spans").select("trace_id", "span_id").collect()


def compared(live: Path, sent: Sent) -> str:
    """Compare all tables with those that `ingest` and `score` make of the same spans."""
    spans, offline = live.with_name("spans.bin"), live.with_name("offline")
    with spans.open("wb") as file:
        for number, count in enumerate(sent.templates):
            made = requests(SEED + number)
            next(made)  # as the senders do
            for template in islice(made, count):
                for body in (template.first, template.second):
                    file.write(len(body).to_bytes(4, "big") + body)
    ingest([spans], offline)
    Workspace(offline).score()
    told = []
    for name in TABLES:
        one, other = (Workspace(each).table(name).collect() for each in (live, offline))
        rows, expected = (Counter(map(repr, each.rows())) for each in (one, other))
        differ = (rows - expected).total() + (expected - rows).total()
        told.append(f"{name} {one.height:,} rows {f'NOT EQUAL: {differ:,}' if differ else 'equal'}")
    return ", ".join(told)


def quantile(histogram: Histogram, share: float) -> str:
    """Return the bucket that a quantile falls in."""
    total = sum(histogram.counts)
    reached = [n >= share * total for n in accumulate(histogram.counts)].index(True)
    return f"<= {BOUNDS[reached]:g} s" if reached < len(BOUNDS) else f"> {BOUNDS[-1]:g} s"


if __name__ == "__main__":
    main()
