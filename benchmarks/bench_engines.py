"""What more processes bring, here and on Ray; prints the table of the docs.

python benchmarks/bench_engines.py [TRACES] [TIMES] [ROUNDS]
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Final

from bench_ingest import processes
from corpus import write
from measuring import machine
from scoring_corpus import expectations, repeated, workspace

from midspan.pipelines.engines import Executor, RayWorkers, Workers
from midspan.pipelines.scoring.score import score_workspace
from midspan.pipelines.storage.compacting import compact
from midspan.pipelines.workspace import Workspace
from midspan.scorers.setting import Setting

TRACES: Final = 10_000
TIMES: Final = 10
ROUNDS: Final = 3
WORKERS: Final = 2
THREADS: Final = "POLARS_MAX_THREADS"

INGESTED: Final = 4_800
FILES: Final = 16


def main(traces: int, times: int, rounds: int) -> None:
    """Print every figure, with its target."""
    whole = compacted(repeated(workspace(traces), times))
    setting = expectations(whole.tables())
    print(f"{machine()}\n{traces * times:,} runs, {WORKERS} workers; wall time, medians\n")
    print("| What | Here | Beside it | Ratio | Target |\n|---|---|---|---|---|")
    engines(whole, setting, rounds)
    with tempfile.TemporaryDirectory() as directory:
        corpus = Path(directory, "spans")
        processes(corpus, write(corpus, INGESTED, files=FILES, seed=100))


def engines(whole: Workspace, setting: Setting, rounds: int) -> None:
    """Compare one core, one process, a pool and a Ray that runs already, in turns."""
    spent: dict[str, list[float]] = {"core": [], "one": [], "pool": [], "ray": []}
    rows = set()
    folder = tempfile.mkdtemp(prefix="ray-", dir="/tmp")
    os.environ |= {"RAY_TMPDIR": folder}
    with RayWorkers() as cluster:
        start = time.perf_counter()
        list(cluster.run(warm, [(number,) for number in range(2 * WORKERS)]))
        started = time.perf_counter() - start
        for _ in range(rounds):
            for name in spent:
                if name == "ray":
                    seconds, count = timed(whole, setting, cluster)
                elif name == "core":
                    with one_thread(), Workers(1, apart=True) as workers:
                        seconds, count = timed(whole, setting, workers)
                else:
                    with Workers(1 if name == "one" else WORKERS) as workers:
                        seconds, count = timed(whole, setting, workers)
                spent[name].append(seconds)
                rows.add(count)
    shutil.rmtree(folder, ignore_errors=True)
    assert len(rows) == 1, f"the engines differ: {rows}"
    core, one, pool, ray = (median(seconds) for seconds in spent.values())
    print(row(f"{WORKERS} workers, against one of them", pool, core, core / pool, "1.6"))
    print(row("the same, against `--workers 1`, which uses all cores", pool, one, one / pool, ""))
    print(row("Ray, warm, against the pool", ray, pool, ray / pool, "<= 1.15"))
    print(f"| a Ray of our own, until its workers are there | {started:.1f} s | | | |")


@contextmanager
def one_thread() -> Iterator[None]:
    """Have processes that are started meanwhile use one core, as each of several workers does."""
    os.environ[THREADS] = "1"
    try:
        yield
    finally:
        del os.environ[THREADS]


def row(name: str, here: float, beside: float, ratio: float, target: str) -> str:
    """Return a row of the table."""
    return f"| {name} | {here:.1f} s | {beside:.1f} s | {ratio:.2f} | {target} |"


def timed(whole: Workspace, setting: Setting, executor: Executor) -> tuple[float, int]:
    """Return the seconds that scoring takes, and the rows it gives."""
    start = time.perf_counter()
    summary = score_workspace(whole, setting=setting, executor=executor)
    assert not summary.unjudged, summary.unjudged
    return time.perf_counter() - start, summary.rows


def warm(number: int) -> int:
    """Have a worker import what scoring needs."""
    import midspan.pipelines.scoring.partition  # noqa: F401

    time.sleep(1)
    return number


def compacted(source: Workspace) -> Workspace:
    """Return the same workspace, compacted; the files of the source stay."""
    path = source.path.with_name(f"{source.path.name}-compacted")
    if not path.exists():
        unfinished = path.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(source.path, unfinished, copy_function=linked)
        compact(Workspace(unfinished))
        unfinished.rename(path)
    return Workspace(path)


def linked(source: str, target: str) -> None:
    """Have a file under another name too; what locks hold or writers replace is copied."""
    take: Callable[[str, str], object] = os.link if source.endswith(".parquet") else shutil.copy2
    take(source, target)


if __name__ == "__main__":
    asked = [int(argument) for argument in sys.argv[1:]]
    main(*asked, *(TRACES, TIMES, ROUNDS)[len(asked) :])
