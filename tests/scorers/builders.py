"""Frames for tests: each row says only what the test is about, the rest has defaults."""

from typing import Any

import polars as pl

from midspan.scorers.canonical import canonical_arguments
from midspan.scorers.faults import derive_faults
from midspan.scorers.setting import Setting, default_setting
from midspan.scorers.table import Table
from midspan.scorers.tables import CALLS, RUNS, SCORES, SPANS, TEXT, TOOLS, Tables

Row = dict[str, Any]

TRACE = "0" * 31 + "1"


def frame(table: Table, defaults: Row, rows: tuple[Row, ...]) -> pl.DataFrame:
    unknown = {name for row in rows for name in row} - {*table.columns}
    assert not unknown, f"{table.name} has no {unknown}"
    return table.frame([{**defaults, **row} for row in rows])


def spans(*rows: Row) -> pl.DataFrame:
    """Spans of run `r`, tools unless they say otherwise, that began in the order given."""
    defaults = {"run_id": "r", "trace_id": TRACE, "kind": "tool", "name": "", "status": "ok"}
    numbered = tuple({"span_id": f"s{n}", "start_ns": n, **row} for n, row in enumerate(rows))
    return frame(SPANS, {**defaults, "dialect": "test", "notes": []}, numbered)


def text(*rows: Row) -> pl.DataFrame:
    return frame(TEXT, {"run_id": "r", "trace_id": TRACE, "attributes": "{}"}, rows)


def tools(*rows: Row) -> pl.DataFrame:
    return frame(TOOLS, {"digest": "d"}, rows)


def runs(*rows: Row) -> pl.DataFrame:
    """Runs that ended well, without a task."""
    defaults = {"trace_ids": [], "experiment": "e", "planned": False, "launch": 0, "status": "ok"}
    numbered = tuple({"run_id": f"r{n}", **row} for n, row in enumerate(rows))
    return frame(RUNS, {**defaults, "notes": []}, numbered)


def calls(*rows: Row) -> pl.DataFrame:
    """Calls of run `r` to `look`, emitted and executed, in the order given.

    `raw_arguments` gives `arguments`, as ingest does it.
    """
    defaults = {
        "run_id": "r",
        "trace_id": TRACE,
        "name": "look",
        "emitted": True,
        "executed": True,
        "dialect": "test",
        "notes": [],
    }
    numbered = tuple(
        {
            "call": n,
            "span_id": f"s{n}",
            "arguments": canonical_arguments(row.get("raw_arguments") or ""),
            **row,
        }
        for n, row in enumerate(rows)
    )
    return frame(CALLS, defaults, numbered)


def scores(*rows: Row) -> pl.DataFrame:
    """Scores of run `r` that are ok."""
    defaults = {
        "run_id": "r",
        "scorer": "test",
        "evidence": [],
        "scorer_version": "1",
        "config_hash": "",
        "source": "code",
        "status": "ok",
    }
    return frame(SCORES, defaults, rows)


def judged(
    *rows: Row, spans: pl.DataFrame | None = None, tools: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Calls with their faults derived."""
    return derive_faults(
        calls(*rows),
        SPANS.empty() if spans is None else spans,
        TOOLS.empty() if tools is None else tools,
    )


def tables(setting: Setting | None = None, **frames: pl.DataFrame) -> Tables:
    """The tables a scorer reads; those not given are empty."""
    empty = {table.name: table.empty() for table in (RUNS, CALLS, SPANS, TEXT, TOOLS)}
    lazy = {name: frame.lazy() for name, frame in {**empty, **frames}.items()}
    return Tables(
        runs=lazy["runs"],
        calls=lazy["calls"],
        spans=lazy["spans"],
        text=lazy["text"],
        tools=lazy["tools"],
        setting=setting or default_setting(),
    )
