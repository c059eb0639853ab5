"""How fast variants are compared, and intervals against a plain-Python bootstrap.

python benchmarks/bench_statistics.py [RUNS]
"""

import random
import statistics
import sys
import time
from typing import Final

import numpy as np
import polars as pl
from measuring import in_turns, machine

from midspan.scorers.comparison import Asked, Ground, compare, one_workspace
from midspan.scorers.comparison.runs import SOURCE
from midspan.scorers.statistics import bootstrap_mean
from midspan.scorers.statistics.resampling import _kept
from midspan.scorers.tables import RUNS, SCORES

RUN_COUNT: Final = 100_000
MODELS: Final = 10
TASKS: Final = 200
SCORE_COUNT: Final = 20
RESAMPLES: Final = 1_000
MOST_SECONDS: Final = 15


def main(runs: int) -> None:
    """Print every figure, with its target."""
    print(f"{machine()}\n")
    print("| What | Here | Plain Python | Ratio | Target |")
    print("|---|---|---|---|---|")
    print(intervals(runs // 10))
    print()
    print("| Comparison | CPU time | Target |")
    print("|---|---|---|")
    print(whole(runs))


def intervals(runs: int) -> str:
    """Return the row of a cluster interval: tasks drawn anew, each with all of its runs."""
    drawn = np.random.default_rng(0)
    by_task = [drawn.normal(size=runs // TASKS).tolist() for _ in range(TASKS)]

    def plain() -> tuple[float, float]:
        picked = random.Random(0)
        means = sorted(
            statistics.fmean(
                [value for _ in range(TASKS) for value in by_task[picked.randrange(TASKS)]]
            )
            for _ in range(RESAMPLES)
        )
        return means[25], means[975]

    def here() -> None:
        _kept.cache_clear()  # nothing is taken from an earlier round
        means = np.array([statistics.fmean(values) for values in by_task])
        bootstrap_mean(means, seed=0, resamples=RESAMPLES)

    ours, theirs = in_turns(3, here, plain)
    what = f"Interval of {runs:,} runs, {RESAMPLES:,} resamples"
    return f"| {what} | {1000 * ours:.1f} ms | {1000 * theirs:,.0f} ms | {theirs / ours:.0f} | 30 |"


def whole(runs: int) -> str:
    """Return the row of a whole comparison: figures, differences, tests, verdicts."""
    table, scores = frames(runs)
    begun = time.process_time()
    ground = Ground.of(table.lazy(), scores.lazy())
    sides = one_workspace(ground.cells, "model", baseline=None)
    found = compare(ground, sides, Asked(by="model", primary=["success", "tokens", "seconds"]))
    took = time.process_time() - begun
    compared = len(found.scores)
    what = f"{runs:,} runs, {MODELS} models, {compared} scores, {scores.height:,} score rows"
    return f"| {what} | {took:.1f} s | <= {MOST_SECONDS} s |"


def frames(runs: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return runs of models at tasks, and scores of each."""
    drawn = np.random.default_rng(1)
    number = np.arange(runs)
    model, task = number % MODELS, number // MODELS % TASKS
    ids = [f"{each:032x}" for each in number]
    won = drawn.random(runs) < 0.4 + 0.02 * model
    table = RUNS.empty().clear(runs)
    table = table.with_columns(
        pl.Series("run_id", ids),
        pl.lit("bench").alias("experiment"),
        pl.Series("task", [f"task-{each}" for each in task]),
        pl.Series("model", [f"model-{each}" for each in model]),
        pl.lit(True).alias("planned"),
        pl.Series("trace_ids", [["t"]] * runs),
        pl.Series("turns", drawn.integers(1, 20, runs), dtype=pl.Int32),
        pl.Series("checks", [[{"id": "x", "kind": "state"}]] * runs, dtype=RUNS.schema["checks"]),
        pl.Series("outcome", np.where(won, "success", "wrong")),
        pl.lit(0, pl.Int8).alias(SOURCE),
    )
    names = ["tokens", "seconds", "turns", *(f"score_{n}" for n in range(SCORE_COUNT - 3))]
    parts = [
        SCORES.empty()
        .clear(runs)
        .with_columns(
            pl.Series("run_id", ids),
            pl.lit(name).alias("name"),
            pl.Series("value", drawn.gamma(2.0, 500.0, runs) + 5 * model),
            pl.lit("bench").alias("scorer"),
            pl.lit("ok").cast(SCORES.schema["status"]).alias("status"),
            pl.lit("1").alias("scorer_version"),
            pl.lit("").alias("config_hash"),
            pl.lit(0, pl.Int8).alias(SOURCE),
        )
        for name in names
    ]
    return table, pl.concat(parts)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else RUN_COUNT)
