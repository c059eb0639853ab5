"""The one pass over the runs in which something failed: operations, responses and cycles."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import polars as pl

from midspan.scorers.recovery.chains import operations_of
from midspan.scorers.recovery.cycles import cycles_of
from midspan.scorers.recovery.links import Links
from midspan.scorers.recovery.moments import failing_runs
from midspan.scorers.recovery.moves import Move, moves_by_run
from midspan.scorers.recovery.parameters import Parameters
from midspan.scorers.recovery.per_tables import once_per_tables
from midspan.scorers.recovery.reading import JUDGED, JUSTIFIED, Reading, Response
from midspan.scorers.recovery.run import Run
from midspan.scorers.tables import Tables

_LATER: Final = {"run_id": pl.String, "call": pl.Int32, "operation": pl.Int32}
_FOUND: Final = {
    "run_id": pl.String,
    "call": pl.Int32,
    "responding_call": pl.Int32,
    "response": pl.String,
    "nth": pl.Int32,
    "after_change": pl.Boolean,
    "cycle_period": pl.Int32,
}

_FoundRow = tuple[str, int, int | None, str | None, int, bool, int | None]


class Walk(NamedTuple):
    """What the runs with failures are made of, as far as their calls alone tell."""

    later_attempts: pl.DataFrame
    """run_id, call and operation of each attempt that goes on with an earlier one."""
    responses: pl.DataFrame
    """A row for each failure."""


@once_per_tables
def walk(tables: Tables, parameters: Parameters) -> Walk:
    """Return the operations and responses of all runs, read call by call from their failures on."""
    calls = failing_runs(tables)
    later: list[tuple[str, int, int]] = []
    found: list[_FoundRow] = []
    for run_id, moves in moves_by_run(calls):
        run, links = Run(moves), Links()
        operation_of = operations_of(run, links)
        later += [(run_id, call, operation) for call, operation in operation_of.items()]
        responses = Reading(run, operation_of, links, parameters).responses()
        periods = _cycle_periods(moves, responses, parameters)
        found += _rows(run_id, responses, periods)
    return Walk(
        pl.DataFrame(later, schema=_LATER, orient="row"),
        pl.DataFrame(found, schema=_FOUND, orient="row"),
    )


def _rows(
    run_id: str, responses: list[Response], periods: Mapping[int, int]
) -> Iterator[_FoundRow]:
    for failed, call, kind, nth, after_change in responses:
        responding = None if call is None else call.call
        period = periods.get(failed.call)
        yield run_id, failed.call, responding, kind, nth, after_change, period


def _cycle_periods(
    moves: list[Move], responses: list[Response], parameters: Parameters
) -> dict[int, int]:
    """Return the period of the cycle that each response inside one is part of, by failure.

    Nothing but justified retries is no cycle.
    """
    if len(responses) < parameters.cycle_times:
        return {}
    of_failure = {response.failed.call: response for response in responses}
    periods: dict[int, int] = {}
    cycles = cycles_of(moves, longest_period=parameters.cycle_period, times=parameters.cycle_times)
    for failures, period in cycles:
        inside = [
            response
            for response in (of_failure[failed.call] for failed in failures)
            if response.kind in JUDGED
            and response.call is not None
            and response.call.call <= failures[-1].call
        ]
        if any(response.kind != JUSTIFIED for response in inside):
            for response in inside:
                periods.setdefault(response.failed.call, period)
    return periods
