"""The LLM span in which an agent answered after its last calls."""

import polars as pl

from midspan.scorers.model_requests import model_requests
from midspan.scorers.recovery.moments import failing_runs
from midspan.scorers.recovery.reading import STOPPED
from midspan.scorers.tables import Tables


def with_answers(found: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Return the responses with `answer_span_id` and `answered`.

    Only failures after which nothing was called are answered: who submits after one has stopped.
    The span is the last turn after the failure that speaks and calls nothing, of the same agent
    before any other. A run with an answer whose span does not show is answered too.
    """
    uncalled = (pl.col("response") == STOPPED).fill_null(False) & pl.col("responding_row").is_null()
    stopped = found.filter(uncalled).select("run_id", "row")
    calls = failing_runs(tables)
    failures = stopped.with_columns(
        calls[column].gather(stopped["row"]) for column in ("turn", "agent", "start_ns")
    )
    run_ids = failures.lazy().select("run_id").unique()
    texts = (
        model_requests(tables.spans)
        .filter(
            pl.col("status").cast(pl.String) != "error",
            pl.col("calls_emitted").fill_null(0) == 0,
            pl.col("output_tokens").fill_null(1) > 0,
        )
        .select(
            "run_id",
            answer_span_id="span_id",
            spoken_turn="turn",
            spoken_ns="start_ns",
            spoken_by="agent",
        )
        .join(run_ids, on="run_id", how="semi")
    )
    later = pl.coalesce(
        pl.col("spoken_turn") > pl.col("turn"), pl.col("spoken_ns") > pl.col("start_ns"), False
    )
    spoken = (
        failures.lazy()
        .join(texts, on="run_id")
        .filter(later)
        .sort(pl.col("spoken_by").eq_missing("agent"), "spoken_ns")
        .group_by("row")
        .agg(pl.col("answer_span_id").last())
        .collect()
    )
    answered = (
        tables.runs.filter(pl.col("answer").str.strip_chars().str.len_bytes() > 0)
        .join(run_ids, on="run_id", how="semi")
        .select("run_id", has_answer=pl.lit(True))
        .collect()
    )
    return (
        found.join(spoken, on="row", how="left", maintain_order="left")
        .join(answered, on="run_id", how="left", maintain_order="left")
        .with_columns(
            answered=uncalled
            & (pl.col("answer_span_id").is_not_null() | pl.col("has_answer").fill_null(False))
        )
        .drop("has_answer")
    )
