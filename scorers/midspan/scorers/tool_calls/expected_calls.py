"""Tool calls judged against those that their task expects."""

from dataclasses import dataclass
from typing import Any, ClassVar

import polars as pl

from midspan.scorers.score import Declaration
from midspan.scorers.tables import Tables
from midspan.scorers.tool_calls.declarations import EXPECTED_CALLS
from midspan.scorers.tool_calls.match_runs import match_runs
from midspan.scorers.tool_calls.match_steps import match_steps
from midspan.scorers.tool_calls.prepared import prepare
from midspan.scorers.tool_calls.relations import related_calls
from midspan.scorers.tool_calls.sequences import Judged, judge_runs


@dataclass(frozen=True, kw_only=True)
class CallsExpected:
    """Verdict, precision and recall of a run's calls, and what became of each call.

    Calls are paired with expected ones so that as many match as can: never the first that fits.
    A task without expected calls has no rows.
    """

    partial_credit: bool = False
    """Whether precision, recall and f1 count what of a wrong call was right."""

    version: ClassVar[str] = "1"
    declares: ClassVar[tuple[Declaration, ...]] = EXPECTED_CALLS

    def score(self, tables: Tables) -> pl.LazyFrame:
        """Return a row for each call in scope, and several a run."""
        return score_expected(tables, partial_credit=self.partial_credit, literals=True)


def score_expected(tables: Tables, *, partial_credit: bool, literals: bool) -> pl.LazyFrame:
    """Return the rows; without `literals`, equal arguments take the long way too."""
    expected = {
        task: setting.expected
        for task, setting in tables.setting.tasks.items()
        if setting.expected is not None
    }
    runs = _runs(tables, expected)
    present = {task: expected[task] for task in runs["task"].unique(maintain_order=True)}
    state_changing = tables.setting.profile.tools.state_changing
    prepared = prepare(present, tuple(state_changing), literals=literals)
    runs = runs.join(prepared.tasks, on="task", how="left", maintain_order="left")
    calls = related_calls(tables, prepared, runs.filter(pl.col("unusable").is_null()))
    judged = judge_runs(runs, calls, prepared.rows, partial_credit=partial_credit)
    steps = match_steps(judged, prepared)
    of_runs = match_runs(_with_reasons(judged), judged, steps, prepared)
    return pl.concat([of_runs, steps.rows], how="diagonal").lazy()


def _runs(tables: Tables, expected: dict[str, Any]) -> pl.DataFrame:
    """Return the runs that have a task with expected calls, and were not lost before they began."""
    tasks = pl.Series(list(expected), dtype=pl.String())
    return (
        tables.runs.select("run_id", "task", "status", made="calls")
        .filter(pl.col("task").is_in(tasks.implode()), pl.col("status") != "missing")
        .drop("status")
        .sort("run_id")
        .collect()
    )


def _with_reasons(judged: Judged) -> pl.DataFrame:
    """Return the runs with the number of `actual` calls, and `unknown`: why none can be judged."""
    counts = judged.calls.group_by("run_id").agg(actual=pl.len().cast(pl.Int64))
    counted = judged.runs.join(counts, on="run_id", how="left", maintain_order="left")
    none_recorded = pl.col("made").is_null() & pl.col("actual").is_null()
    return counted.with_columns(
        pl.col("actual").fill_null(0),
        pl.col("expected").cast(pl.Int64),
        unknown=pl.coalesce(
            "unusable",
            pl.when(none_recorded).then(pl.lit("the calls of the run were not recorded")),
        ),
    )
