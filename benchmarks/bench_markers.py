"""How fast markers fire: against the bare scan of the texts, and against plain Python.

python benchmarks/bench_markers.py [RUNS]
"""

import dataclasses
import sys
from collections.abc import Mapping
from functools import partial
from typing import Final

import marker_corpus
import polars as pl
from measuring import ROOT, in_turns, machine

from midspan.scorers.markers import Markers, firings
from midspan.scorers.markers.facts import Doings, facts_of
from midspan.scorers.markers.python_code import python_used
from midspan.scorers.markers.recorded import recorded
from midspan.scorers.profile import Predicate, Profile
from midspan.scorers.setting import Setting
from midspan.scorers.tables import Tables

sys.path.insert(0, str(ROOT))
from tests.scorers.oracle.markers import fired

Parsed = tuple[list[tuple[Doings, str]], list[str]]

RUNS: Final = 20_000
SHARE: Final = 40
"""Plain Python is timed on every 40th run, and its time multiplied."""

ROUNDS: Final = 3

PROFILE: Final = """\
profile: bench
contract: 1
extends: [midspan/default, midspan/transformers]
markers:
  wrote-tests: {writes: "**/test_*.py"}
  json-answer: {answer: {regex: '^\\s*\\{'}}
  hedged: {output: {regex: '(?i)\\bnot sure\\b'}}
  refused: {result: {regex: '(?i)permission denied'}}
  hammered: {count: {tool: "*", fault: any}, at_least: 3, within_turns: 5}
"""
SCANNED: Final = "transformers|agentic|pipeline"


def main(runs: int) -> None:
    """Print every figure, with its target."""
    profile = Profile.parse(PROFILE)
    tables = marker_corpus.tables(runs, Setting.of(profile=profile))
    predicates = {name: marker.predicate for name, marker in profile.markers.items()}
    print(f"{machine()}\n{runs:,} runs, {len(predicates)} markers; CPU time, medians\n")
    found = firings(tables, predicates)
    plain_rows = rows(tables)
    expected = fired(predicates, profile.tools.roles, **plain_rows)
    ids = {run["run_id"] for run in plain_rows["runs"]}
    same = found.filter(pl.col("run_id").is_in(ids)).select("run_id", "name", "order")
    assert set(same.iter_rows()) == expected, "plain Python says otherwise"

    parsed = candidates(tables, predicates)
    here, all_of_it, floor, parsing, plain = in_turns(
        ROUNDS,
        lambda: firings(dataclasses.replace(tables), predicates),
        lambda: Markers().score(dataclasses.replace(tables)).collect(),
        partial(scan, tables),
        partial(parse, parsed),
        partial(fired, predicates, profile.tools.roles, **plain_rows),
    )
    plain *= SHARE
    print("| What | Time | Target |\n|---|---|---|")
    print(f"| scan of the texts, one pattern | {1000 * floor:,.0f} ms | |")
    print(f"| parsing of the candidates alone | {1000 * parsing:,.0f} ms | |")
    print(f"| firings | {1000 * here:,.0f} ms | |")
    print(f"| (firings - parsing) / scan | {(here - parsing) / floor:.1f} | <= 3 |")
    print(f"| firings and score rows | {1000 * all_of_it:,.0f} ms | |")
    print(f"| plain Python | {1000 * plain:,.0f} ms | |")
    print(f"| plain Python / firings | {plain / here:.1f} | >= 12 |")
    calls = tables.calls.select(pl.len()).collect().item()
    print(f"\n{found.height:,} firings; of {calls:,} calls {len(parsed[0]):,} were parsed")


def scan(tables: Tables) -> None:
    """Read every text that markers may look at, and look for one pattern."""
    hits = pl.col("^arguments|result|text|answer$").str.contains(SCANNED).sum()
    pl.collect_all(
        [
            tables.calls.select("arguments", "result").select(hits),
            tables.text.select("text").select(hits),
            tables.runs.select("answer").select(hits),
        ]
    )


def candidates(tables: Tables, predicates: Mapping[str, Predicate]) -> Parsed:
    """Return the arguments and the code that are parsed for the markers."""
    fresh = dataclasses.replace(tables)
    firings(fresh, predicates)
    return recorded(fresh).parsed


def parse(parsed: Parsed) -> None:
    """Parse arguments and code, and do nothing with them."""
    calls, codes = parsed
    for does, arguments in calls:
        facts_of(does, arguments)
    for code in codes:
        python_used(code)


def rows(tables: Tables) -> dict[str, list[dict[str, object]]]:
    """Return some of the runs as rows, for which the reference is not charged."""
    chosen = tables.runs.select("run_id").gather_every(SHARE)
    return {
        name: getattr(tables, name).join(chosen, on="run_id", how="semi").collect().to_dicts()
        for name in ("runs", "calls", "spans", "text")
    }


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else RUNS)
