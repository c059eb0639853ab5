"""One run to tell of: found by the first digits of its id, with what scorers say of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from midspan.pipelines.scoring.chunks import Buckets, judged_tables
from midspan.pipelines.scoring.judges import judged, judges
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput
from midspan.scorers.run_view import Run, runs_of
from midspan.scorers.setting import Setting, default_setting

_LISTED: Final = 5
_SHORTEST: Final = 8
_DIGITS: Final = 32


@dataclass(frozen=True, kw_only=True)
class ToldRun:
    """A run with its score rows."""

    run: Run
    scores: pl.DataFrame


def tell_run(
    workspace: Workspace,
    prefix: str,
    *,
    setting: Setting | None = None,
    only: Sequence[str] = (),
    compat: Sequence[str] = (),
) -> ToldRun:
    """Return a run with what the workspace's scores say of it.

    Asked for with a setting, scorers or modes, or not scored before, it is judged anew, and
    nothing is written.
    """
    run_id = find_run(workspace, prefix)
    rows = _rows(workspace, run_id)
    scores = rows.pop("scores").collect()
    tables = judged_tables(rows, workspace.table("tools"), setting or default_setting())
    (run,) = runs_of(tables)
    by_code = pl.col("source") == "code"
    if setting is None and not only and not compat and not scores.filter(by_code).is_empty():
        return ToldRun(run=run, scores=scores)
    made = judges(tables.setting.profile, only=only, compat=compat)
    anew = judged(made, tables)
    return ToldRun(run=run, scores=pl.concat([scores.filter(~by_code), anew]))


def find_run(workspace: Workspace, prefix: str) -> str:
    """Return the id of the one run whose id begins like this."""
    wanted = prefix.strip().lower()
    runs = workspace.table("runs").filter(pl.col("run_id").str.starts_with(wanted))
    found = runs.select("run_id", "task", "model").sort("run_id").head(_LISTED + 1).collect()
    if found.height == 1 and wanted:
        return str(found["run_id"][0])
    see = f"midspan table {workspace.path} runs"
    if found.is_empty():
        raise InvalidInput(
            f"{workspace.path}: no run has an id that begins with {prefix!r}",
            fix=f"The runs: {see}",
        )
    lines = [
        " ".join(str(part) for part in row if part is not None)
        for row in found.head(_LISTED).iter_rows()
    ]
    more = ["..."] if found.height > _LISTED else []
    raise InvalidInput(
        f"{workspace.path}: more than one run has an id that begins with {prefix!r}",
        fix="\n".join(["Give more digits:", *(f"  {line}" for line in [*lines, *more])]),
    )


def _rows(workspace: Workspace, run_id: str) -> dict[str, pl.LazyFrame]:
    """Return the rows of one run, read from the one bucket that they stand in."""
    buckets, bucket = Buckets(workspace), workspace.bucket_of(run_id)
    names = ("runs", "calls", "spans", "text", "scores")
    of_run = pl.col("run_id") == run_id
    read = pl.collect_all([buckets.frame(name, bucket).filter(of_run) for name in names])
    return {name: frame.lazy() for name, frame in zip(names, read, strict=True)}


def short_ids(run_ids: pl.Series, wanted: Sequence[str]) -> dict[str, str]:
    """Return the first digits of some runs' ids that no other run's id begins with."""
    return {run_id: _short_id(run_ids, run_id) for run_id in wanted}


def _short_id(run_ids: pl.Series, run_id: str) -> str:
    for digits in range(_SHORTEST, _DIGITS, 4):
        if run_ids.str.starts_with(run_id[:digits]).sum() == 1:
            return run_id[:digits]
    return run_id
