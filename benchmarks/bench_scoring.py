"""How fast runs are scored, against plain Python and as they grow; prints the table of the docs.

python benchmarks/bench_scoring.py [TRACES] [TIMES]
"""

import dataclasses
import resource
import subprocess
import sys
from functools import partial
from typing import Final

import polars as pl
from measuring import cpu_seconds, in_turns, machine
from plain_scoring import PLAIN, runs_of
from scoring_corpus import expectations, repeated, workspace

from midspan.pipelines.scoring.score import score_workspace
from midspan.pipelines.workspace import Workspace
from midspan.scorers.plugins import available, load_scorer
from midspan.scorers.tables import Tables

TRACES: Final = 10_000
TIMES: Final = 10
SHARE: Final = 10
"""Plain Python is timed on every tenth run, and its time multiplied."""

ROUNDS: Final = 3

OF_TEXT: Final = ("outputs",)
"""Scorers of texts, whose reference looks at every character: they are left out of the sum."""

SCANNED: Final = (
    *("run_id", "call", "turn", "name", "arguments_hash", "emitted", "executed"),
    *("failed", "fault", "transient", "signature", "json_valid", "schema_valid", "span_id"),
)
"""Columns of calls that are read whatever is scored: what no scorer can be faster than."""


def main(traces: int, times: int) -> None:
    """Print every figure, with its target."""
    small = workspace(traces)
    tables = small.tables()
    tables = dataclasses.replace(tables, setting=expectations(tables))
    print(f"{machine()}\n{traces:,} runs with {count(tables.calls):,} calls; CPU time, medians\n")
    scorers(tables)
    growth(small, repeated(small, times), times)


def scorers(tables: Tables) -> None:
    """Print the time of each scorer, beside its reference and the bare scan of the calls."""
    print("| What | Here | Plain Python | Ratio | Target | Times the scan |")
    print("|---|---|---|---|---|---|")
    calls = tables.calls.select(SCANNED)
    (scan,) = in_turns(ROUNDS, calls.collect)
    runs = runs_of(tables, SHARE)
    here_of_both = plain_of_both = 0.0
    names = [name for name in available() if name != "compat"]
    for name in names:
        here_alone = partial(score, tables, [name])
        if name in PLAIN:
            here, plain = in_turns(ROUNDS, here_alone, partial(PLAIN[name], runs))
            plain *= SHARE
            print(row(name, here, scan, plain))
            if name not in OF_TEXT:
                here_of_both, plain_of_both = here_of_both + here, plain_of_both + plain
        else:
            print(row(name, *in_turns(ROUNDS, here_alone), scan))
    print(row("of these with a reference, without text", here_of_both, scan, plain_of_both))
    # We read from files each time; the references found their rows in memory.
    (reading,) = in_turns(ROUNDS, lambda: tables.calls.collect().rows(named=True))
    print(row("the same, rows of calls read once", here_of_both, scan, plain_of_both + reading))
    print(row("all of them together", *in_turns(ROUNDS, partial(score, tables, names)), scan))
    print(f"\nthe scan: {1000 * scan:.0f} ms\n")


def score(tables: Tables, names: list[str]) -> None:
    """Score with some scorers, from nothing computed before."""
    fresh = dataclasses.replace(tables)
    for name in names:
        load_scorer(name).score(fresh).collect()


def growth(small: Workspace, large: Workspace, times: int) -> None:
    """Print time and memory of the whole command on a workspace and on one many times its size."""
    print(f"| Scoring a workspace | {times}x the runs | 1x | Ratio | Target |")
    print("|---|---|---|---|---|")
    (time_1, peak_1), (time_n, peak_n) = in_a_process(small), in_a_process(large)
    most = 1.2 * times
    print(f"| time | {time_n:.1f} s | {time_1:.1f} s | {time_n / time_1:.2f} | <= {most:g} |")
    print(f"| memory | {peak_n:.0f} MB | {peak_1:.0f} MB | {peak_n / peak_1:.2f} | <= 1.5 |")


def in_a_process(workspace: Workspace) -> tuple[float, float]:
    """Return CPU seconds and peak MB of a process that scores a workspace."""
    command = [sys.executable, __file__, "--score", str(workspace.path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, peak = map(float, done.stdout.split())
    return seconds, peak


def score_here(path: str) -> None:
    """Score a workspace, and print CPU seconds and peak MB."""
    whole = Workspace(path)
    setting = expectations(whole.tables())
    seconds = cpu_seconds(partial(score_workspace, whole, setting=setting))
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)


def row(name: str, here: float, scan: float, plain: float | None = None) -> str:
    """Return a row of the table."""
    beside = "- | - | -" if plain is None else f"{1000 * plain:,.0f} ms | {plain / here:.1f} | 8"
    return f"| {name} | {1000 * here:,.0f} ms | {beside} | {here / scan:.1f} |"


def count(frame: pl.LazyFrame) -> int:
    """Return how many rows a frame has."""
    return int(frame.select(pl.len()).collect().item())


if __name__ == "__main__":
    if sys.argv[1:2] == ["--score"]:
        score_here(sys.argv[2])
    else:
        asked = [int(argument) for argument in sys.argv[1:]]
        main(*asked, *(TRACES, TIMES)[len(asked) :])
