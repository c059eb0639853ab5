"""Runs of one task with what it expects, and the rows that `CallsExpected` gives for them."""

from typing import Any

import polars as pl

from midspan.scorers.canonical import arguments_hash
from midspan.scorers.profile import Profile
from midspan.scorers.score import score_rows
from midspan.scorers.setting import Setting
from midspan.scorers.suite import ExpectedCalls
from midspan.scorers.tables import Tables
from midspan.scorers.tool_calls import CallsExpected
from tests.scorers.builders import Row, calls, runs, tables


def call(name: str, arguments: str | None = "{}", **more: Any) -> Row:
    """A call that was executed without fault."""
    row = {"name": name, "raw_arguments": arguments, "fault": "none", "failed": False}
    return {**row, **more}


def failing(name: str, arguments: str | None = "{}", **more: Any) -> Row:
    return call(name, arguments, fault="execution.error", failed=True, **more)


def expecting(
    expected: dict[str, Any],
    *rows: Row,
    profile: str = "",
    tools: pl.DataFrame | None = None,
    run: Row | None = None,
) -> Tables:
    """Tables of run `r` at task `t`, which expects some calls."""
    setting = Setting.of(
        expectations={"t": ExpectedCalls.model_validate(expected)},
        profile=Profile.parse(profile) if profile else None,
    )
    return tables(
        setting,
        runs=runs({"run_id": "r", "task": "t", "calls": len(rows), **(run or {})}),
        calls=hashed(calls(*rows)),
        **({} if tools is None else {"tools": tools}),
    )


def hashed(made: pl.DataFrame) -> pl.DataFrame:
    """Calls with the hash of their arguments, as ingest gives it."""
    hashes = [None if one is None else arguments_hash(one) for one in made["arguments"]]
    return made.with_columns(arguments_hash=pl.Series(hashes, dtype=pl.UInt64()))


def expecting_each(cases: list[tuple[dict[str, Any], list[Row]]]) -> Tables:
    """Tables of runs `r0`, `r1` ... each of a task of its own."""
    setting = Setting.of(
        expectations={
            f"t{n}": ExpectedCalls.model_validate(said) for n, (said, _) in enumerate(cases)
        }
    )
    made = [
        {"run_id": f"r{n}", "call": at, "span_id": f"s{at}", **row}
        for n, (_, rows) in enumerate(cases)
        for at, row in enumerate(rows)
    ]
    return tables(
        setting,
        runs=runs(*({"task": f"t{n}", "calls": len(rows)} for n, (_, rows) in enumerate(cases))),
        calls=hashed(calls(*made)),
    )


def scored(
    expected: dict[str, Any], *rows: Row, partial_credit: bool = False, **more: Any
) -> pl.DataFrame:
    """The rows for a run."""
    scorer = CallsExpected(partial_credit=partial_credit)
    given = scorer.score(expecting(expected, *rows, **more)).collect()
    return score_rows(given, name="expected_calls", scorer=scorer)


def scored_each(
    cases: list[tuple[dict[str, Any], list[Row]]], *, partial_credit: bool = False
) -> list[pl.DataFrame]:
    """The rows for each of some runs."""
    scorer = CallsExpected(partial_credit=partial_credit)
    given = scorer.score(expecting_each(cases)).collect()
    rows = score_rows(given, name="expected_calls", scorer=scorer)
    return [rows.filter(pl.col("run_id") == f"r{n}") for n in range(len(cases))]


def values(rows: pl.DataFrame) -> dict[str, float | None]:
    """The scores of the run by name."""
    of_run = rows.filter(pl.col("call").is_null())
    return dict(of_run.select("name", "value").iter_rows())


def steps(rows: pl.DataFrame) -> list[tuple[str | None, float | None]]:
    """Label and value of each call, in order."""
    of_calls = rows.filter(pl.col("call").is_not_null()).sort("call")
    return list(of_calls.select("label", "value").iter_rows())


def verdict(mode: str, expected: list[Any], made: list[Any], **more: Any) -> bool:
    """Whether calls match; a call is written as its name, or as name and arguments."""
    wanted = [
        {"name": one} if isinstance(one, str) else {"name": one[0], "arguments": one[1]}
        for one in expected
    ]
    rows = [call(one) if isinstance(one, str) else call(*one) for one in made]
    found = values(scored({"mode": mode, "calls": wanted, **more}, *rows))["calls_match"]
    return {1.0: True, 0.0: False}[found]  # type: ignore[index]
