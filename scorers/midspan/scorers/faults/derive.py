"""The fault of every call, derived from what was emitted, offered and executed."""

import json
from typing import Final

import polars as pl

from midspan.scorers.faults import rules as rule_ids
from midspan.scorers.faults.rules import TRANSIENT_WITHIN, FaultRules
from midspan.scorers.faults.schemas import check_arguments, parameters_of
from midspan.scorers.faults.signature import signature
from midspan.scorers.faults.told import with_told
from midspan.scorers.tables import CALLS, FAULTS

FAULT_COLUMNS: Final = (
    "failed",
    "fault",
    "fault_rule",
    "transient",
    "signature",
    "json_valid",
    "schema_valid",
)


def derive_faults(
    calls: pl.DataFrame,
    spans: pl.DataFrame,
    tools: pl.DataFrame,
    rules: FaultRules | None = None,
) -> pl.DataFrame:
    """Return the calls table with its fault columns filled in; the first rule that holds wins."""
    rules = rules or FaultRules()
    frame = with_findings(calls.drop(FAULT_COLUMNS, strict=False), spans, tools, rules)
    frame = _with_offer(frame, tools).with_columns(
        json_valid=pl.when(pl.col("raw_arguments").is_not_null()).then(
            pl.col("arguments").is_not_null()
        )
    )
    frame = frame.with_columns(fault_rule=_first_rule())
    frame = frame.with_columns(fault=_fault(), failed=_failed())
    frame = frame.with_columns(transient=_transient(rules), signature=_signatures(frame))
    return frame.select(CALLS.schema.names())


def with_findings(
    calls: pl.DataFrame, spans: pl.DataFrame, tools: pl.DataFrame, rules: FaultRules
) -> pl.DataFrame:
    """Return the calls with what was found about them: `errored`, what was told, the schema's word.

    `message` is what a failure says, from the most telling source that was recorded.
    """
    frame = with_told(_with_execution(check_arguments(calls, tools), spans), rules)
    of_execution = pl.when("errored").then(pl.coalesce("result", "error_type"))
    return frame.with_columns(
        message=pl.coalesce("error_message", "told_text", "schema_problem", of_execution)
    )


def _with_offer(calls: pl.DataFrame, tools: pl.DataFrame) -> pl.DataFrame:
    """Return the calls with `offered`, null where the offered tools are not known."""
    sets = tools.select(tools_digest="digest", known=True).unique()
    names = tools.select("name", tools_digest="digest", named=True).unique()
    return (
        calls.join(sets, on="tools_digest", how="left", maintain_order="left")
        .join(names, on=["tools_digest", "name"], how="left", maintain_order="left")
        .with_columns(offered=pl.when("known").then(pl.col("named").fill_null(False)))
    )


def _with_execution(calls: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Return the calls with `errored`: whether the execution says of itself that it failed."""
    # Anchored on the model's span, a call has no span of execution: that one's errors are others'.
    key = ["run_id", "trace_id", "span_id"]
    executions = spans.filter(pl.col("kind") != "llm").select(*key, "status", "error_type")
    errored = (
        (pl.col("status") == "error").fill_null(False)
        | pl.col("error_type").is_not_null()
        | pl.col("error_message").is_not_null()
    )
    return calls.join(executions, on=key, how="left", maintain_order="left").with_columns(
        errored=pl.col("executed") & errored
    )


def _first_rule() -> pl.Expr:
    return (
        pl.when(~pl.col("json_valid") & (pl.col("emitted") | _meant_as_json()))
        .then(pl.lit(rule_ids.NOT_JSON))
        .when(~pl.col("offered"))
        .then(pl.lit(rule_ids.NOT_OFFERED))
        .when(pl.col("told_fault") == "model.unknown_tool")
        .then("told_rule")
        .when(~pl.col("schema_valid"))
        .then(pl.lit(rule_ids.SCHEMA))
        .when(pl.col("told_fault") == "model.bad_arguments")
        .then("told_rule")
        .when("errored")
        .then(pl.lit(rule_ids.SPAN_ERROR))
        .otherwise("told_rule")
    )


def _meant_as_json() -> pl.Expr:
    """Whether arguments that only a tool span shows are what the model wrote."""
    return pl.col("raw_arguments").str.contains(r"^\s*[{\[]").fill_null(False)


def _fault() -> pl.Expr:
    return (
        pl.when(pl.col("fault_rule").is_not_null())
        .then(pl.col("fault_rule").str.split("/").list.first())
        .when(pl.col("executed") & ~_never_ended())
        .then(pl.lit("none"))
        .cast(FAULTS)
    )


def _never_ended() -> pl.Expr:
    """Whether the record breaks off before a call came to anything: a success cannot be told."""
    began = pl.col("executed") & pl.col("start_ns").is_not_null() & pl.col("end_ns").is_null()
    said_ok = (pl.col("status") == "ok").fill_null(False)
    return began & pl.col("result").is_null() & ~pl.col("errored") & ~said_ok


def _failed() -> pl.Expr:
    """A model's fault that was repaired and ran without error is no failed attempt."""
    return (
        pl.when(_never_ended())
        .then(None)
        .when("executed")
        .then(pl.col("errored") | pl.col("told_fault").is_not_null())
        .when(pl.col("fault_rule").is_not_null())
        .then(pl.lit(True))
    )


def _transient(rules: FaultRules) -> pl.Expr:
    head = pl.col("message").str.slice(0, TRANSIENT_WITHIN)
    return pl.when(pl.col("fault").cast(pl.String).is_in(["execution.error", "hidden.error"])).then(
        head.str.contains(rules.transient_pattern).fill_null(False)
    )


def _signatures(frame: pl.DataFrame) -> pl.Series:
    """Return the error signature of each fault; faults are few, so rows are walked."""
    wanted = frame.select("fault_rule", "name", "message", "arguments", "schema")
    values = [
        signature(rule, name, message, _parameters(arguments, schema)) if rule else None
        for rule, name, message, arguments, schema in wanted.iter_rows()
    ]
    return pl.Series(values, dtype=pl.String())


def _parameters(arguments: str | None, schema: str | None) -> set[str]:
    """Return the names of a call's parameters: those it has, and those it should have."""
    given = json.loads(arguments) if arguments else None
    return {*(given if isinstance(given, dict) else ()), *parameters_of(schema)}
