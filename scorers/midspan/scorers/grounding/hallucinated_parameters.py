"""Arguments by names that their tool does not know."""

from typing import Final

import polars as pl

from midspan.scorers.faults.schemas import tool_schemas
from midspan.scorers.grounding.parameter_names import unknown_parameters
from midspan.scorers.run_rows import counted, run_rows
from midspan.scorers.tables import Tables

AT_MOST: Final = 8
"""Parameters of a tool that an explanation names."""

VALUES: Final = r'("(?:[^"\\]|\\.)*":)|"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null'
"""The values in canonical JSON; what its first group takes are names, and stay."""

NAMING: Final = r'"properties"|"additionalProperties"\s*:\s*false'
"""What stands in every schema that says which names there are, or that there are none."""

KEY: Final = ["schema", "shape"]


def hallucinated_parameter_rows(tables: Tables) -> list[pl.LazyFrame]:
    """Return a row for each call with an unknown parameter, and how many a run made up."""
    calls = _shaped(tables)
    wrong = _wrong_shapes(calls)
    found = calls.lazy().join(wrong.lazy(), on=KEY, maintain_order="left")
    per_run = found.group_by("run_id", maintain_order=True).agg(
        number=pl.col("unknown").list.len().sum().cast(pl.Int64),
        names=pl.col("unknown").explode().unique().sort().str.join(", "),
        evidence=pl.col("span_id").unique(maintain_order=True),
    )
    emitted = tables.calls.filter("emitted")
    known = calls.lazy().select("run_id", known=pl.lit(True)).unique()
    runs = (
        emitted.select("run_id")
        .unique(maintain_order=True)
        .join(known, on="run_id", how="left", maintain_order="left")
        .join(per_run, on="run_id", how="left", maintain_order="left")
        .with_columns(pl.col("number").fill_null(0))
    )
    number = pl.col("number")
    told = pl.format("{} made up: {}", counted(number, "parameter"), "names")
    return [
        _steps(found),
        run_rows(
            runs,
            "hallucinated_parameters",
            number,
            pl.when(number == 0).then(pl.lit("every parameter is one of its tool")).otherwise(told),
            known=pl.col("known"),
            reason="no call has both arguments and a tool whose parameters are known",
            evidence=pl.col("evidence"),
        ),
    ]


def _shaped(tables: Tables) -> pl.DataFrame:
    """Return the emitted calls of tools with a schema, with the `shape` of their arguments.

    The shape is what is left of them without the values: calls by the hundred thousand have few.
    """
    # The first of a name holds, so that it is taken first, whether it names parameters or not.
    schemas = tool_schemas(tables.tools).filter(pl.col("schema").str.contains(NAMING))
    shape = pl.col("arguments").str.replace_all(VALUES, "$1").str.replace_all(r"\[,*\]", "[]")
    return (
        tables.calls.filter("emitted", pl.col("arguments").str.starts_with("{"))
        .select("run_id", "call", "span_id", "trace_id", "name", "tools_digest", "arguments")
        .join(schemas, on=["tools_digest", "name"], maintain_order="left")
        .with_columns(shape=shape)
        .collect()
    )


def _wrong_shapes(calls: pl.DataFrame) -> pl.DataFrame:
    """Return the shapes that have names which the schema does not know."""
    rows = []
    for schema, shape, arguments in (
        calls.select(*KEY, "arguments").unique(KEY, keep="first", maintain_order=True).iter_rows()
    ):
        verdict = unknown_parameters(schema, arguments)
        if verdict is not None and verdict[0]:
            unknown, known = verdict
            rest = f" and {len(known) - AT_MOST} more" if len(known) > AT_MOST else ""
            told = ", ".join(known[:AT_MOST]) or "none"
            rows.append((schema, shape, unknown, told + rest))
    types = {"unknown": pl.List(pl.String()), "parameters": pl.String()}
    return pl.DataFrame(
        rows, schema={"schema": pl.String(), "shape": pl.String(), **types}, orient="row"
    )


def _steps(found: pl.LazyFrame) -> pl.LazyFrame:
    names = pl.col("unknown").list.join(", ")
    many = pl.col("unknown").list.len() > 1
    are = pl.when(many).then(pl.lit("are no parameters")).otherwise(pl.lit("is no parameter"))
    return found.select(
        "run_id",
        "span_id",
        "call",
        "trace_id",
        name=pl.lit("hallucinated_parameter"),
        value=pl.lit(1.0),
        label=pl.lit("fail"),
        explanation=pl.format("{} {} of `{}`: it has {}", names, are, "name", "parameters"),
        evidence=pl.concat_list("span_id"),
    )
