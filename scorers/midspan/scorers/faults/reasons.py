"""Why calls are faulty, in words for people: found again for the few that are."""

from typing import Final

import polars as pl

from midspan.scorers.faults.again import rules_of
from midspan.scorers.faults.derive import FAULT_COLUMNS, with_findings
from midspan.scorers.faults.rules import SCHEMA
from midspan.scorers.faults.schemas import check_arguments
from midspan.scorers.tables import Tables

AT_MOST: Final = 200
"""Characters of a reason."""

_END: Final = 70
"""Of these, what is kept of the end: a message may begin with a whole document."""

_FOUND: Final = ("run_id", "call", "reason")


def fault_reasons(tables: Tables) -> pl.DataFrame:
    """Return run_id, call and `reason` of the calls with a fault: what broke, or what was said."""
    faulty = tables.calls.filter(pl.col("fault").is_not_null(), pl.col("fault") != "none").collect()
    found = with_findings(
        faulty.drop(set(FAULT_COLUMNS) - {"fault_rule"}),
        _spans_of(faulty, tables),
        _tools_of(faulty, tables),
        rules_of(tables.setting.profile),
    )
    of_schema = pl.when(pl.col("fault_rule") == SCHEMA).then("schema_problem")
    return found.with_columns(reason=in_short(pl.coalesce(of_schema, "message"))).select(_FOUND)


def schema_problems(tables: Tables) -> pl.DataFrame:
    """Return run_id, call and `reason` of the calls whose arguments break their schema."""
    broken = tables.calls.filter(~pl.col("schema_valid")).collect()
    found = check_arguments(broken.drop(FAULT_COLUMNS), _tools_of(broken, tables))
    return found.with_columns(reason=in_short(pl.col("schema_problem"))).select(_FOUND)


def in_short(text: pl.Expr) -> pl.Expr:
    """Return the line of a message that says most: of a traceback the last, else the first."""
    lines = text.str.strip_chars().str.split("\n")
    trace = text.str.strip_chars().str.starts_with("Traceback (")
    line = pl.when(trace).then(lines.list.last()).otherwise(lines.list.first()).str.strip_chars()
    long = line.str.len_chars() > AT_MOST
    shortened = pl.format("{} ... {}", line.str.slice(0, AT_MOST - _END - 5), line.str.tail(_END))
    said = pl.when(long).then(shortened).otherwise(line)
    return pl.when(said != "").then(said)


def _spans_of(calls: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    key = ["run_id", "trace_id", "span_id"]
    spans = tables.spans.select(*key, "kind", "status", "error_type")
    return spans.join(calls.lazy().select(key).unique(), on=key, how="semi").collect()


def _tools_of(calls: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    used = calls.lazy().select(digest="tools_digest").unique()
    return tables.tools.join(used, on="digest", how="semi").collect()
