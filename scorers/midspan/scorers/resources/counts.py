"""Turns, calls and tokens of a run."""

from typing import Final

import polars as pl

from midspan.scorers.run_rows import counted, run_rows

NOT_RECORDED: Final = "tokens were not recorded for each model call"


def count_rows(runs: pl.LazyFrame) -> list[pl.LazyFrame]:
    """Return a row of each count for each run; of tokens only where a model was called."""
    with_model = runs.filter(pl.col("llm_calls") > 0)
    return [
        run_rows(runs, "turns", pl.col("turns"), counted(pl.col("turns"), "turn")),
        run_rows(
            runs,
            "tool_calls",
            pl.col("calls"),
            counted(pl.col("calls"), "tool call"),
            known=pl.col("calls").is_not_null(),
            reason="what the model wrote was not recorded",
        ),
        *(_token_row(with_model, name, *of) for name, of in _TOKENS.items()),
        _new_tokens(with_model),
    ]


_INPUT, _OUTPUT = pl.col("input_tokens"), pl.col("output_tokens")

_TOKENS: Final = {
    "tokens": (_INPUT + _OUTPUT, pl.format("{} in, {} out", _INPUT, _OUTPUT)),
    "tokens_cached": (
        pl.col("cache_read_tokens"),
        pl.format(
            "{} of the input read from a cache", counted(pl.col("cache_read_tokens"), "token")
        ),
    ),
    "tokens_output": (_OUTPUT, counted(_OUTPUT, "output token")),
    "tokens_reasoning": (
        pl.col("reasoning_tokens"),
        counted(pl.col("reasoning_tokens"), "reasoning token"),
    ),
}


def _token_row(
    runs: pl.LazyFrame, name: str, tokens: pl.Expr, explanation: pl.Expr
) -> pl.LazyFrame:
    return run_rows(
        runs, name, tokens, explanation, known=tokens.is_not_null(), reason=NOT_RECORDED
    )


def _new_tokens(runs: pl.LazyFrame) -> pl.LazyFrame:
    """Return the input tokens that no cache held; a cache write not recorded counts as none."""
    read, written = pl.col("cache_read_tokens"), pl.col("cache_write_tokens").fill_null(0)
    new = _INPUT - read - written
    return run_rows(
        runs,
        "tokens_new",
        new,
        pl.format("{} of {} are new to the cache", new, counted(_INPUT, "input token")),
        known=new >= 0,
        reason=pl.when(new < 0)
        .then(pl.lit("more cached tokens than input tokens were recorded"))
        .otherwise(pl.lit(NOT_RECORDED)),
    )
