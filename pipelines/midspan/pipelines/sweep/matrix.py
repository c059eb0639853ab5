"""The cells of a sweep as rows: how many runs of each are planned, done and to be done."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from midspan.pipelines.sweep.plan import SweepPlan
from midspan.pipelines.sweep.standing import Standing

if TYPE_CHECKING:
    import polars as pl

AXES = ("model", "revision", "tier", "harness")


def cells_frame(plan: SweepPlan, standings: Mapping[str, Standing]) -> "pl.DataFrame":
    """Return a row a cell: the variant, the task, and runs, done, again, missing."""
    import polars as pl

    rows = [
        {
            **{axis: getattr(run.planned, axis) for axis in (*AXES, "task")},
            "state": standings[run.run_id].state,
        }
        for run in plan.runs
    ]
    axes = dict.fromkeys((*AXES, "task"), pl.String)
    state = pl.col("state")
    return (
        pl.DataFrame(rows, schema={**axes, "state": pl.String})
        .group_by(*axes, maintain_order=True)
        .agg(
            runs=pl.len().cast(pl.Int64),
            **{name: (state == name).sum().cast(pl.Int64) for name in ("done", "again", "missing")},
        )
    )


def factors(plan: SweepPlan) -> dict[str, int]:
    """Return how many there are on each axis of the matrix; their product less exclusions runs.

    Axes that the suite does not have are left out.
    """
    suite, matrix = plan.suite, plan.suite.matrix
    assert matrix is not None
    counts = {
        "model": len(matrix.models),
        "revision": len(matrix.revisions or ()),
        "tier": len(matrix.tiers or suite.tiers),
        "harness": len(matrix.harnesses or suite.harnesses),
        "task": len(suite.tasks),
        "trial": matrix.trials,
    }
    return {axis: count for axis, count in counts.items() if count}
