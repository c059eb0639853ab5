"""Compares variants of a workspace, or two workspaces; reads alone, and writes nothing."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from midspan.pipelines.comparison.aggregates import with_outcomes
from midspan.pipelines.records import PLAN_FILE, read_plan
from midspan.pipelines.workspace import Workspace
from midspan.scorers.comparison import (
    BY,
    Asked,
    Comparison,
    Ground,
    Sides,
    compare,
    one_workspace,
    two_workspaces,
)
from midspan.scorers.comparison.declared import ALIASES, declared
from midspan.scorers.comparison.runs import SOURCE
from midspan.scorers.errors import InvalidInput
from midspan.scorers.file_format.problems import suggestion
from midspan.scorers.plugins import declarations
from midspan.scorers.profile import Profile
from midspan.scorers.score import Better, Declarations


def compare_workspaces(
    workspaces: Sequence[Workspace],
    *,
    by: str | None = None,
    baseline: str | None = None,
    profile: Profile | None = None,
    names: Sequence[str] | None = None,
    primary: Sequence[str] | None = None,
    only_shared: bool = False,
) -> Comparison:
    """Return what a comparison says: of one workspace along an axis, or of two of them.

    `names` are the exploratory scores to compare, all where it is None; `primary` the scores whose
    p-values are corrected together, those of the profile where it is None.
    """
    profile = profile or Profile.default()
    ground = ground_of(workspaces)
    sides = sides_of(workspaces, ground, by=by, baseline=baseline)
    chosen = list(profile.compare.primary if primary is None else primary)
    known = declarations(profile)
    fix = "Mend the name on the command line, or in the `compare` of the profile."
    require_scores([*(names or ()), *chosen], ground, known, fix=fix)
    asked = Asked(
        by=by,
        primary=chosen,
        alpha=profile.compare.alpha,
        minimum_tasks=profile.compare.minimum_tasks,
        names=names,
        only_shared=only_shared,
        known=known,
    )
    return compare(ground, sides, asked)


def ground_of(workspaces: Sequence[Workspace]) -> Ground:
    """Return the runs and scores of some workspaces, each numbered as a source."""
    here = [pl.lit(number, pl.Int8).alias(SOURCE) for number in range(len(workspaces))]
    pairs = list(zip(workspaces, here, strict=True))
    return Ground.of(
        pl.concat([with_outcomes(one).with_columns(source) for one, source in pairs]),
        pl.concat([one.table("scores").with_columns(source) for one, source in pairs]),
    )


def sides_of(
    workspaces: Sequence[Workspace], ground: Ground, *, by: str | None, baseline: str | None
) -> Sides:
    """Return what is held against what, or raise what is missing to say so."""
    if by is not None and by not in BY:
        raise InvalidInput(
            f"cannot compare by {by!r}.{suggestion(by, BY)}", fix=f"There are {', '.join(BY)}."
        )
    for workspace, number in zip(workspaces, range(len(workspaces)), strict=True):
        if ground.facts.filter(pl.col(SOURCE) == number).is_empty():
            raise InvalidInput(
                f"{workspace.path}: the workspace holds no run",
                fix=f"midspan ingest SPANS --into {workspace.path}",
            )
    if len(workspaces) == 2:
        first, second = (workspace.path for workspace in workspaces)
        if first.resolve() == second.resolve():
            raise InvalidInput(
                f"{first} and {second} are the same workspace",
                fix="Name another one, or compare within it: --by model",
            )
        if baseline is not None:
            raise InvalidInput(
                "of two workspaces the first is the baseline, so --baseline says nothing",
                fix=f"Leave it out, or compare within one workspace: --by {by or 'model'}",
            )
        _refuse_a_copy(ground, first, second)
        return two_workspaces(ground.cells, _names(first, second), by=by)
    [workspace] = workspaces
    if by is None:
        raise InvalidInput(
            "one workspace is compared along an axis, and none is named",
            fix=_axes(ground.cells, workspace.path),
        )
    order = _planned(workspace.path, by)
    return one_workspace(ground.cells, by, baseline=baseline, order=order)


def _refuse_a_copy(ground: Ground, first: Path, second: Path) -> None:
    """Raise where the second workspace holds no run that the first one does not hold."""
    traced = ground.runs.filter(pl.col("trace_ids").list.len() > 0)
    ran = traced.select(SOURCE, "run_id", "trace_ids").collect()
    before, after = (ran.filter(pl.col(SOURCE) == number).drop(SOURCE) for number in (0, 1))
    # Planned runs have the same id wherever they run; their traces tell them apart.
    if after.height and after.join(before, on=["run_id", "trace_ids"], how="anti").is_empty():
        raise InvalidInput(
            f"all runs of {second} are in {first} as well: they would be compared with themselves",
            fix="Name the workspace that holds the new runs.",
        )


def _names(first: Path, second: Path) -> tuple[str, str]:
    """Return what two workspaces are called: their folders, where those tell them apart."""
    short = first.resolve().name, second.resolve().name
    return short if short[0] != short[1] else (str(first), str(second))


def _axes(cells: pl.DataFrame, path: Path) -> str:
    """Return which axes there are to compare along."""
    found = {axis: sorted(set(cells[axis].drop_nulls())) for axis in BY}
    several = [axis for axis, values in found.items() if len(values) > 1]
    if not several:
        return f"All of its runs are of one variant. Name a second one: midspan compare {path} WS2"
    told = "; ".join(f"{axis}: {', '.join(found[axis][:6])}" for axis in several)
    return f"Add --by {several[0]}, or another one of {told}"


def _planned(path: Path, by: str) -> list[str]:
    """Return the values of an axis in the order of the plan: the first is the baseline."""
    plan = path / PLAN_FILE
    if not plan.is_file():
        return []
    values = (getattr(run, by) for run in read_plan(plan))
    return list(dict.fromkeys(value for value in values if value is not None))


def require_scores(names: Sequence[str], ground: Ground, known: Declarations, *, fix: str) -> None:
    """Raise for a score that no run has and nobody declares: a word that was mistyped.

    `known` are the declarations of the scorers, with those of the scores that the profile names.
    """
    named = set(known)  # Of a family such as `marker.*` the profile says which there are.
    strange = [name for name in names if name not in named and not _has_direction(name, known)]
    if not strange:
        return
    there = set(ground.scores.select(pl.col("name").unique()).collect()["name"])
    for name in strange:
        if name not in there:
            hint = suggestion(name, sorted({*known, *there, *ALIASES}))
            raise InvalidInput(f"no such score: {name}.{hint}", fix=fix)


def _has_direction(name: str, known: Declarations) -> bool:
    """Return whether more or less of it is better: of figures such as `pass_hat_3`, too."""
    return declared(ALIASES.get(name, name), known).better is not Better.NEITHER
