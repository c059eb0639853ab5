"""Responses: what the agent did after each failed attempt, and whether it was of any use."""

from typing import Final

import polars as pl

from midspan.scorers.per_tables import once_per_tables
from midspan.scorers.recovery.answers import with_answers
from midspan.scorers.recovery.moments import failing_runs
from midspan.scorers.recovery.parameters import Parameters, parameters_of
from midspan.scorers.recovery.reading import (
    ANSWERED,
    DEGENERATE,
    JUDGED,
    MODIFIED,
    PERTURBED,
)
from midspan.scorers.recovery.user_messages import spoken_between
from midspan.scorers.recovery.walk import walk
from midspan.scorers.tables import Tables

COLUMNS: Final = ("run_id", "call", "responding_call", "response", "degenerate", "cycle")


def responses(tables: Tables, parameters: Parameters | None = None) -> pl.LazyFrame:
    """Return a row for each failed attempt, by (run_id, call).

    Columns: run_id, call, responding_call (null where no call responds), response (null where the
    arguments were not recorded), degenerate (null where it is neither that nor adaptive), cycle.

    Without parameters, those hold that the profile sets for the scorer `recovery`.
    """
    wanted = parameters or parameters_of(tables)
    return detailed_responses(tables, wanted).lazy().select(COLUMNS)


@once_per_tables
def detailed_responses(tables: Tables, parameters: Parameters) -> pl.DataFrame:
    """Return the responses with what explains them.

    Beside the columns of `responses`: row and responding_row among `failing_runs`, nth and
    after_change of identical retries, cycle_period, and answer_span_id where the agent answered.
    """
    calls = failing_runs(tables)
    found = walk(tables, parameters).responses.sort("row")
    found = found.with_columns(
        calls["run_id"].gather(found["row"]),
        calls["call"].gather(found["row"]),
        calls["call"].gather(found["responding_row"]).alias("responding_call"),
    )
    found = _without_user_messages(found, tables)
    said = pl.col("answered")
    cycle = pl.col("cycle_period").is_not_null()
    degenerate = pl.col("response").is_in(DEGENERATE) | cycle
    return (
        with_answers(found, tables)
        .with_columns(
            response=pl.when(said).then(pl.lit(ANSWERED)).otherwise("response"),
            degenerate=pl.when(pl.col("response").is_in(JUDGED)).then(degenerate),
            cycle=cycle,
        )
        .drop("answered")
    )


def _without_user_messages(found: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Return the responses; after a user message, none is a perturbed retry."""
    perturbed = found.filter(pl.col("response") == PERTURBED)
    if perturbed.is_empty():
        return found
    turns = failing_runs(tables)["turn"]
    told = tables.calls.select("run_id", "call", told=pl.coalesce("error_message", "result"))
    pairs = (
        perturbed.select(
            *("row", "run_id", "call"),
            turns.gather(perturbed["row"]).alias("after_turn"),
            turns.gather(perturbed["responding_row"]).alias("turn"),
        )
        .lazy()
        .join(told, on=["run_id", "call"], how="left", maintain_order="left")
        .collect()
    )
    spoken = pairs.filter(spoken_between(pairs, tables))["row"]
    new = pl.col("row").is_in(spoken.implode())
    return found.with_columns(response=pl.when(new).then(pl.lit(MODIFIED)).otherwise("response"))
