"""How each run of a workspace ended, in the words of its scores."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from midspan.dashboards.terminal.cells import printable
from midspan.pipelines.comparison.aggregates import with_outcomes
from midspan.pipelines.scoring.told_runs import short_ids
from midspan.pipelines.workspace import Workspace
from midspan.scorers.comparison.runs import OF_RUN
from midspan.scorers.outcomes import FAILURES

AXES: Final = ("experiment", "model", "revision", "tier", "harness")
EPISODES: Final = 5
"""Failed operations that are told of one run."""

_REPEATED: Final = r"^(success|check\..*)$"
"""Scores that say what the outcome says."""


@dataclass(frozen=True, kw_only=True)
class RunVerdict:
    """How one run ended."""

    run_id: str
    name: str
    """Its task, with what tells it from other runs of the task."""
    outcome: str
    message: str
    """Why it failed, or why that is not known."""

    @property
    def failed(self) -> bool:
        """Return whether the run failed."""
        return self.outcome in FAILURES

    @property
    def judged(self) -> bool:
        """Return whether it is known how the run did."""
        return self.failed or self.outcome == "success"


def run_verdicts(workspace: Workspace) -> list[RunVerdict]:
    """Return how every run ended, by task, variant and trial."""
    runs = with_outcomes(workspace).collect()
    order = ["task", *AXES, "trial", "run_id"]
    runs = runs.sort(order, nulls_last=True)
    axes = [axis for axis in AXES if runs[axis].n_unique() > 1]
    failing = runs.filter(pl.col("outcome") != "success")["run_id"]
    ids, said = short_ids(runs["run_id"], failing.to_list()), _said(workspace, failing)
    return [
        RunVerdict(
            run_id=row["run_id"],
            name=_name(row, axes),
            outcome=row["outcome"],
            message="\n".join(_message(row, said.get(row["run_id"], ()), ids, workspace)),
        )
        for row in runs.iter_rows(named=True)
    ]


def _said(workspace: Workspace, run_ids: pl.Series) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return what scores say went wrong in some runs: the outcome, what failed, failed calls."""
    failed = OF_RUN & (pl.col("label") == "fail") & ~pl.col("name").str.contains(_REPEATED)
    given_up = (pl.col("name") == "episode") & (pl.col("value") == 0)
    of_outcome = OF_RUN & (pl.col("name") == "outcome")
    rows = (
        workspace.table("scores")
        .filter(
            pl.col("run_id").is_in(run_ids.implode()),
            (pl.col("status") == "ok") & pl.col("explanation").is_not_null(),
            of_outcome | failed | given_up,
        )
        .select("run_id", "name", "call", "explanation")
        .sort("run_id", pl.col("name") != "outcome", "call", "name", nulls_last=False)
        .collect()
    )
    by_run = rows.partition_by("run_id", as_dict=True)
    return {str(run_id): part.to_dicts() for (run_id,), part in by_run.items()}


def _name(row: Mapping[str, Any], axes: Sequence[str]) -> str:
    """Return the task, and in brackets the axes that tell runs apart, and the trial."""
    parts = [str(row[axis]) for axis in axes if row[axis] is not None]
    if row["trial"] is not None:
        parts.append(f"trial {row['trial']}")
    if row["task"] is None:
        parts.append(row["run_id"])
    return printable(f"{row['task'] or 'run'}[{' · '.join(parts)}]")


def _message(
    row: Mapping[str, Any],
    said: Sequence[Mapping[str, Any]],
    ids: Mapping[str, str],
    workspace: Workspace,
) -> Iterator[str]:
    if row["outcome"] == "success":
        return
    yield f"{row['outcome']}: {printable(_why(row, said))}"
    episodes = 0
    for one in said:
        episodes += one["name"] == "episode"
        if one["name"] == "outcome" or episodes > EPISODES:
            continue
        head = f"call {one['call']}" if one["call"] is not None else one["name"]
        yield f"{printable(head)}: {printable(one['explanation'])}"
    if episodes > EPISODES:
        yield f"{episodes - EPISODES} more failed operations that were not made up for"
    if row["status"] != "missing":
        yield f"step by step: midspan score {workspace.path} --explain {ids[row['run_id']]}"


def _why(row: Mapping[str, Any], said: Sequence[Mapping[str, Any]]) -> str:
    """Return why the run ended as it did; of runs that were never scored, as recorded."""
    told = next((one["explanation"] for one in said if one["name"] == "outcome"), None)
    if told is not None:
        return str(told)
    failed = [check for check in row["checks"] or () if check["passed"] is False]
    if row["outcome"] == "wrong" and failed:
        return "; ".join(
            f"{check['id']} ({check['detail'] or 'does not hold'})" for check in failed
        )
    ended = f", ended by {row['ended_by']}" if row["ended_by"] is not None else ""
    return f"status {row['status']}{ended}"
