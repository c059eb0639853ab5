"""Failed runs by what went wrong: a hundred failures, three causes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import polars as pl

from midspan.pipelines.scoring.chunks import Chunks
from midspan.pipelines.workspace import Workspace
from midspan.scorers.comparison.runs import OF_RUN, told_outcomes
from midspan.scorers.faults.signature import signature
from midspan.scorers.outcomes import FAILURES, with_outcome_facts
from midspan.scorers.recovery.episodes import RECOVERED, episodes
from midspan.scorers.recovery.responses import responses
from midspan.scorers.scored_checks import with_scored_checks
from midspan.scorers.setting import Setting, default_setting
from midspan.scorers.tables import Tables

KEY: Final = ("rule", "response", "markers", "signature")
"""What tells one cause from another."""

PROVIDER: Final = "provider.error"
RUN: Final = "run.error"

_SCHEMA: Final[dict[str, pl.DataType]] = {
    "run_id": pl.String(),
    "task": pl.String(),
    "model": pl.String(),
    "outcome": pl.String(),
    "rule": pl.String(),
    "response": pl.String(),
    "markers": pl.List(pl.String()),
    "signature": pl.String(),
}


@dataclass(frozen=True, kw_only=True)
class Failures:
    """The failed runs of a workspace, and their causes."""

    outcomes: Mapping[str, int]
    """How many runs ended how."""
    causes: pl.DataFrame
    """A row for each cause, the commonest first: its key (null: not asked for), runs, share (of
    the failed runs), tasks, outcomes and models (with how many runs), example (a run), run_ids (all
    of them)."""
    rules: Mapping[str | None, int]
    """How many failed runs have which fault rule, the commonest first; None: no fault was left."""

    @property
    def failed(self) -> int:
        """Return how many runs failed."""
        return sum(self.outcomes.get(outcome, 0) for outcome in FAILURES)

    @property
    def judged(self) -> int:
        """Return of how many runs it is known whether they failed."""
        return self.failed + self.outcomes.get("success", 0)

    def as_dict(self) -> dict[str, Any]:
        """Return all of it in plain values."""
        counts = {"failed": self.failed, "judged": self.judged, "outcomes": dict(self.outcomes)}
        rules = [{"rule": rule, "runs": runs} for rule, runs in self.rules.items()]
        return {**counts, "rules": rules, "causes": self.causes.to_dicts()}


def failures(
    workspace: Workspace, *, setting: Setting | None = None, by: Sequence[str] = KEY
) -> Failures:
    """Return the failed runs of a workspace by cause; reads alone, and writes nothing.

    A cause is a fault with its error signature, what the agent did first after it, and the markers
    that fired in the run; `by` says which of these tell causes apart.
    """
    setting = setting or default_setting()
    chunks = Chunks(workspace, setting)
    ended: list[pl.DataFrame] = []
    for chunk in chunks.every:
        tables, scores = chunks.tables(chunk), chunk.frame("scores", chunks.files)
        facts = with_outcome_facts(tables.runs, tables.spans, tables.text)
        runs = with_scored_checks(told_outcomes(facts, scores), scores).collect()
        ended.append(_with_causes(runs, _of_failed(tables, runs), scores))
    runs = pl.concat(ended) if ended else pl.DataFrame(schema=_SCHEMA)
    counts = runs["outcome"].value_counts().sort("outcome")
    failed = runs.filter(pl.col("outcome").is_in(FAILURES))
    rules = failed["rule"].value_counts().sort("count", "rule", descending=[True, False])
    return Failures(
        outcomes=dict(counts.iter_rows()),
        causes=_grouped(failed, [name for name in KEY if name in by]),
        rules=dict(rules.iter_rows()),
    )


def _of_failed(tables: Tables, runs: pl.DataFrame) -> Tables:
    """Return the tables of the runs that failed: of the others nobody asks for a cause."""
    failed = runs.lazy().filter(pl.col("outcome").is_in(FAILURES)).select("run_id")
    names = ("runs", "calls", "spans", "text")
    frames = {name: getattr(tables, name) for name in names}
    return replace(
        tables,
        **{
            name: frame.join(failed, on="run_id", how="semi", maintain_order="left")
            for name, frame in frames.items()
        },
    )


def _with_causes(runs: pl.DataFrame, tables: Tables, scores: pl.LazyFrame) -> pl.DataFrame:
    """Return the runs with what they failed of: the columns of `KEY`."""
    failed = pl.col("outcome").is_in(FAILURES)
    fault, fired = _faults(tables).collect(), _fired(tables, scores).collect()
    told = runs.join(fault, on="run_id", how="left").join(fired, on="run_id", how="left")
    of_provider = pl.col("outcome") == "provider_error"
    by_call = pl.col("fault_rule").is_not_null() & ~of_provider
    of_run = pl.col("root_error").is_not_null() & (pl.col("outcome") != "wrong")
    rule = (
        pl.when(by_call)
        .then("fault_rule")
        .when(of_provider)
        .then(pl.lit(PROVIDER))
        .when(of_run)
        .then(pl.lit(RUN))
    )
    message = pl.when(of_provider).then("last_error").when(of_run).then("root_error")
    said = (
        pl.when(by_call)
        .then(pl.coalesce("signature", "fault_rule"))
        .when(rule.is_not_null())
        .then(_signature(rule, message))
        .otherwise(_without_a_fault())
    )
    return told.select(
        "run_id",
        "task",
        "model",
        "outcome",
        rule=pl.when(failed).then(rule),
        response=pl.when(failed & by_call).then("response"),
        markers=pl.when(failed).then(pl.col("markers").fill_null([])),
        signature=pl.when(failed).then(said),
    ).cast(_SCHEMA)  # type: ignore[arg-type]


def _faults(tables: Tables) -> pl.LazyFrame:
    """Return of each run the last fault that was never made up for, and the response to it.

    A failure that was made up for is no cause of anything.
    """
    opened = (
        episodes(tables)
        .filter(~pl.col("label").is_in(RECOVERED))
        .group_by("run_id")
        .agg(pl.col("call").max())
    )
    key = ["run_id", "call"]
    calls = tables.calls.select(*key, "fault_rule", "signature")
    answers = responses(tables).select(*key, "response")
    found = opened.join(calls, on=key, how="left").join(answers, on=key, how="left")
    return found.select("run_id", "fault_rule", "signature", "response")


def _fired(tables: Tables, scores: pl.LazyFrame) -> pl.LazyFrame:
    """Return the markers that fired in each run, as scored.

    A marker that had better fire explains no failure.
    """
    markers = tables.setting.profile.markers
    good = [f"marker.{name}" for name, marker in markers.items() if marker.better == "higher"]
    fired = scores.filter(
        OF_RUN,
        pl.col("name").str.starts_with("marker."),
        ~pl.col("name").is_in(good),
        pl.col("value") > 0,
    )
    name = pl.col("name").str.strip_prefix("marker.")
    return fired.group_by("run_id").agg(markers=name.unique().sort())


def _signature(rule: pl.Expr, message: pl.Expr) -> pl.Expr:
    """Return the signature of what went wrong outside of any call."""

    def signed(row: dict[str, str | None]) -> str:
        # It begins with the rule, as every signature does, and names no tool.
        return signature(str(row["rule"]), "", row["message"]).replace(" : ", ": ").strip()

    both = pl.struct(rule.alias("rule"), message.alias("message"))
    return both.map_elements(signed, return_dtype=pl.String)


def _without_a_fault() -> pl.Expr:
    """Return what can be said of a run in which no failed call was left: what does not hold."""
    open_checks = (
        pl.col("checks")
        .list.eval(
            pl.element()
            .struct.field("id")
            .filter(pl.element().struct.field("passed").fill_null(True).not_())
        )
        .list.join(", ")
    )
    outcome = pl.col("outcome").str.replace_all("_", " ")
    wrong = pl.when(open_checks != "").then(pl.format("does not hold: {}", open_checks))
    # An agent that could not even ask its model has no span to say so: its record does.
    problem = pl.col("detail").str.json_path_match("$.problem").str.extract(r"^([^\n]+)", 1)
    ended = pl.when(pl.col("outcome") != "wrong").then(pl.format("ended: {}", outcome))
    reason = pl.when(problem.is_not_null()).then(_signature(ended, problem))
    return pl.coalesce(reason, ended, wrong, outcome)


def _grouped(failed: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Return a row for each cause; the example is the run whose id comes first."""
    unasked = [pl.lit(None, _SCHEMA[name]).alias(name) for name in KEY if name not in by]
    per_cause = (
        failed.sort("run_id")
        .with_columns(unasked)
        .group_by(KEY, maintain_order=True)
        .agg(
            runs=pl.len(),
            tasks=pl.col("task").drop_nulls().n_unique(),
            outcomes=pl.col("outcome").value_counts(),
            models=pl.col("model").drop_nulls().value_counts(),
            example=pl.col("run_id").first(),
            run_ids="run_id",
        )
    )
    share = pl.col("runs") / max(failed.height, 1)
    counted = [
        pl.col(column).list.sort().list.eval(_count_first(of))
        for column, of in (("outcomes", "outcome"), ("models", "model"))
    ]
    ordered = per_cause.with_columns(*counted, share=share).sort(
        "runs", "example", descending=[True, False]
    )
    told = ("runs", "share", "tasks", "outcomes", "models", "example", "run_ids")
    return ordered.select(*KEY, *told)


def _count_first(of: str) -> pl.Expr:
    """Return counts as words, the largest first: "12 wrong"."""
    count, value = pl.element().struct.field("count"), pl.element().struct.field(of)
    words = pl.format("{} {}", count, value)
    return words.sort_by(count, value, descending=[True, False])
