"""Rules about what steps do: never, at least once, or only after something else."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from midspan.scorers.markers import firings
from midspan.scorers.markers.unknown import unknown_runs
from midspan.scorers.profile.predicates import Predicate
from midspan.scorers.profile.rules import ForbidRule, RequireBeforeRule, RequireRule
from midspan.scorers.rules.assigned import UNKNOWN, Assigned, Found
from midspan.scorers.tables import Tables

KEY: Final = ["run_id", "rule"]

_MATCHED: Final = pl.concat_str(pl.lit(": "), "matched").fill_null("")


def predicate_rules(rules: Assigned, tables: Tables) -> Found:
    """Return what breaks the rules `forbid`, `require` and `require_before`."""
    forbidden = rules.of_kind(ForbidRule)
    required = rules.of_kind(RequireRule)
    ordered = rules.of_kind(RequireBeforeRule)
    predicates: dict[str, Predicate] = {
        **{str(number): rule.forbid for number, rule in forbidden.items()},
        **{str(number): rule.require for number, rule in required.items()},
        **{f"{number}.first": rule.require_before.first for number, rule in ordered.items()},
        **{f"{number}.then": rule.require_before.then for number, rule in ordered.items()},
    }
    if not predicates:
        return Found.of()
    fired = _fired(rules, tables, predicates)
    lacking = _lacking(rules, fired, list(required))
    unseen = _unseen(rules, tables, predicates)
    firsts = [f"{number}.first" for number in ordered]
    return Found.of(
        violations=[
            fired.filter(pl.col("rule").is_in(list(forbidden)), pl.col("part") == "").with_columns(
                explanation=pl.concat_str(pl.lit("forbidden"), _MATCHED)
            ),
            lacking.join(unseen, on=KEY, how="anti"),
            # What should have come first may have come unseen.
            _too_early(fired, list(ordered)).join(
                _unseen(rules, tables, {name: predicates[name] for name in firsts}),
                on=KEY,
                how="anti",
            ),
        ],
        # What is required and was seen once is kept, whatever else there was.
        unknown=[
            unseen.join(
                fired.filter(pl.col("rule").is_in(list(required))),
                on=KEY,
                how="anti",
            )
        ],
    )


def _fired(rules: Assigned, tables: Tables, predicates: Mapping[str, Predicate]) -> pl.DataFrame:
    """Return where predicates held, in the runs whose rules they are of."""
    number = pl.col("name").str.split_exact(".", 1)
    return (
        firings(tables, predicates)
        .with_columns(
            rule=number.struct.field("field_0").cast(pl.UInt32),
            part=number.struct.field("field_1").fill_null(""),
        )
        .join(rules.runs.select("run_id", "rule"), on=KEY, how="semi")
        .sort("run_id", "rule", "order")
    )


def _unseen(rules: Assigned, tables: Tables, predicates: Mapping[str, Predicate]) -> pl.DataFrame:
    """Return the runs in which a predicate of a rule may have held unseen, with why."""
    found = [pl.DataFrame(schema=UNKNOWN)]
    for name, predicate in predicates.items():
        number = int(name.partition(".")[0])
        unknown = unknown_runs(tables, predicate)
        found.append(unknown.join(rules.runs_of(number), on="run_id").select(*UNKNOWN))
    return pl.concat(found).unique(["run_id", "rule"], keep="first", maintain_order=True)


def _lacking(rules: Assigned, fired: pl.DataFrame, required: list[int]) -> pl.DataFrame:
    """Return the runs in which what is required never held, on their roots."""
    return (
        rules.runs_of(*required)
        .join(fired, on=KEY, how="anti", maintain_order="left")
        .select(
            "run_id",
            "rule",
            trace_id="root_trace",
            span_id="root_span_id",
            call=pl.lit(None, pl.Int32),
            explanation=pl.lit("required, and it never happened"),
        )
    )


def _too_early(fired: pl.DataFrame, ordered: list[int]) -> pl.DataFrame:
    """Return the steps before which something had to come first, and did not.

    A step that is both did both: what a command reads and then writes was read first.
    """
    of_rule = fired.filter(pl.col("rule").is_in(ordered))
    first = (
        of_rule.filter(pl.col("part") == "first")
        .group_by("run_id", "rule")
        .agg(earliest=pl.col("order").min())
    )
    then = of_rule.filter(pl.col("part") == "then").join(
        first, on=KEY, how="left", maintain_order="left"
    )
    never = pl.col("earliest").is_null()
    why = pl.when(never).then(pl.lit("at all")).otherwise(pl.lit("before it"))
    return then.filter(never | (pl.col("earliest") > pl.col("order"))).with_columns(
        explanation=pl.format("what must come first did not come {}{}", why, _MATCHED)
    )
