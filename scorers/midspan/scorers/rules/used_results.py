"""The rule `result_used`: a value of a tool's result occurs later, in an argument or the answer."""

from itertools import groupby
from operator import itemgetter
from typing import Any

import polars as pl

from midspan.scorers.globs import globs_pattern
from midspan.scorers.profile.rules import ResultUse, ResultUsedRule
from midspan.scorers.rules.assigned import UNKNOWN, VIOLATIONS, Assigned, Found
from midspan.scorers.rules.values import is_used, values_of, words_of
from midspan.scorers.tables import Tables


def used_result_rules(rules: Assigned, tables: Tables) -> Found:
    """Return the calls whose result was not used. A failure, or nothing to use, is no result."""
    found = []
    for number, rule in rules.of_kind(ResultUsedRule).items():
        found.append(_used_results(rules.runs_of(number), rule.result_used, tables))
    return Found.of([each.violations for each in found], [each.unknown for each in found])


def _used_results(runs: pl.DataFrame, use: ResultUse, tables: Tables) -> Found:
    violations, unknown = [], []
    run_of = {run["run_id"]: run for run in runs.iter_rows(named=True)}
    calls = _calls_to_read(runs, use, tables).iter_rows(named=True)
    for run_id, of_run in groupby(calls, key=itemgetter("run_id")):
        run = run_of[run_id]
        unused, open_ = _judged(list(of_run), run, use)
        violations += [_violation(call, run["rule"], use) for call in unused]
        if open_:
            unknown.append((run_id, run["rule"], "results of the tool were not recorded"))
    unseen = runs.filter(pl.col("calls").is_null()).with_columns(
        reason=pl.lit("what the model wrote was not recorded")
    )
    return Found.of(
        [pl.DataFrame(violations, schema=VIOLATIONS)],
        [pl.DataFrame(unknown, schema=UNKNOWN, orient="row"), unseen],
    )


def _calls_to_read(runs: pl.DataFrame, use: ResultUse, tables: Tables) -> pl.DataFrame:
    """Return the calls of runs that have a result to use, in order; `wanted` are those with it.

    Of the others only the arguments are read.
    """
    wanted = (
        pl.col("name").str.contains(globs_pattern([use.tool]))
        & pl.col("executed")
        & ~pl.col("failed").fill_null(False)
    )
    of_runs = tables.calls.join(runs.lazy().select("run_id"), on="run_id", how="semi").select(
        *("run_id", "call", "turn", "trace_id", "span_id", "name", "arguments"),
        wanted=wanted,
        result=pl.when(wanted).then("result"),
    )
    return of_runs.filter(pl.col("wanted").any().over("run_id")).sort("run_id", "call").collect()


def _judged(
    calls: list[dict[str, Any]], run: dict[str, Any], use: ResultUse
) -> tuple[list[dict[str, Any]], bool]:
    """Return the calls whose results were not used, and whether that of another is not known."""
    unused, unknown = [], False
    for at, call in enumerate(calls):
        if not call["wanted"]:
            continue
        if call["result"] is None:
            unknown = True
            continue
        # What was asked with is no news.
        asked = values_of(call["arguments"] or "{}")
        later = _later(calls[at + 1 :], call, run, use)
        if not is_used(values_of(call["result"]), asked, later):
            unused.append(call)
    return unused, unknown


def _later(
    calls: list[dict[str, Any]], of: dict[str, Any], run: dict[str, Any], use: ResultUse
) -> list[str]:
    """Return the arguments, and the answer, that the result of a call could go into."""
    turn, last = of["turn"], None
    if turn is not None and use.within_turns is not None:
        last = turn + use.within_turns
    texts = []
    for call in calls:
        # Calls of the same turn were written before the result was there.
        known = turn is not None and call["turn"] is not None
        if known and (call["turn"] <= turn or (last is not None and call["turn"] > last)):
            continue
        texts.append(words_of(call["arguments"] or "{}"))
    ended = run["turns"] - 1 if run["turns"] else None
    if run["answer"] and (last is None or ended is None or ended <= last):
        texts.append(run["answer"])
    return texts


def _violation(call: dict[str, Any], number: int, use: ResultUse) -> dict[str, Any]:
    within = "later"
    if use.within_turns is not None:
        turns = "turn" if use.within_turns == 1 else "turns"
        within = f"within {use.within_turns} {turns}"
    return {
        **{name: call[name] for name in ("run_id", "trace_id", "span_id", "call")},
        "rule": number,
        "explanation": f"no value of what `{call['name']}` gave was used {within}, "
        "in an argument or in the answer",
    }
