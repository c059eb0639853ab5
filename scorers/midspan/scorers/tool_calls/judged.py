"""Runs judged the cheapest way there is: by equality, by counting, or by comparing calls."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from midspan.scorers.matching import TaskFrames
from midspan.scorers.matching.judgement import EXTRA, LABELS, MATCHED
from midspan.scorers.tables import Tables
from midspan.scorers.tool_calls.compared_calls import Compared, compared_calls
from midspan.scorers.tool_calls.counted_calls import TOOL, Counted, counted_calls
from midspan.scorers.tool_calls.made_calls import made_calls, two_names
from midspan.scorers.tool_calls.same_calls import same_calls
from midspan.scorers.tool_calls.sequences import COUNTS, Sequences

LABEL: Final = pl.Enum(LABELS)

_MET: Final = pl.lit(MATCHED, LABEL)
_PLACES: Final = ("run", "call", "label", "credit", "stands_for", "unsure")
_COUNTS: Final = ("run", *COUNTS)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What was judged, as frames; `run` is the place of a run among `runs`."""

    runs: pl.DataFrame
    """The runs with their counts, and `actual`: the calls in scope. `unusable`: none is judged.
    `same`: each call is the expected one."""
    calls: pl.DataFrame
    """The calls in scope, in order: `label`, `credit`, `stands_for` and `unsure`. Without label:
    calls of tools that are not expected."""
    missing: pl.DataFrame
    """The expected calls that nothing stands for: run, code, place."""
    counted: Counted
    compared: Compared


def judged_runs(tables: Tables, *, partial_credit: bool, columns: bool = True) -> Judged:
    """Return the judgement on all runs; without `columns`, all calls are compared."""
    frames = tables.setting.expected_calls
    runs = _runs(tables, frames)
    calls = made_calls(tables, runs, frames)
    same = same_calls(runs, calls, frames) & columns
    runs = runs.with_columns(
        same=pl.Series(same, dtype=pl.Boolean()),
        actual=pl.Series(np.bincount(calls["run"], minlength=runs.height), dtype=pl.Int64()),
    )
    rest = runs.filter(~pl.col("same"), pl.col("unusable").is_null())
    simple = rest.filter(pl.col("countable") & ~pl.col("ordered") & columns)
    countable = simple.join(two_names(calls, frames), on="run", how="anti")
    counted = counted_calls(countable, _of(calls, countable), frames, tables)
    open_ = rest.join(countable, on="run", how="anti")
    expected = _expected(open_, counted.untold, frames)
    to_compare = pl.concat(
        [_of(calls, open_), calls.join(counted.untold, on=TOOL, how="semi", maintain_order="left")]
    )
    compared = compared_calls(rest, to_compare, frames, tables)
    sequences = Sequences(rest, compared.calls, compared.rows)
    places = sequences.places()
    counts = [
        _certain(runs.filter("same").select("run", selected="expected", met="expected")),
        _certain(counted.counts),
        sequences.counts(partial_credit=partial_credit).select(_COUNTS),
    ]
    of_runs = pl.concat(counts).group_by("run").agg(pl.col(COUNTS).sum())
    # Rounded, so that the order of adding up does not show.
    whole = runs.join(of_runs, on="run", how="left", maintain_order="left").with_columns(
        pl.exclude(runs.columns).fill_null(0).round(12)
    )
    stood_for = places.select("run", place="stands_for")
    missing = expected.join(stood_for, on=["run", "place"], how="anti")
    return Judged(
        runs=whole,
        calls=_with_places(calls, runs, counted, places),
        missing=pl.concat([counted.missing, missing]).sort("run", "place"),
        counted=counted,
        compared=compared,
    )


def _expected(runs: pl.DataFrame, tools: pl.DataFrame, frames: TaskFrames) -> pl.DataFrame:
    """Return the expected calls of runs, and of single tools in others: run, code, place."""
    calls = frames.calls
    of_runs = runs.select("run", "code").join(calls, on="code")
    of_tools = tools.join(calls, left_on=["code", "expected_name"], right_on=["code", "name"])
    return pl.concat([each.select("run", "code", "place") for each in (of_runs, of_tools)])


def _runs(tables: Tables, frames: TaskFrames) -> pl.DataFrame:
    """Return the runs that have a task with expected calls, and were not lost before they began."""
    return (
        tables.runs.select("run_id", "task", "status", made="calls")
        .filter(pl.col("status") != "missing")
        .drop("status")
        .join(frames.tasks.lazy(), on="task")
        .sort("run_id")
        .with_columns(run=pl.int_range(pl.len(), dtype=pl.Int64))
        .collect()
    )


def _of(calls: pl.DataFrame, runs: pl.DataFrame) -> pl.DataFrame:
    return calls.join(runs.select("run"), on="run", how="semi", maintain_order="left")


def _certain(counts: pl.DataFrame) -> pl.DataFrame:
    """Return the counts of runs of which nothing is unknown, and no order missed."""
    met = pl.col("met")
    return counts.with_columns(
        met_at_most=met, hits=met, hits_at_most=met, matches=met.cast(pl.Float64)
    ).select(_COUNTS)


def _with_places(
    calls: pl.DataFrame, runs: pl.DataFrame, counted: Counted, places: pl.DataFrame
) -> pl.DataFrame:
    """Return the calls with what became of them."""
    matched = pl.col("matched")
    of_counted = counted.calls.select(
        "run",
        "call",
        label=pl.when(matched).then(_MET).otherwise(pl.lit(EXTRA, LABEL)),
        credit=matched.cast(pl.Float64),
        stands_for=pl.lit(None, pl.UInt32()),
        unsure=False,
    )
    found = pl.concat([of_counted, places.select(_PLACES)])
    same = runs["same"].gather(calls["run"])
    return calls.join(found, on=["run", "call"], how="left", maintain_order="left").with_columns(
        label=pl.when(same).then(_MET).otherwise("label"),
        credit=pl.when(same).then(1.0).otherwise(pl.col("credit").fill_null(0.0)),
        unsure=pl.col("unsure").fill_null(False),
    )
