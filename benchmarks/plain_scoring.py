"""The same scores in plain Python: the references of the tests, over rows that are in memory."""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

import polars as pl
from measuring import ROOT

from midspan.scorers.suite import ExpectedCalls
from midspan.scorers.tables import Tables

sys.path.insert(0, str(ROOT))
from tests.scorers.oracle.loop import longest_loops
from tests.scorers.oracle.outputs import findings, growth
from tests.scorers.oracle.parse_pass import call_labels, rates
from tests.scorers.oracle.recovery import operations, responses
from tests.scorers.oracle.repeated_calls import repeated_call_rates
from tests.scorers.oracle.tool_calls import fault_scores
from tests.scorers.oracle.valid_call_rate import valid_call_rates

ROLES: Final = ("neutral", "terminal", "answer", "transfer", "read_only", "state_changing")

Rows = list[dict[str, Any]]


class Run(NamedTuple):
    """What is known of a run, and what its task expects."""

    run_id: str
    calls: Rows
    spans: Rows
    text: Rows
    expected: ExpectedCalls | None


def runs_of(tables: Tables, share: int) -> list[Run]:
    """Return every n-th run, which the references are not charged for."""
    chosen = tables.runs.select("run_id", "task").sort("run_id").gather_every(share).collect()
    roles = dict.fromkeys(ROLES, False)
    of: dict[str, dict[str, Rows]] = {}
    for name in ("calls", "spans", "text"):
        of[name] = defaultdict(list)
        frame: pl.LazyFrame = getattr(tables, name)
        if name == "text":
            frame = frame.select("run_id", "span_id", "text", "reasoning")
        rows = frame.join(chosen.lazy().select("run_id"), on="run_id", how="semi").collect()
        for row in rows.iter_rows(named=True):
            of[name][row["run_id"]].append(row | roles if name == "calls" else row)
    tasks = tables.setting.tasks
    return [
        Run(
            run_id=run_id,
            calls=of["calls"][run_id],
            spans=of["spans"][run_id],
            text=of["text"][run_id],
            expected=tasks[task].expected if task in tasks else None,
        )
        for run_id, task in chosen.iter_rows()
    ]


def call_scores(run: Run) -> object:
    """Return shares of calls without a fault, of all and of first attempts."""
    firsts = {(run.run_id, first) for first in operations(run.calls).values()}
    return fault_scores(run.calls, firsts)


def expected_scores(run: Run) -> object:
    """Return verdict, precision and recall of calls in any order with equal arguments.

    The reference of the tests tries every assignment; this is what one would write for literals.
    """
    if run.expected is None:
        return None
    wanted = Counter(
        (call.name, json.dumps(call.arguments, sort_keys=True)) for call in run.expected.calls
    )
    made = Counter(
        (call["name"], json.dumps(json.loads(call["arguments"]), sort_keys=True))
        for call in run.calls
    )
    met = (wanted & made).total()
    return met == wanted.total(), met / max(made.total(), 1), met / max(wanted.total(), 1)


def parse_scores(run: Run) -> object:
    """Return the label of each call, and the rates."""
    return call_labels(run.calls), rates(run.calls, run.spans)


def output_scores(run: Run) -> object:
    """Return outputs found wanting, and how outputs grew."""
    return findings(run.spans, run.text), growth(run.spans)


def each(function: Callable[[Run], object]) -> Callable[[Iterable[Run]], None]:
    """Return a function over all runs."""

    def over(runs: Iterable[Run]) -> None:
        for run in runs:
            function(run)

    return over


PLAIN: Final[dict[str, Callable[[list[Run]], None]]] = {
    "expected_calls": each(expected_scores),
    "loop": each(lambda run: longest_loops(run.calls)),
    "outputs": each(output_scores),
    "parse_pass": each(parse_scores),
    "recovery": each(lambda run: responses(run.calls)),
    "repeated_calls": each(lambda run: repeated_call_rates(run.calls, ())),
    "tool_calls": each(call_scores),
    "valid_call_rate": each(lambda run: valid_call_rates(run.calls)),
}
"""The reference of a scorer, or of the core of it."""
