"""Runs of sides, written as strings: a letter a trial."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from midspan.scorers.comparison import Asked, Comparison, Ground, Sides, compare, one_workspace
from midspan.scorers.comparison.runs import SOURCE
from midspan.scorers.outcomes import OUTCOMES
from midspan.scorers.score import Better, Declaration, Level
from tests.scorers.builders import Row
from tests.scorers.builders import runs as run_rows
from tests.scorers.builders import scores as score_rows

ENDS: Final = {
    "1": "success",
    "0": "wrong",
    "e": "agent_error",
    "i": "infra",
    "?": "unscored",
}
TOKENS: Final = Declaration(
    name="tokens", level=Level.RUN, unit="tokens", better=Better.LOWER, description="Tokens."
)
KNOWN: Final = {"tokens": TOKENS}


def run_list(trials: Mapping[str, Mapping[str, str]], **same: Any) -> list[Row]:
    """Return runs by model and task, a letter of `ENDS` a trial."""
    checks = [{"id": "x", "kind": "state", "passed": True, "detail": None}]
    return [
        {
            "task": task,
            "model": model,
            "trial": trial,
            "planned": True,
            "trace_ids": ["t"],
            "checks": checks,
            "outcome": ENDS[end],
            **same,
        }
        for model, tasks in trials.items()
        for task, ends in tasks.items()
        for trial, end in enumerate(ends)
    ]


def ground(
    rows: Sequence[Row], values: Mapping[str, Sequence[float | None]] | None = None, **more: Any
) -> Ground:
    """Return the ground of runs, each with its value of some scores, in the order of the runs."""
    numbered = [{"run_id": f"r{number:05}", **row} for number, row in enumerate(rows)]
    table = run_rows(
        *({k: v for k, v in row.items() if k not in ("outcome", SOURCE)} for row in numbered)
    )
    frame = table.with_columns(
        pl.Series("outcome", [row["outcome"] for row in numbered], dtype=pl.Enum(OUTCOMES)),
        pl.Series(SOURCE, [row.get(SOURCE, 0) for row in numbered], dtype=pl.Int8),
    )
    given = [
        {"run_id": row["run_id"], "name": name, "value": value, **more}
        for name, of_runs in (values or {"any": [1.0] * len(numbered)}).items()
        for row, value in zip(numbered, of_runs, strict=True)
        if value is not None
    ]
    scored = score_rows(*given).join(frame.select("run_id", SOURCE), on="run_id")
    return Ground.of(frame.lazy(), scored.lazy())


def compared(
    on: Ground,
    *,
    by: str = "model",
    baseline: str | None = "a",
    primary: Sequence[str] = ("success",),
    sides: Sides | None = None,
    **asked: Any,
) -> Comparison:
    """Return the comparison of a ground."""
    return compare(
        on,
        sides or one_workspace(on.cells, by, baseline=baseline),
        Asked(by=by, primary=primary, **{"known": KNOWN, **asked}),
    )


def trials(model: str, *ends: str) -> dict[str, dict[str, str]]:
    """Return the trials of a model, its tasks in order: t0, t1, ..."""
    return {model: {f"t{number}": each for number, each in enumerate(ends)}}
