"""Compares sides: every score with its estimates, differences and verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from midspan.scorers.comparison.coverage import coverage_matrix, side_coverage
from midspan.scorers.comparison.declared import ALIASES, RELIABILITY, declared
from midspan.scorers.comparison.differences import difference, judged
from midspan.scorers.comparison.grid import Grid
from midspan.scorers.comparison.ground import Ground
from midspan.scorers.comparison.identity import identity_warnings
from midspan.scorers.comparison.result import Comparison, Difference, ScoreComparison
from midspan.scorers.comparison.runs import RUN, SOURCE
from midspan.scorers.comparison.side_figures import SideFigures
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


def compare(
    ground: Ground, sides: Sides, asked: Asked, *, found: SideFigures | None = None
) -> Comparison:
    """Return what a comparison of some sides says; nothing to compare is a verdict, too.

    `found` are the figures of the sides, where they are known already.
    """
    found = found or SideFigures.of(ground, sides, asked.known)
    primary = list(dict.fromkeys(ALIASES.get(name, name) for name in asked.primary))
    names = [*primary, *_others(found.by_score, primary, asked)]
    scores = [_score(found, name, name in primary, asked) for name in names]
    scores, tests = _corrected(scores, asked.alpha)
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
        coverage=side_coverage(sides, found.placed, ground.scores),
        matrix=coverage_matrix(sides, ground.cells),
        warnings=tuple(_warnings(ground, sides, found.placed, asked)),
        notes=tuple(_notes(ground, sides, asked)),
    )


def _score(found: SideFigures, name: str, primary: bool, asked: Asked) -> ScoreComparison:
    grid, sides, what = found.grid(name), found.sides, declared(name, asked.known)
    return ScoreComparison(
        name=what.name,
        unit=what.unit,
        better=what.better,
        description=what.description,
        primary=primary,
        figures=found.shared(name) if asked.only_shared else found.plain(name),
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


def _notes(ground: Ground, sides: Sides, asked: Asked) -> Sequence[str]:
    """Return what a reader should know of how cells were put together."""
    said = []
    if asked.by != "experiment" and (several := _of_several_experiments(ground.cells)):
        tasks = "1 task is" if several == 1 else f"{several:,} tasks are"
        said.append(f"{tasks} in several experiments: by name, each counts as one task")
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


def _of_several_experiments(cells: pl.DataFrame) -> int:
    """Return how many tasks of one workspace were run in several experiments."""
    named = cells.drop_nulls("task").group_by(SOURCE, "task").agg(pl.col("experiment").n_unique())
    return named.filter(pl.col("experiment") > 1).height
