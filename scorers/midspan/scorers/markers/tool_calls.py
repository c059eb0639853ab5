"""Where a tool was called, with such arguments and such a fault."""

import json
from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from midspan.scorers.file_format import ArgumentMatcher
from midspan.scorers.json_pointers import parts_of, pointed_at
from midspan.scorers.markers.events import events
from midspan.scorers.markers.globs import name_pattern
from midspan.scorers.markers.steps import CALL
from midspan.scorers.matching.rules import Rule
from midspan.scorers.profile.predicates import ToolPredicate
from midspan.scorers.tables import Tables

_MISSING: Final = object()


def tool_events(predicate: ToolPredicate, tables: Tables) -> pl.DataFrame:
    """Return the calls of a tool, executed or not, that are as the predicate says."""
    fault = pl.col("fault").cast(pl.String)
    wanted = [pl.col("name").str.contains(name_pattern(predicate.tool))]
    if predicate.fault == "any":
        wanted.append(fault != "none")
    elif predicate.fault is not None:
        wanted.append(fault == predicate.fault)
    if predicate.arguments:
        wanted += [pl.col("arguments").str.contains(key, literal=True) for key in _keys(predicate)]
        found = tables.calls.filter(wanted).select("run_id", "call", "name", "arguments", "fault")
        rows = found.collect()
        rows = rows.join(_with_arguments(rows, predicate.arguments), on="arguments")
    else:
        rows = tables.calls.filter(wanted).select("run_id", "call", "name", "fault").collect()
        rows = rows.with_columns(told=pl.lit(""))
    suffix = pl.format(": {}", fault) if predicate.fault not in {None, "none"} else pl.lit("")
    return events(
        rows.select("run_id", number="call", matched=pl.concat_str("name", pl.col("told"), suffix)),
        CALL,
    )


def _keys(predicate: ToolPredicate) -> list[str]:
    """Return what the text of arguments must contain for all pointers to lead somewhere."""
    keys = []
    for pointer, rule in predicate.arguments.items():
        if not (isinstance(rule, ArgumentMatcher) and rule.optional):
            keys += [
                json.dumps(part, ensure_ascii=False)
                for part in parts_of(pointer)
                if not part.isdigit()
            ]
    return list(dict.fromkeys(keys))


def _with_arguments(rows: pl.DataFrame, rules: Mapping[str, Any]) -> pl.DataFrame:
    """Return the arguments that meet the rules at their pointers, with what is told of them."""
    texts = rows.select(pl.col("arguments").drop_nulls().unique(maintain_order=True))
    if texts.is_empty():
        return texts.with_columns(told=pl.lit("", pl.String))
    values = [_read(text) for text in texts["arguments"]]
    kept = [True] * len(values)
    for pointer, rule in rules.items():
        at = [pointed_at(value, pointer, _MISSING) for value in values]
        met = _met(rule, at)
        kept = [one and other for one, other in zip(kept, met, strict=True)]
    told = [
        ", ".join(
            f"{pointer or '/'} = {_told(pointed_at(value, pointer, _MISSING))}" for pointer in rules
        )
        for value in values
    ]
    return texts.with_columns(told=pl.Series([f" ({one})" for one in told])).filter(pl.Series(kept))


def _met(rule: Any, values: list[Any]) -> list[bool]:
    if isinstance(rule, ArgumentMatcher) and rule.regex is not None:
        # In a column: that engine's time is linear, whatever the pattern and the text.
        texts = [value if isinstance(value, str) else None for value in values]
        found = pl.Series(texts, dtype=pl.String).str.contains(rule.regex).fill_null(False)
        return [
            hit or (value is _MISSING and rule.optional)
            for hit, value in zip(found, values, strict=True)
        ]
    wanted = Rule.of(rule)
    return [wanted.optional if one is _MISSING else wanted.meets(one) for one in values]


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _MISSING


def _told(value: Any) -> str:
    return "missing" if value is _MISSING else json.dumps(value, ensure_ascii=False)[:60]
