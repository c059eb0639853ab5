"""Runs for the tests of recovery: one call a turn unless they say otherwise."""

import json
from typing import Any

import polars as pl

from midspan.scorers.canonical import canonical_arguments
from midspan.scorers.profile import Profile
from midspan.scorers.recovery import Recovery, episodes, operations, responses
from midspan.scorers.score import score_rows
from midspan.scorers.setting import Setting
from midspan.scorers.tables import Tables
from tests.scorers.builders import Row, calls, runs, tables

PROFILE = """
profile: test
contract: 1
extends: [midspan/default]
tools: {state_changing: [pay, book_*]}
"""
SETTING = Setting(profile=Profile.parse(PROFILE))

FAILED: Row = {"failed": True, "fault": "execution.error", "transient": False, "signature": "e"}
OK: Row = {"failed": False, "fault": "none"}


def ok(name: str = "look", /, **arguments: Any) -> Row:
    return {"name": name, "raw_arguments": json.dumps(arguments), **OK}


def bad(name: str = "look", /, **arguments: Any) -> Row:
    return {"name": name, "raw_arguments": json.dumps(arguments), **FAILED}


def passing(name: str = "look", /, **arguments: Any) -> Row:
    """A call with a fault that may pass by itself."""
    return bad(name, **arguments) | {"transient": True}


def in_turns(*turns: Row | list[Row]) -> list[Row]:
    """Calls with their turns; a list holds the calls of one turn."""
    every = [turn if isinstance(turn, list) else [turn] for turn in turns]
    return [{"turn": n, **call} for n, turn in enumerate(every) for call in turn]


def tables_of(*turns: Row | list[Row], run: Row | None = None, **frames: pl.DataFrame) -> Tables:
    given = {"calls": calls(*in_turns(*turns)), "runs": runs({"run_id": "r", **(run or {})})}
    return tables(SETTING, **given, **frames)


def operations_of(*turns: Row | list[Row]) -> list[int]:
    """The operation of each attempt, in order."""
    return operations(tables_of(*turns)).collect()["operation"].to_list()


def responses_of(*turns: Row | list[Row]) -> list[tuple[int, int | None, str | None]]:
    """Failed call, responding call and response of each failure."""
    found = responses(tables_of(*turns)).collect()
    return found.select("call", "responding_call", "response").rows()


def response_of(*turns: Row | list[Row]) -> str | None:
    """The response to the first failure."""
    return responses_of(*turns)[0][2]


def episodes_of(
    *turns: Row | list[Row], run: Row | None = None
) -> list[tuple[int, int | None, str]]:
    found = episodes(tables_of(*turns, run=run)).collect()
    return found.select("call", "closing_call", "label").rows()


def scored(given: Tables, scorer: Recovery | None = None) -> pl.DataFrame:
    scorer = scorer or Recovery()
    rows = score_rows(scorer.score(given).collect(), name="recovery", scorer=scorer)
    return rows.sort("run_id", "name", "call", "span_id")


def canonical(call: Row) -> Row:
    """A call as the oracle reads it."""
    return {**call, "arguments": canonical_arguments(call["raw_arguments"] or "")}


def explained(name: str, *turns: Row | list[Row], **given: Any) -> list[tuple[Any, ...]]:
    """Span, call, value, label and explanation of the rows of a score."""
    rows = scored(tables_of(*turns, **given)).filter(name=name)
    return rows.select("span_id", "call", "value", "label", "explanation").rows()
