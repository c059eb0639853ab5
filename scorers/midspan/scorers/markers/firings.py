"""Where predicates hold: the steps that fire them."""

import json
from collections.abc import Mapping
from typing import Final

import polars as pl

from midspan.scorers.markers import combining
from midspan.scorers.markers.documents import command_events, read_events, write_events
from midspan.scorers.markers.events import EVENTS, PLACED
from midspan.scorers.markers.possible import possible_runs
from midspan.scorers.markers.python_events import python_events
from midspan.scorers.markers.recorded import recorded
from midspan.scorers.markers.steps import ANSWER, KEY, steps
from midspan.scorers.markers.texts import answer_events, output_events, result_events
from midspan.scorers.markers.tool_calls import tool_events
from midspan.scorers.markers.unknown import leaves_of, seen_runs, unknown_runs
from midspan.scorers.profile.predicates import (
    AllPredicate,
    AnswerPredicate,
    AnyPredicate,
    CommandPredicate,
    CountPredicate,
    NotPredicate,
    OutputPredicate,
    Predicate,
    PythonPredicate,
    ReadsPredicate,
    ResultPredicate,
    SequencePredicate,
    ToolPredicate,
    WritesPredicate,
)
from midspan.scorers.tables import Tables

FIRINGS: Final = {
    "run_id": pl.String,
    "name": pl.String,
    "trace_id": pl.String,
    "span_id": pl.String,
    "call": pl.Int32,
    "turn": pl.Int32,
    "start_ns": pl.Int64,
    "order": pl.Int64,
    "matched": pl.String,
}


def firings(tables: Tables, predicates: Mapping[str, Predicate]) -> pl.DataFrame:
    """Return a row for each predicate and step that fires it, in order of run, name and step.

    Columns: run_id, name (of the predicate), trace_id and span_id (of the step), call (null where
    the step is no call), turn (null where none was recorded), start_ns, order (the step's place in
    its run, from 0), matched (what fired: the command, the path, the text).
    """
    leaves = {_key(leaf): leaf for one in predicates.values() for leaf in leaves_of(one)}
    found = {key: _events(leaf, tables) for key, leaf in leaves.items()}
    # `not` fires where nothing else does, at the end of a run.
    quiet = {
        name: _where_all_is_known(tables, one)
        for name, one in predicates.items()
        if isinstance(one, NotPredicate)
    }
    possible = [possible_runs(one, lambda leaf: found[_key(leaf)]) for one in predicates.values()]
    ids = [one["run_id"] for one in (*possible, *quiet.values())]
    if not sum(map(len, ids)):
        return pl.DataFrame(schema=FIRINGS)
    places = steps(tables, pl.concat(ids).unique())
    placed = {key: _placed(one, places) for key, one in found.items()}
    fired = [
        _fired(name, predicate, placed, places, quiet.get(name))
        for name, predicate in predicates.items()
    ]
    rows = pl.concat(fired).join(places, on=["run_id", "order"])
    return rows.select(*FIRINGS).sort("run_id", "name", "order")


def _fired(
    name: str,
    predicate: Predicate,
    placed: Mapping[str, pl.DataFrame],
    places: pl.DataFrame,
    quiet: pl.DataFrame | None,
) -> pl.DataFrame:
    if isinstance(predicate, NotPredicate) and quiet is not None:
        ends = _placed(quiet, places)
        held = ends.join(_hold(predicate.negated, placed), on="run_id", how="anti")
    else:
        held = _hold(predicate, placed)
    return held.select("run_id", "order", "matched", name=pl.lit(name, pl.String))


def _hold(predicate: Predicate, placed: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the steps at which a predicate holds."""
    match predicate:
        case AllPredicate(all=parts):
            held = [one for one in parts if not isinstance(one, NotPredicate)]
            without = [one.negated for one in parts if isinstance(one, NotPredicate)]
            return combining.all_of(
                [_hold(one, placed) for one in held],
                [_hold(one, placed) for one in without],
            )
        case AnyPredicate(any=parts):
            return combining.any_of([_hold(one, placed) for one in parts])
        case SequencePredicate(sequence=parts, within_turns=within, unless=unless):
            return combining.sequence_of(
                [_hold(one, placed) for one in parts],
                within,
                _hold(unless, placed) if unless is not None else None,
            )
        case CountPredicate(count=part, at_least=at_least, within_turns=within):
            return combining.count_of(_hold(part, placed), at_least, within)
    return placed[_key(predicate)]


def _events(leaf: Predicate, tables: Tables) -> pl.DataFrame:
    """Return the steps at which a predicate that holds no other one holds."""
    match leaf:
        case CommandPredicate(command=command):
            return command_events(command, recorded(tables))
        case PythonPredicate(python=python):
            return python_events(python, recorded(tables))
        case ReadsPredicate():
            return read_events(leaf, recorded(tables))
        case WritesPredicate():
            return write_events(leaf, recorded(tables))
        case ToolPredicate():
            return tool_events(leaf, tables)
        case OutputPredicate(output=match_):
            return output_events(match_, tables)
        case AnswerPredicate(answer=match_):
            return answer_events(match_, tables)
        case ResultPredicate(result=match_):
            return result_events(match_, tables)
    return pl.DataFrame(schema=EVENTS)


def _key(predicate: Predicate) -> str:
    return type(predicate).__name__ + json.dumps(predicate.model_dump(), sort_keys=True)


def _where_all_is_known(tables: Tables, predicate: Predicate) -> pl.DataFrame:
    """Return the ends of the runs whose record allows to say that something is nowhere."""
    known = seen_runs(tables).join(unknown_runs(tables, predicate), on="run_id", how="anti")
    return known.select(
        "run_id",
        what=pl.lit(ANSWER, pl.Int8),
        number=pl.lit(0, pl.Int64),
        matched=pl.lit("nowhere in the run"),
    )


def _placed(found: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    return found.join(places, on=KEY).select(*PLACED).sort("run_id", "order")
