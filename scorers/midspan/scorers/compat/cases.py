"""Cases out of the tables: each run of a task that expects calls, in the words of the peers."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

import polars as pl

from midspan.scorers.compat.case import Case, MadeCall, WantedCall
from midspan.scorers.faults.schemas import tool_schemas
from midspan.scorers.file_format.matchers import ArgumentMatcher
from midspan.scorers.suite.expected_calls import ExpectedCall
from midspan.scorers.tables import Tables

Key = tuple[Any, ...]
"""What a case is made of; equal keys make equal cases."""

_CALL: Final = ("name", "arguments", "executed", "errored")
"""What a call made is made of, in this order."""

_REWRITTEN: Final = ("unwrapped", "double_decoded")
"""Notes on a call whose raw arguments are not what its tool was given."""


class Cases:
    """Makes cases; calls and arguments that come again are made once."""

    def __init__(self, tables: Tables) -> None:
        """Keep what the tasks expect, and the schemas of the tools."""
        self._wanted = {
            task_id: tuple(_wanted(call) for call in task.expected.calls)
            for task_id, task in tables.setting.tasks.items()
            if task.expected is not None
        }
        self._tables = tables
        self._schemas = _schemas(tables)
        self._call = lru_cache(maxsize=65_536)(_made)

    def runs(self) -> Iterator[tuple[str, Key | None]]:
        """Yield the runs that began with their keys; None where their calls were not recorded."""
        runs = self._tables.runs.filter(
            pl.col("task").is_in(list(self._wanted)), pl.col("status") != "missing"
        )
        calls = _call_columns(self._tables.calls.join(runs, on="run_id", how="semi"))
        per_run = (
            calls.sort("run_id", "call")
            .group_by("run_id")
            .agg(pl.col(_CALL), digests=pl.col("tools_digest").drop_nulls().unique().sort())
        )
        rows = runs.select("run_id", "task", "calls").join(
            per_run, on="run_id", how="left", maintain_order="left"
        )
        for run_id, task, recorded, *of_calls in rows.collect().iter_rows():
            if of_calls[0] is None and recorded is None:
                yield run_id, None
            else:
                yield run_id, (task, *(tuple(column or ()) for column in of_calls))

    def case(self, key: Key) -> Case:
        """Return the case of a key."""
        task, *calls, digests = key
        wanted = self._wanted[task]
        schemas = {
            call.name: self._schemas[digest, call.name]
            for digest in reversed(digests)
            for call in wanted
            if (digest, call.name) in self._schemas
        }
        made = tuple(self._call(*call) for call in zip(*calls, strict=True))
        return Case(made=made, wanted=wanted, schemas=schemas)


def _call_columns(calls: pl.LazyFrame) -> pl.LazyFrame:
    rewritten = pl.any_horizontal(pl.col("notes").list.contains(note) for note in _REWRITTEN)
    return calls.select(
        "run_id",
        "call",
        "name",
        "tools_digest",
        "executed",
        # A peer sees numbers and the order of keys as the model wrote them.
        arguments=pl.when(rewritten | pl.col("raw_arguments").is_null())
        .then("arguments")
        .otherwise("raw_arguments"),
        errored=(
            pl.col("executed") & pl.col("failed") & (pl.col("fault") != "hidden.error")
        ).fill_null(False),
    )


def _made(name: str, arguments: str | None, executed: bool, errored: bool) -> MadeCall:
    return MadeCall(name=name, arguments=_object(arguments), executed=executed, errored=errored)


def _object(text: str | None) -> dict[str, Any] | None:
    try:
        value = json.loads(text) if text is not None else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _wanted(call: ExpectedCall) -> WantedCall:
    if call.arguments is None:
        return WantedCall(name=call.name, arguments=None)
    rules = {name: _values(rule) for name, rule in call.arguments.items()}
    values = {name: allowed for name, allowed in rules.items() if allowed is not None}
    if len(values) < len(rules):
        return WantedCall(name=call.name, arguments=None)
    return WantedCall(
        name=call.name,
        arguments=_literal(values),
        allowed={name: [_listed(value) for value in allowed] for name, allowed in values.items()},
    )


def _values(rule: Any) -> list[Any] | None:
    """Return the values that a rule allows, "" for none at all; None where it lists no values."""
    if not isinstance(rule, ArgumentMatcher):
        return [rule]
    if rule.any_of is None:
        return None
    return [*rule.any_of, ""] if rule.optional else list(rule.any_of)


def _literal(values: Mapping[str, list[Any]]) -> dict[str, Any] | None:
    """Return the arguments where each has one value, None where there is a choice."""
    if any(len(allowed) != 1 for allowed in values.values()):
        return None
    return {name: value for name, (value,) in values.items()}


def _listed(value: Any) -> Any:
    """Return a value with a list of one for each value in an object, as BFCL writes answers."""
    if isinstance(value, dict):
        return {key: [item] for key, item in value.items()}
    if isinstance(value, list):
        return [_listed(item) if isinstance(item, dict) else item for item in value]
    return value


def _schemas(tables: Tables) -> Mapping[tuple[str, str], Mapping[str, Any]]:
    rows = tool_schemas(tables.tools).select("tools_digest", "name", "schema")
    found = {(digest, name): _object(schema) for digest, name, schema in rows.collect().iter_rows()}
    return {key: schema for key, schema in found.items() if schema is not None}
