"""Compares sides: every score with its estimates, differences and verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from midspan.scorers.comparison.coverage import coverage_matrix, side_coverage
from midspan.scorers.comparison.declared import ALIASES, MEDIANS, RELIABILITY, declared
from midspan.scorers.comparison.differences import difference, judged
from midspan.scorers.comparison.estimates import figure, with_median
from midspan.scorers.comparison.grid import Grid, grids
from midspan.scorers.comparison.ground import Ground
from midspan.scorers.comparison.identity import identity_warnings
from midspan.scorers.comparison.result import Comparison, Difference, ScoreComparison
from midspan.scorers.comparison.runs import RUN, SOURCE_CELL, run_values
from midspan.scorers.comparison.sides import Sides
from midspan.scorers.score import Declaration
from midspan.scorers.statistics import holm


@dataclass(frozen=True, kw_only=True)
class Asked:
    """How sides are to be compared."""

    by: str | None
    primary: Sequence[str]
    alpha: float = 0.05
    minimum_tasks: int = 6
    names: Sequence[str] | None = None
    """The scores to compare besides the primary ones; None: all."""
    only_shared: bool = False
    known: Mapping[str, Declaration] = field(default_factory=dict)
    """What the scorers declare."""


def compare(ground: Ground, sides: Sides, asked: Asked) -> Comparison:
    """Return what a comparison of some sides says; nothing to compare is a verdict, too."""
    of_score = grids(ground.figures, sides)
    unevaluated = _unevaluated(ground, sides)
    primary = list(dict.fromkeys(ALIASES.get(name, name) for name in asked.primary))
    names = [*primary, *_others(of_score, primary, asked)]
    medians = _run_values(ground, sides, [name for name in names if name in MEDIANS])
    scores = []
    for name in names:
        grid = of_score.get(name) or _empty(sides)
        what = declared(name, asked.known)
        one = _score(grid, sides, what, medians.get(name), name in primary, asked)
        scores.append(_with_unevaluated(one, unevaluated))
    scores, tests = _corrected(scores, asked.alpha)
    placed = _placed(ground, sides)
    return Comparison(
        by=asked.by,
        sides=sides.labels,
        contrasts=tuple(
            (sides.labels[one.baseline], sides.labels[one.side]) for one in sides.contrasts
        ),
        alpha=asked.alpha,
        minimum_tasks=asked.minimum_tasks,
        tests=tests,
        only_shared=asked.only_shared,
        scores=tuple(scores),
        coverage=side_coverage(sides, placed, ground.scores),
        matrix=coverage_matrix(sides, ground.cells),
        warnings=tuple(_warnings(ground, sides, placed, asked)),
        notes=tuple(_notes(ground, sides)),
    )


def _score(
    grid: Grid,
    sides: Sides,
    what: Declaration,
    runs: pl.DataFrame | None,
    primary: bool,
    asked: Asked,
) -> ScoreComparison:
    units = None
    if asked.only_shared:
        units = np.all([grid.present(side) for side in range(len(sides.labels))], axis=0)
    found = []
    for side, label in enumerate(sides.labels):
        one = figure(grid, side, label, what, units)
        if runs is not None and one.estimate is not None:
            among = runs.filter(side=side)
            shared = units is None or pl.col("unit").is_in(np.flatnonzero(units))
            one = with_median(one, among.filter(shared))
        found.append(one)
    return ScoreComparison(
        name=what.name,
        unit=what.unit,
        better=what.better,
        description=what.description,
        primary=primary,
        figures=tuple(found),
        differences=tuple(
            difference(grid, contrast, sides, what, minimum_tasks=asked.minimum_tasks)
            for contrast in sides.contrasts
        ),
    )


def _corrected(
    scores: Sequence[ScoreComparison], alpha: float
) -> tuple[list[ScoreComparison], int]:
    """Return the scores with their verdicts, and how many p-values were corrected together."""
    tested = [each.p for score in scores if score.primary for each in score.differences]
    family = [p for p in tested if p is not None]
    adjusted = iter(holm(family))
    done = []
    for score in scores:
        what = Declaration(
            name=score.name,
            level=declared(score.name, {}).level,
            unit=score.unit,
            better=score.better,
            description=score.description,
        )
        verdicts: list[Difference] = []
        for each in score.differences:
            corrected = next(adjusted) if score.primary and each.p is not None else None
            tests = len(family) if score.primary else 1
            verdicts.append(judged(each, what, alpha, tests=tests, p_adjusted=corrected))
        done.append(replace(score, differences=tuple(verdicts)))
    return done, len(family)


def _others(found: Mapping[str, Grid], primary: Sequence[str], asked: Asked) -> list[str]:
    """Return the exploratory scores: those asked for, or all but most of the reliabilities."""
    if asked.names is not None:
        wanted = dict.fromkeys(ALIASES.get(name, name) for name in asked.names)
        return [name for name in wanted if name not in primary]
    trials = [int(match[2]) for name in found if (match := RELIABILITY.fullmatch(name))]
    # pass^1 is the success rate. Of the others two tell: any two, and all that there are.
    shown = {2, max(trials, default=2)} - {1}
    return [
        name
        for name in found
        if name not in primary
        and (not (match := RELIABILITY.fullmatch(name)) or int(match[2]) in shown)
    ]


def _unevaluated(ground: Ground, sides: Sides) -> Mapping[tuple[str, str], int]:
    """Return by score and side on how many runs that count it could not be evaluated."""
    of_runs = ground.scores.filter(
        pl.col("span_id").is_null() & pl.col("call").is_null() & (pl.col("status") != "ok")
    )
    counted = _placed(ground, sides).filter("counted").select(*RUN, "side").lazy()
    found = (
        of_runs.select(*RUN, "name")
        .unique()
        .join(counted, on=RUN)
        .group_by("name", "side")
        .agg(pl.len())
        .collect()
    )
    return {(name, sides.labels[side]): runs for name, side, runs in found.iter_rows()}


def _with_unevaluated(
    score: ScoreComparison, counts: Mapping[tuple[str, str], int]
) -> ScoreComparison:
    figures = (
        replace(each, unevaluated=counts.get((score.name, each.side), 0)) for each in score.figures
    )
    return replace(score, figures=tuple(figures))


def _empty(sides: Sides) -> Grid:
    shape = (sides.cells["unit"].n_unique(), len(sides.labels))
    nothing = np.full(shape, np.nan)
    task_of = np.zeros(shape[0], dtype=np.int64)
    return Grid(value=nothing, total=nothing, out_of=nothing, runs=nothing, task_of=task_of)


def _run_values(ground: Ground, sides: Sides, names: Sequence[str]) -> dict[str, pl.DataFrame]:
    if not names:
        return {}
    cells = ground.cells.select("cell", *SOURCE_CELL)
    numbered = ground.facts.lazy().join(cells.lazy(), on=SOURCE_CELL, nulls_equal=True)
    values = run_values(ground.facts.lazy(), ground.scores.filter(pl.col("name").is_in(names)))
    found = (
        values.select(*RUN, "name", "value")
        .join(numbered.select(*RUN, "cell"), on=RUN)
        .join(sides.cells.lazy(), on="cell")
        .collect()
    )
    parts = found.partition_by("name", as_dict=True)
    return {str(name): rows for (name,), rows in parts.items()}


def _placed(ground: Ground, sides: Sides) -> pl.DataFrame:
    """Return the facts of runs with their side."""
    cells = ground.cells.select("cell", *SOURCE_CELL).join(
        sides.cells.select("cell", "side"), on="cell"
    )
    return ground.facts.join(cells, on=SOURCE_CELL, nulls_equal=True)


def _warnings(ground: Ground, sides: Sides, placed: pl.DataFrame, asked: Asked) -> Sequence[str]:
    by = [*sides.differing, *([asked.by] if asked.by and not sides.differing else [])]
    counted = placed.filter("counted").select(*RUN, "side")
    how = counted.join(ground.identities, on=RUN)
    judged_by = (
        ground.versions.lazy()
        .join(counted.lazy(), on=RUN)
        .select("side", "scorer", "version")
        .unique()
        .collect()
    )
    return list(identity_warnings(sides, how, judged_by, by=by))


def _notes(ground: Ground, sides: Sides) -> Sequence[str]:
    """Return what a reader should know of how cells were put together."""
    said = []
    if sides.differing:
        said.append(f"the two have no {' and no '.join(sides.differing)} in common")
    if sides.paired_on:
        axes = ", ".join(sides.paired_on)
        said.append(f"a task's runs are compared with those of the same {axes}")
    without = ground.facts.filter(pl.col("task").is_null()).height
    if without:
        runs = "1 run has" if without == 1 else f"{without:,} runs have"
        said.append(f"{runs} no task and cannot be compared")
    return said
