"""Whether what the model emitted as a call can be read as one."""

from typing import Final

import polars as pl

from midspan.scorers.faults.reasons import schema_problems
from midspan.scorers.tables import Tables

LABELS: Final = ("pass", "not_json", "bad_schema", "text_form", "lost")


def emitted_calls(tables: Tables) -> pl.DataFrame:
    """Return a row for each call with its label: null where its emission was not recorded.

    Calls that only the finish reason tells of are rows without `call`.
    """
    calls = tables.calls.select(
        *("run_id", "call", "trace_id", "span_id"),
        tool="name",
        form=_untranslated(),
        json_valid=pl.when("emitted").then("json_valid"),
        schema_valid=pl.when("emitted").then("schema_valid"),
    )
    both = pl.concat([calls, _lost(tables.spans)], how="diagonal")
    return both.with_columns(label=_label()).collect()


def call_parse_rows(emitted: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Return the step rows of the calls that can be judged."""
    judged = emitted.filter(pl.col("label").is_not_null()).join(
        schema_problems(tables), on=["run_id", "call"], how="left", maintain_order="left"
    )
    return judged.select(
        "run_id",
        "span_id",
        "call",
        "trace_id",
        "label",
        name=pl.lit("call_parse"),
        value=(pl.col("label") == "pass").cast(pl.Float64),
        explanation=_explanation(),
        evidence=pl.concat_list("span_id"),
    )


def _untranslated() -> pl.Expr:
    """Return the form of a call that came as text, unless somebody translated it and ran it."""
    translated = pl.col("executed") | pl.col("notes").list.contains("translated")
    return pl.when(~translated).then("translated")


def _lost(spans: pl.LazyFrame) -> pl.LazyFrame:
    """Return the model calls whose finish reason tells of tool calls that nothing shows."""
    without_call = (pl.col("finish_reason") == "tool_calls") & (
        pl.col("calls_emitted").fill_null(0) == 0
    )
    return spans.filter(
        pl.col("kind") == "llm",
        pl.col("duplicate_of").is_null(),
        without_call,
        pl.col("notes").list.contains("lost_call"),
    ).select("run_id", "trace_id", "span_id", lost=pl.lit(True))


def _label() -> pl.Expr:
    return (
        pl.when("lost")
        .then(pl.lit("lost"))
        .when(pl.col("form").is_not_null())
        .then(pl.lit("text_form"))
        .when(~pl.col("json_valid"))
        .then(pl.lit("not_json"))
        .when(~pl.col("schema_valid"))
        .then(pl.lit("bad_schema"))
        .when(pl.col("json_valid"))
        .then(pl.lit("pass"))
        .cast(pl.Enum(LABELS))
    )


def _explanation() -> pl.Expr:
    label = pl.col("label")
    because = pl.concat_str(pl.lit(": "), "reason").fill_null("")
    return (
        pl.when(label == "lost")
        .then(pl.lit("the model asked for a tool, and no call could be read from its output"))
        .when(label == "text_form")
        .then(pl.format("`{}` was written as text ({}) and nobody ran it", "tool", "form"))
        .when(label == "not_json")
        .then(pl.format("the arguments of `{}` are not JSON", "tool"))
        .when(label == "bad_schema")
        .then(pl.format("the arguments of `{}` break its schema{}", "tool", because))
        .when(pl.col("schema_valid").is_null())
        .then(pl.format("the arguments of `{}` are JSON; its schema is not known", "tool"))
        .otherwise(pl.format("the arguments of `{}` are as its schema wants them", "tool"))
    )
