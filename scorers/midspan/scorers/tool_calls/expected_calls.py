"""Tool calls judged against those that their task expects."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from midspan.scorers.errors import InvalidInput
from midspan.scorers.score import Declaration
from midspan.scorers.tables import Tables
from midspan.scorers.tool_calls.declarations import EXPECTED_CALLS
from midspan.scorers.tool_calls.first_attempts import with_first_attempts
from midspan.scorers.tool_calls.judged import judged_runs
from midspan.scorers.tool_calls.match_runs import match_first_attempts, match_runs
from midspan.scorers.tool_calls.match_steps import labelled_calls, match_steps


@dataclass(frozen=True, kw_only=True)
class CallsExpected:
    """Verdict, precision and recall of a run's calls, and what became of each call.

    Calls are paired with expected ones so that as many match as can: never the first that fits.
    A task without expected calls has no rows.
    """

    partial_credit: bool = False
    """Whether precision, recall and f1 count what of a wrong call was right."""
    scores: tuple[str, ...] = ()
    """The scores wanted; none named: all. First attempts and rows of calls cost the most."""

    version: ClassVar[str] = "1"
    declares: ClassVar[tuple[Declaration, ...]] = EXPECTED_CALLS

    def __post_init__(self) -> None:
        known = [each.name for each in EXPECTED_CALLS]
        unknown = [name for name in self.scores if name not in known]
        if unknown:
            raise InvalidInput(
                f"expected_calls: gives no score {', '.join(map(repr, unknown))}",
                fix=f"It gives {', '.join(known)}.",
            )

    def score(self, tables: Tables) -> pl.LazyFrame:
        """Return a row for each call in scope, and several a run."""
        return score_expected(tables, partial_credit=self.partial_credit, scores=self.scores)


def score_expected(
    tables: Tables, *, partial_credit: bool, scores: Collection[str] = (), columns: bool = True
) -> pl.LazyFrame:
    """Return the rows of some scores, or all; without `columns` all runs take the long way."""
    wanted = scores or [each.name for each in EXPECTED_CALLS]
    judged = judged_runs(tables, partial_credit=partial_credit, columns=columns)
    expectations = tables.setting.expected_calls.expectations
    labelled = labelled_calls(judged, tables)
    rows = [match_runs(judged, labelled, expectations)]
    if "first_attempt_match" in wanted:
        rows.append(match_first_attempts(with_first_attempts(judged, tables)))
    if "call_match" in wanted:
        rows.append(match_steps(labelled, judged, expectations).lazy())
    found = pl.concat(rows, how="diagonal")
    return found.filter(pl.col("name").is_in(wanted)) if scores else found
