"""Arguments held against the JSON Schema of the tool that they are for."""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

import jsonschema_rs
import polars as pl

OUTPUT: Final = {"schema_valid": pl.Boolean(), "schema_problem": pl.String()}
"""What is known of arguments: null where the schema is unknown or the arguments are not JSON."""


def tool_schemas(tools: pl.LazyFrame) -> pl.LazyFrame:
    """Return name, schema and tools_digest of the tools whose schema was recorded.

    Of two schemas for one name the first holds, for whoever judges by it.
    """
    return (
        tools.filter(pl.col("schema").is_not_null())
        .select("name", "schema", tools_digest="digest")
        .unique(["tools_digest", "name"], keep="first", maintain_order=True)
    )


def check_arguments(calls: pl.DataFrame, tools: pl.DataFrame) -> pl.DataFrame:
    """Return the calls with the `schema` of their tool, `schema_valid` and `schema_problem`.

    Each distinct (schema, arguments) is checked once. Of two schemas for one name, the first holds.
    """
    schemas = tool_schemas(tools.lazy()).collect()
    with_schema = calls.join(
        schemas, on=["tools_digest", "name"], how="left", maintain_order="left"
    ).with_columns(
        # A bare value that only a tool's span shows is not what the model wrote.
        schema=pl.when(pl.col("emitted") | pl.col("arguments").str.starts_with("{")).then("schema")
    )
    key = ["schema", "arguments"]
    distinct = with_schema.select(key).drop_nulls().unique(maintain_order=True)
    verdicts = pl.DataFrame(
        _verdicts(distinct),
        schema={"schema": pl.String(), "arguments": pl.String(), **OUTPUT},
        orient="row",
    )
    return with_schema.join(verdicts, on=key, how="left", maintain_order="left")


@lru_cache(maxsize=4096)
def parameters_of(schema: str | None) -> frozenset[str]:
    """Return the parameter names that a schema knows, at any depth.

    >>> sorted(parameters_of('{"properties": {"unit": {}}, "required": ["order_id"]}'))
    ['order_id', 'unit']
    """
    try:
        return frozenset(_names(json.loads(schema))) if schema else frozenset()
    except (ValueError, RecursionError):
        return frozenset()


def _names(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        for part in (schema.get("properties"), schema.get("required")):
            if isinstance(part, dict | list):
                yield from (name for name in part if isinstance(name, str))
        for part in schema.values():
            yield from _names(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _names(part)


def _verdicts(distinct: pl.DataFrame) -> list[tuple[str, str, bool | None, str | None]]:
    validators: dict[str, Any] = {}
    rows = []
    for schema, arguments in distinct.iter_rows():
        if schema not in validators:
            validators[schema] = _validator(schema)
        rows.append((schema, arguments, *_verdict(validators[schema], arguments)))
    return rows


def _validator(schema: str) -> Any:
    """Return the validator, or None for a schema that is itself invalid: then nothing is known."""
    try:
        return jsonschema_rs.validator_for(json.loads(schema), retriever=_refuse)
    except (ValueError, RecursionError, jsonschema_rs.ReferencingError):
        return None


def _refuse(uri: str) -> None:
    """Refuse a reference out of the schema: a trace must not make its reader open anything."""
    raise ValueError(f"{uri} is not part of the schema")


def _verdict(validator: Any, arguments: str) -> tuple[bool | None, str | None]:
    if validator is None:
        return None, None
    try:
        problem = next(iter(validator.iter_errors(json.loads(arguments))), None)
    except (ValueError, RecursionError):  # nested too deeply, or half of a surrogate pair
        return None, None
    return (True, None) if problem is None else (False, _said(problem))


def _said(problem: jsonschema_rs.ValidationError) -> str:
    """Return the message with the parameter that it is about, which it does not name itself."""
    names = [part for part in problem.instance_path if isinstance(part, str)]
    return f"'{names[-1]}': {problem.message}" if names else problem.message
