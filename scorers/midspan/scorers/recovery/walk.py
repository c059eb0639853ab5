"""The one pass over the runs in which something failed: operations, responses and cycles."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import polars as pl

from midspan.scorers.per_tables import once_per_tables
from midspan.scorers.recovery.chains import operations_of
from midspan.scorers.recovery.cycles import cycles_of
from midspan.scorers.recovery.links import Links
from midspan.scorers.recovery.moments import failing_runs
from midspan.scorers.recovery.moves import Moves, moves_of
from midspan.scorers.recovery.parameters import Parameters
from midspan.scorers.recovery.reading import JUDGED, JUSTIFIED, Reading, Response
from midspan.scorers.recovery.run import Run
from midspan.scorers.tables import Tables

_LATER: Final = {"row": pl.UInt32, "operation_row": pl.UInt32}
_FOUND: Final = {
    "row": pl.UInt32,
    "responding_row": pl.UInt32,
    "response": pl.String,
    "nth": pl.Int32,
    "after_change": pl.Boolean,
    "cycle_period": pl.Int32,
}


class Walk(NamedTuple):
    """What the runs with failures are made of, as far as their calls alone tell.

    Rows are those of `failing_runs`.
    """

    later_attempts: pl.DataFrame
    """row and operation_row of each attempt that goes on with an earlier one."""
    responses: pl.DataFrame
    """A row for each failure."""


@once_per_tables
def walk(tables: Tables, parameters: Parameters) -> Walk:
    """Return the operations and responses of all runs, read call by call from their failures on."""
    moves = moves_of(failing_runs(tables))
    links = Links(moves, parameters.long_text)
    later: dict[int, int] = {}
    found: dict[int, Response] = {}
    periods: dict[int, int] = {}
    for places in moves.by_run():
        run = Run(moves, places)
        operation_of = operations_of(run, links)
        responses = Reading(run, operation_of, links, parameters).responses()
        later |= operation_of
        found |= responses
        periods |= _cycle_periods(run, responses, parameters)
        links.forget()
    return Walk(_later_attempts(moves, later), _responses(moves, found, periods))


def _later_attempts(moves: Moves, later: Mapping[int, int]) -> pl.DataFrame:
    row = moves.row
    columns = ([row[place] for place in places] for places in (later.keys(), later.values()))
    return pl.DataFrame(dict(zip(_LATER, columns, strict=True)), schema=_LATER)


def _responses(
    moves: Moves, found: Mapping[int, Response], periods: Mapping[int, int]
) -> pl.DataFrame:
    row = moves.row
    columns = (
        [row[place] for place in found],
        [None if each.call is None else row[each.call] for each in found.values()],
        [each.kind for each in found.values()],
        [each.nth for each in found.values()],
        [each.after_change for each in found.values()],
        [periods.get(place) for place in found],
    )
    return pl.DataFrame(dict(zip(_FOUND, columns, strict=True)), schema=_FOUND)


def _cycle_periods(
    run: Run, responses: Mapping[int, Response], parameters: Parameters
) -> dict[int, int]:
    """Return the period of the cycle that each response inside one is part of, by failure.

    Nothing but justified retries is no cycle.
    """
    keys = [run.moves.key[failed] for failed in responses]
    if len(keys) - len(set(keys)) < parameters.cycle_times - 1:
        return {}
    call = run.moves.call
    periods: dict[int, int] = {}
    cycles = cycles_of(
        run.moves,
        run.places,
        longest_period=parameters.cycle_period,
        times=parameters.cycle_times,
    )
    for failures, period in cycles:
        inside = [
            response
            for response in (responses[failed] for failed in failures)
            if response.kind in JUDGED
            and response.call is not None
            and call[response.call] <= call[failures[-1]]
        ]
        if any(response.kind != JUSTIFIED for response in inside):
            for response in inside:
                periods.setdefault(response.failed, period)
    return periods
