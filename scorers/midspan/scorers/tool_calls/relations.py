"""How each call made relates to the expected calls of its task, without a look at every row."""

import json
from typing import Final

import polars as pl

from midspan.scorers.dispatch_names import inner_arguments, with_tool
from midspan.scorers.matching import Expectation, GivenArguments, Row, parameters
from midspan.scorers.recovery.operations import operations
from midspan.scorers.roles import with_roles
from midspan.scorers.tables import Tables
from midspan.scorers.tool_calls.prepared import Prepared

DISTINCT: Final = ["code", "name", "tool", "key", "schema", "schema_valid", "recorded"]
"""Calls that are equal in these relate alike."""


def related_calls(tables: Tables, prepared: Prepared, runs: pl.DataFrame) -> pl.DataFrame:
    """Return the calls in scope of some runs, in order, with the number of their `row`.

    The row is null for a call of a tool that its task does not expect.
    """
    calls = _in_scope(_calls(tables, prepared, runs), prepared)
    related = calls.filter("related")
    joined = related.join(
        prepared.names, on=["code", "name"], how="left", maintain_order="left"
    ).join(prepared.literals, on=["code", "name", "key"], how="left", maintain_order="left")
    # A dispatcher may be meant by either of its names: those are compared one by one.
    plain = pl.col("tool") == pl.col("name")
    known = joined.with_columns(row=pl.when(plain).then(pl.coalesce("by_name", "by_value")))
    open_ = known.filter(pl.col("row").is_null()).drop("row")
    compared = open_.join(
        _compared(open_, prepared, tables),
        on=DISTINCT,
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    rows = pl.concat(
        [
            known.filter(pl.col("row").is_not_null()).select("run_id", "call", "row"),
            compared.select("run_id", "call", "row"),
        ]
    )
    return calls.join(rows, on=["run_id", "call"], how="left", maintain_order="left")


def _calls(tables: Tables, prepared: Prepared, runs: pl.DataFrame) -> pl.DataFrame:
    of_run = runs.lazy().select("run_id", "code", "scope", "counts_failed")
    expected = prepared.names.lazy().select("code", "name").with_columns(named=True)
    calls = with_tool(
        tables.calls.select(
            "run_id",
            "call",
            "span_id",
            "trace_id",
            "name",
            "arguments",
            "arguments_hash",
            "failed",
            "schema_valid",
            "tools_digest",
            recorded=pl.col("arguments").is_not_null() | pl.col("raw_arguments").is_not_null(),
        ).join(of_run, on="run_id"),
        tables,
    )
    calls = with_roles(calls, tables, "neutral")
    related = pl.col("named").fill_null(False) | pl.col("named_tool").fill_null(False)
    attempts = operations(tables).select("run_id", "call", "attempt")
    return (
        calls.filter(pl.col("counts_failed") | ~pl.col("failed").fill_null(False))
        .join(expected, on=["code", "name"], how="left")
        .join(
            expected.rename({"name": "tool", "named": "named_tool"}),
            on=["code", "tool"],
            how="left",
        )
        .join(_schemas(tables), on=["tools_digest", "name"], how="left")
        .join(attempts, on=["run_id", "call"], how="left")
        .with_columns(
            related=related,
            # Where a hash is missing, any other will do: it only tells calls apart.
            key=pl.coalesce("arguments_hash", pl.col("arguments").hash()),
            arguments=pl.when(related).then("arguments"),
        )
        .drop("arguments_hash", "counts_failed", "named", "named_tool", "tools_digest", "failed")
        .sort("run_id", "call")
        .collect()
    )


def _schemas(tables: Tables) -> pl.LazyFrame:
    return (
        tables.tools.filter(pl.col("schema").is_not_null())
        .select("name", "schema", tools_digest="digest")
        .unique(["tools_digest", "name"], keep="first", maintain_order=True)
    )


def _in_scope(calls: pl.DataFrame, prepared: Prepared) -> pl.DataFrame:
    names = calls.select("scope", "name", "tool").unique()
    counts = [
        prepared.scopes[scope].counts(name) or prepared.scopes[scope].counts(tool)
        for scope, name, tool in names.iter_rows()
    ]
    inside = names.filter(pl.Series(counts, dtype=pl.Boolean()))
    return calls.join(inside, on=["scope", "name", "tool"], how="semi", maintain_order="left")


def _compared(calls: pl.DataFrame, prepared: Prepared, tables: Tables) -> pl.DataFrame:
    """Return the row of each distinct call, compared with every expected call of its tool."""
    distinct = calls.select(*DISTINCT, "arguments").unique(DISTINCT)
    found = [
        prepared.rows.id(
            _row(prepared.expectations[code], name, tool, arguments, schema, valid, recorded)
        )
        for code, name, tool, _, schema, valid, recorded, arguments in distinct.iter_rows()
    ]
    return distinct.select(DISTINCT).with_columns(row=pl.Series(found, dtype=pl.UInt32()))


def _row(
    expectation: Expectation,
    name: str,
    tool: str,
    arguments: str | None,
    schema: str | None,
    schema_valid: bool | None,
    recorded: bool,
) -> Row:
    given = given_arguments(arguments, schema, schema_valid) if recorded else None
    if tool == name:
        return expectation.row([(name, given)])
    return expectation.row([(name, given), (tool, _handed_on(name, tool, given, arguments))])


def given_arguments(
    arguments: str | None, schema: str | None, schema_valid: bool | None
) -> GivenArguments:
    """Return a call's arguments with what its tool takes."""
    return GivenArguments.read(arguments, parameters=parameters(schema), schema_valid=schema_valid)


def _handed_on(
    name: str, tool: str, given: GivenArguments | None, arguments: str | None
) -> GivenArguments | None:
    """Return the arguments that a dispatcher gave to its inner tool, whose schema is unknown."""
    if given is None or tool.startswith("bash:"):
        return given
    handed = inner_arguments(name, tool, json.loads(arguments) if arguments else None)
    return GivenArguments(values=handed if isinstance(handed, dict) else None)
