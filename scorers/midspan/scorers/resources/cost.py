"""What a run cost: as its spans say, else by the prices of the profile."""

from typing import Final

import polars as pl

from midspan.scorers.globs import globs_pattern
from midspan.scorers.model_requests import came_to_nothing, model_requests
from midspan.scorers.profile.prices import Price
from midspan.scorers.run_rows import run_rows
from midspan.scorers.tables import Tables

MILLION: Final = 1_000_000
MODELS: Final = ("request_model", "response_model", "model")
"""Names that a price may match: as asked for, as answered, and of the run."""


def cost_rows(runs: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """Return a row for each run that called a model."""
    calls = _answered(runs, tables)
    # Prices are by name, and names are few: each is looked up once.
    names = calls.select(MODELS).unique().with_columns(_price(tables.setting.profile.prices))
    priced = calls.join(names, on=MODELS, how="left", nulls_equal=True)
    cost = pl.coalesce("cost_usd", _by_price())
    totals = priced.group_by("run_id").agg(
        cost=pl.when(cost.is_not_null().all()).then(cost.sum()),
        by_price=pl.col("cost_usd").is_null().any(),
        without_price=pl.coalesce(MODELS)
        .filter(pl.col("cost_usd").is_null() & pl.col("price").is_null())
        .unique()
        .sort(),
        unpriced=(pl.col("cost_usd").is_null() & pl.col("price").is_null()).any(),
    )
    source = (
        pl.when("by_price")
        .then(pl.lit("by the prices of the profile"))
        .otherwise(pl.lit("as the spans say"))
    )
    models = pl.col("without_price").list.join(", ")
    return run_rows(
        totals,
        "cost_usd",
        pl.col("cost"),
        pl.format("{} USD, {}", pl.col("cost").round(6), source),
        known=pl.col("cost").is_not_null(),
        reason=pl.when(~pl.col("unpriced"))
        .then(pl.lit("tokens were not recorded for each model call"))
        .when(models == "")
        .then(pl.lit("the model is not recorded, so no price is known"))
        .otherwise(pl.format("no price for {}", models)),
    )


def _answered(runs: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """Return the model calls that cost something: a failed request without tokens does not."""
    tokens = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens")
    return (
        model_requests(tables.spans)
        .filter(~came_to_nothing())
        .select("run_id", "request_model", "response_model", "cost_usd", *tokens)
        .join(runs.select("run_id", "model"), on="run_id", how="left")
    )


def _price(prices: tuple[Price, ...]) -> pl.Expr:
    """Return the first price whose glob one of the names matches, per million tokens."""
    fields = {
        "new": pl.Float64,
        "cached": pl.Float64,
        "cache_write": pl.Float64,
        "output": pl.Float64,
    }
    price = pl.lit(None, pl.Struct(fields))
    for each in reversed(prices):
        of = each.per_million
        pattern = globs_pattern([each.model])
        matches = pl.any_horizontal(
            pl.col(name).str.contains(pattern).fill_null(False) for name in MODELS
        )
        values = pl.struct(
            new=pl.lit(of.new),
            cached=pl.lit(of.new if of.cached is None else of.cached),
            cache_write=pl.lit(of.new if of.cache_write is None else of.cache_write),
            output=pl.lit(of.output),
            schema=fields,
        )
        price = pl.when(matches).then(values).otherwise(price)
    return price.alias("price")


def _by_price() -> pl.Expr:
    """Return a call's cost by its price; cached tokens that were not recorded count as new."""
    read = pl.col("cache_read_tokens").fill_null(0)
    written = pl.col("cache_write_tokens").fill_null(0)
    amounts = {
        "new": pl.col("input_tokens") - read - written,
        "cached": read,
        "cache_write": written,
        "output": pl.col("output_tokens"),
    }
    costs = [tokens * pl.col("price").struct.field(name) for name, tokens in amounts.items()]
    return pl.sum_horizontal(costs, ignore_nulls=False) / MILLION
