"""The requests to a model: one that two instrumentors recorded counts once."""

import polars as pl


def model_requests(spans: pl.LazyFrame) -> pl.LazyFrame:
    """Return the spans that are requests to a model, each request once."""
    return spans.filter(pl.col("kind") == "llm", pl.col("duplicate_of").is_null())


def model_turns(spans: pl.LazyFrame) -> pl.LazyFrame:
    """Return the requests that are turns of their run: one that the client repeated is none."""
    return model_requests(spans).filter(pl.col("turn").is_not_null())


def came_to_nothing() -> pl.Expr:
    """Return whether a request failed and nothing was written, so that it costs nothing."""
    return (pl.col("status") == "error") & pl.col("output_tokens").is_null()
