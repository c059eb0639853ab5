"""The runs in which a predicate may hold, by what its parts are found in: others need no steps."""

from collections.abc import Callable
from functools import reduce

import polars as pl

from midspan.scorers.profile.predicates import (
    AllPredicate,
    AnyPredicate,
    CountPredicate,
    NotPredicate,
    Predicate,
    SequencePredicate,
)

FoundIn = Callable[[Predicate], pl.DataFrame]
"""Gives the events of a predicate that holds no other one: `run_id`, a row for each."""


def possible_runs(predicate: Predicate, found: FoundIn) -> pl.DataFrame:
    """Return the ids of the runs in which a predicate may hold."""
    match predicate:
        case AllPredicate(all=parts) | SequencePredicate(sequence=parts):
            held = [one for one in parts if not isinstance(one, NotPredicate)]
            return reduce(
                lambda one, other: one.join(other, on="run_id"),
                (possible_runs(one, found) for one in held),
            )
        case AnyPredicate(any=parts):
            return pl.concat(possible_runs(one, found) for one in parts).unique()
        case NotPredicate(negated=part):
            return possible_runs(part, found)
        case CountPredicate(count=part, at_least=at_least):
            if isinstance(part, AllPredicate | AnyPredicate | SequencePredicate | CountPredicate):
                return possible_runs(part, found)
            often = found(part).group_by("run_id").len("times")
            return often.filter(pl.col("times") >= at_least).select("run_id")
    return found(predicate).select("run_id").unique()
