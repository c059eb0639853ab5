"""The document that a report's page is drawn from: columns of plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import polars as pl

from midspan.dashboards.report.columns import ordered, places
from midspan.dashboards.report.frames import ReportFrames, ShownTask
from midspan.dashboards.report.run_columns import run_columns
from midspan.dashboards.report.score_list import score_list
from midspan.dashboards.report.values import labels_alone, values
from midspan.scorers.comparison.runs import AXES
from midspan.scorers.comparison.sides import ALL_RUNS, NONE
from midspan.scorers.tables import RUN_STATUS

FORMAT: Final = 1
OUTCOMES: Final = (
    *("success", "wrong", "no_answer", "agent_error", "provider_error", "timeout", "budget"),
    *("infra", "unscored"),
)
"""In the order in which they are told: from well to badly, then what does not count."""


def in_order(runs: pl.DataFrame, order: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """Return the runs as a report numbers them: by task, variant and trial."""
    keys: list[pl.Expr] = [pl.col("experiment"), pl.col("task")]
    for axis in AXES:
        values_of_it = ordered(runs[axis], order.get(axis, ()))
        numbers = pl.Series(range(len(values_of_it)), dtype=pl.Int32)
        keys.append(
            pl.col(axis).replace_strict(values_of_it, numbers, default=None, return_dtype=pl.Int32)
        )
    return runs.sort([*keys, pl.col("trial"), pl.col("run_id")], nulls_last=True)


def document(frames: ReportFrames) -> dict[str, Any]:
    """Return the document, all but its steps; its runs stand in the order of the frame."""
    runs = frames.runs
    experiments = ordered(runs["experiment"])
    axes = {axis: ordered(runs[axis], frames.order.get(axis, ())) for axis in AXES}
    tasks = _tasks(frames)
    variants, variant_of = _variants(runs, axes)
    columns = run_columns(
        runs,
        frames.scores,
        experiments=experiments,
        tasks=[(task.experiment, task.id) for task in tasks],
        axes=axes,
        outcomes=OUTCOMES,
        statuses=list(RUN_STATUS.categories),
        redact=frames.redact,
    )
    of_runs = values(runs, frames.scores, frames.redact)
    tables = frames.computed.figures
    named = {*of_runs["values"], *of_runs["unevaluated"], *labels_alone(frames.scores)}
    figured = {name for table in tables.values() for name in table.scores}
    return {
        "format": FORMAT,
        **_about(frames),
        "experiments": experiments,
        "axes": axes,
        "variants": variants,
        "tasks": [_task(task, experiments) for task in tasks],
        "outcomes": list(OUTCOMES),
        "statuses": list(RUN_STATUS.categories),
        "counts": _counts(frames),
        "scores": score_list(named | figured, named, frames.known),
        "runs": {**columns, "variant": variant_of, **of_runs},
        "comparisons": {
            axis: found.as_dict() for axis, found in frames.computed.comparisons.items()
        },
        "figures": {pivot: table.as_dict() for pivot, table in tables.items()},
        "reliability": {
            pivot: [each.as_dict() for each in sides]
            for pivot, sides in frames.computed.reliability.items()
        },
        "failures": frames.failures,
        "servers": _servers(frames),
        "notes": list(frames.about.notes),
    }


def _about(frames: ReportFrames) -> dict[str, Any]:
    about = frames.about
    return {
        "title": about.title,
        "made": about.made.isoformat(timespec="seconds"),
        "midspan": about.version,
        "workspace": about.workspace,
        "suite": about.suite,
        "profile": about.profile,
    }


def _tasks(frames: ReportFrames) -> list[ShownTask]:
    """Return the tasks that were run, in the order in which they were given, then by name."""
    there = frames.runs.select("experiment", "task").drop_nulls().unique().sort("*")
    known = {(task.experiment, task.id): task for task in frames.tasks}
    wanted = {(experiment, task) for experiment, task in there.iter_rows()}
    first = [task for key, task in known.items() if key in wanted]
    rest = sorted(wanted.difference(known))
    return [*first, *(ShownTask(experiment=experiment, id=task) for experiment, task in rest)]


def _task(task: ShownTask, experiments: Sequence[str]) -> dict[str, Any]:
    return {
        **asdict(task),
        "experiment": experiments.index(task.experiment),
        "checks": [dict(check) for check in task.checks],
    }


def _variants(
    runs: pl.DataFrame, axes: Mapping[str, Sequence[str]]
) -> tuple[list[dict[str, Any]], list[int]]:
    """Return the variants there are, and which one each run is of."""
    numbered = pl.DataFrame(
        {axis: places(runs[axis], among) for axis, among in axes.items()},
        schema=dict.fromkeys(axes, pl.Int32),
    )
    found = numbered.unique().sort(list(axes), nulls_last=True)
    telling = [axis for axis in axes if found[axis].n_unique() > 1]
    told = []
    for row in found.iter_rows(named=True):
        parts = [axes[axis][row[axis]] if row[axis] is not None else NONE for axis in telling]
        told.append({"name": " · ".join(parts) or ALL_RUNS, **row})
    keyed = found.with_row_index("variant")
    placed = numbered.join(keyed, on=list(axes), nulls_equal=True, maintain_order="left")
    return told, placed["variant"].to_list()


def _counts(frames: ReportFrames) -> dict[str, Any]:
    runs, scores = frames.runs, frames.scores
    failed = scores.filter(pl.col("status") == "failed")
    reasons = frames.redact(failed["reason"], failed["run_id"])
    per_reason = (
        failed.with_columns(reasons.alias("reason"))
        .group_by("name", "reason")
        .agg(runs=pl.col("run_id").n_unique())
        .sort("name", "reason")
    )
    judged = runs["run_id"].is_in(scores["run_id"].unique().implode())
    return {
        "runs": runs.height,
        "meant": int(runs["meant"].sum()),
        "seen": int(runs["traced"].sum()),
        "infra": int(runs["infra"].sum()),
        "counted": int(runs["counted"].sum()),
        "evaluated": int(runs["evaluated"].sum()),
        "unscored": int((runs["counted"] & runs["traced"] & ~judged).sum()),
        "quarantined": frames.quarantined,
        "failed_scorers": per_reason.to_dicts(),
    }


def _servers(frames: ReportFrames) -> list[dict[str, Any]]:
    ids = frames.runs["run_id"].to_list()
    return [
        {
            "name": server.name,
            "span": server.span,
            "trace": server.trace,
            "runs": [place for place, run_id in enumerate(ids) if run_id in server.runs],
        }
        for server in frames.servers
    ]
