"""What other tools would say of a run, so that numbers can be compared with theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import polars as pl

from midspan.scorers.compat.case import CannotJudge, Case, Mode, judge
from midspan.scorers.compat.cases import Cases, Key
from midspan.scorers.compat.modes import MODES, PREFIX, chosen
from midspan.scorers.score import Better, Declaration, Level
from midspan.scorers.tables import Tables

_COLUMNS = {
    "run_id": pl.String,
    "name": pl.String,
    "value": pl.Float64,
    "label": pl.String,
    "explanation": pl.String,
    "status": pl.String,
    "reason": pl.String,
}


@dataclass(frozen=True, kw_only=True)
class Compat:
    """The verdicts of other tools on the calls of a run, defects included.

    Without modes there are no rows. A task that expects no calls to compare with: no row. What a
    peer cannot be given, or raises on: not evaluated.
    """

    modes: Sequence[str] = ()
    """Names or globs of modes: `adk.in_order`, `langchain.*`."""

    version: ClassVar[str] = "1"
    declares: ClassVar[tuple[Declaration, ...]] = tuple(
        Declaration(
            name=PREFIX + mode.name,
            level=Level.RUN,
            unit="0/1" if mode.binary else "share",
            better=Better.HIGHER,
            description=mode.description,
        )
        for mode in MODES
    )

    def __post_init__(self) -> None:
        chosen(self.modes)

    def score(self, tables: Tables) -> pl.LazyFrame:
        """Return one row for each run and mode."""
        modes = chosen(self.modes)
        if not modes:
            return pl.LazyFrame(schema=_COLUMNS)
        cases = Cases(tables)
        seen: dict[Key, list[tuple[Any, ...]]] = {}
        rows = []
        for run_id, key in cases.runs():
            if key is None:
                verdicts = [_unknown(mode, "the calls were not recorded") for mode in modes]
            elif (known := seen.get(key)) is not None:
                verdicts = known
            else:
                case = cases.case(key)
                verdicts = seen[key] = [_verdict(mode, case) for mode in modes]
            rows += [(run_id, *verdict) for verdict in verdicts]
        return pl.LazyFrame(rows, schema=_COLUMNS, orient="row")


def _verdict(mode: Mode, case: Case) -> tuple[Any, ...]:
    try:
        value = judge(mode, case)
    except CannotJudge as error:
        return _unknown(mode, str(error))
    label = ("pass" if value else "fail") if mode.binary else None
    explanation = f"{mode.description} Calls made: {len(case.made)}, expected: {len(case.wanted)}."
    return PREFIX + mode.name, value, label, explanation, "ok", None


def _unknown(mode: Mode, reason: str) -> tuple[Any, ...]:
    return PREFIX + mode.name, None, None, None, "not_evaluated", reason
