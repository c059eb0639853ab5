"""How each call made relates to the expected calls of its task, without a look at every row."""

import json
from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from midspan.scorers.dispatch_names import inner_arguments
from midspan.scorers.faults.schemas import tool_schemas
from midspan.scorers.matching import GivenArguments, Row, TaskFrames, parameters
from midspan.scorers.matching.framed import framed
from midspan.scorers.tables import Tables

DISTINCT: Final = ["code", "name", "tool", "key", "schema", "schema_valid", "recorded"]
"""Calls that are equal in these relate alike."""

NAMES: Final = {"code": pl.UInt32(), "name": pl.String(), "row": pl.UInt32()}


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Every distinct row of credits, by a number."""

    all: list[Row] = field(default_factory=list)
    ids: dict[Row, int] = field(default_factory=dict)

    def id(self, row: Row) -> int:
        """Return the number of a row, a new one where it is new."""
        if row not in self.ids:
            self.ids[row] = len(self.all)
            self.all.append(row)
        return self.ids[row]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """The calls that expected ones have the name of, in order, and what they were compared by."""

    calls: pl.DataFrame
    """run, call, `group`, the columns of `DISTINCT`, arguments, and the number of the `row`.
    Calls of different groups never compete for an expected call."""
    rows: Rows
    schemas: list[str]
    """The schemas by their numbers in `calls`."""

    def given(
        self, arguments: str | None, schema: int | None, schema_valid: bool | None
    ) -> GivenArguments:
        """Return a call's arguments with what its tool takes."""
        text = None if schema is None else self.schemas[schema]
        return GivenArguments.read(
            arguments, parameters=parameters(text), schema_valid=schema_valid
        )


def compared_calls(
    runs: pl.DataFrame, calls: pl.DataFrame, frames: TaskFrames, tables: Tables
) -> Compared:
    """Return the calls of runs that relate to expected ones, each distinct one compared once."""
    rows, schemas = Rows(), _schemas(tables)
    of_tools = schemas.lazy().drop("text")
    related = _related(runs, calls, _names(runs, frames, rows))
    related = (
        related.lazy()
        .join(_texts(related, tables), on=["run_id", "call"], how="left", maintain_order="left")
        .join(of_tools, on=["tools_digest", "name"], how="left", maintain_order="left")
        # Where a hash is missing, any other will do: it only tells calls apart.
        .with_columns(key=pl.coalesce("key", pl.col("arguments").hash()))
        .select("run", "call", "group", "row", "arguments", *DISTINCT)
        .collect()
    )
    compared = Compared(calls=related, rows=rows, schemas=schemas["text"].to_list())
    found = _found(related.filter(pl.col("row").is_null()), compared, frames)
    with_found = related.join(
        found, on=DISTINCT, how="left", nulls_equal=True, maintain_order="left"
    )
    return replace(compared, calls=with_found.with_columns(row=pl.coalesce("row", "found")))


def _names(runs: pl.DataFrame, frames: TaskFrames, rows: Rows) -> pl.DataFrame:
    """Return the expected tools of tasks; `row`: that of their calls if arguments do not matter."""
    found = []
    for code in runs["code"].unique():
        expectation = frames.expectations[code]
        for name, places in expectation.by_name.items():
            free = not any(expectation.calls[place].arguments.compared for place in places)
            row = rows.id(tuple((place, 1.0) for place in places)) if free else None
            found.append((code, name, row))
    return framed(found, NAMES)


def _related(runs: pl.DataFrame, calls: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Return the calls of which one name or the other is an expected one."""
    plain = pl.col("tool") == pl.col("name")
    together = pl.col("ordered") | ~plain.all().over("run")
    inner = names.select("code", tool="name", inner=pl.lit(True))
    return (
        calls.select("run", "run_id", "call", "name", "tool", "key")
        .join(runs.select("run", "code", "ordered"), on="run", maintain_order="left")
        .join(
            names.with_columns(outer=pl.lit(True)),
            on=["code", "name"],
            how="left",
            maintain_order="left",
        )
        .join(inner, on=["code", "tool"], how="left", maintain_order="left")
        .filter(pl.col("outer") | pl.col("inner"))
        # A dispatcher may be meant by either of its names: those are compared one by one.
        .with_columns(
            row=pl.when(plain).then("row"),
            group=pl.when(together).then(pl.lit("")).otherwise("name"),
        )
    )


def _texts(calls: pl.DataFrame, tables: Tables) -> pl.LazyFrame:
    # Texts are large: where nothing has to be compared they are not read.
    some = tables.calls if calls.height else tables.calls.head(0)
    return some.select(
        *("run_id", "call", "arguments", "schema_valid", "tools_digest"),
        recorded=pl.col("arguments").is_not_null() | pl.col("raw_arguments").is_not_null(),
    )


def _schemas(tables: Tables) -> pl.DataFrame:
    schemas = tool_schemas(tables.tools).rename({"schema": "text"})
    return schemas.with_row_index("schema").collect()


def _found(calls: pl.DataFrame, compared: Compared, frames: TaskFrames) -> pl.DataFrame:
    """Return the row of each distinct call, compared with every expected call of its tool."""
    distinct = calls.select(*DISTINCT, "arguments").unique(DISTINCT)
    found = []
    for code, name, tool, _, schema, valid, recorded, arguments in distinct.iter_rows():
        given = compared.given(arguments, schema, valid) if recorded else None
        readings = [(name, given)]
        if tool != name:
            readings.append((tool, _handed_on(name, tool, given, arguments)))
        found.append(compared.rows.id(frames.expectations[code].row(readings)))
    return distinct.select(DISTINCT).with_columns(found=pl.Series(found, dtype=pl.UInt32()))


def _handed_on(
    name: str, tool: str, given: GivenArguments | None, arguments: str | None
) -> GivenArguments | None:
    """Return the arguments that a dispatcher gave to its inner tool, whose schema is unknown."""
    if given is None or tool.startswith("bash:"):
        return given
    handed = inner_arguments(name, tool, json.loads(arguments) if arguments else None)
    return GivenArguments(values=handed if isinstance(handed, dict) else None)
