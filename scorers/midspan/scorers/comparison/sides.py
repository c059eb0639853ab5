"""What is held against what: the sides of a comparison, and which of their cells belong together.

Cells belong together when they are of the same task and alike in every other axis: a side that ran
on another tier, too, is compared on the tiers that both ran on. Tasks go by their names: runs of a
task of several experiments are put together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from midspan.scorers.comparison.runs import AXES, SOURCE
from midspan.scorers.errors import InvalidInput
from midspan.scorers.file_format.problems import suggestion

BY: Final = ("experiment", *AXES)
"""Along what a comparison may go."""

NONE: Final = "(none)"
"""Stands for a value that was not recorded."""

ALL_RUNS: Final = "all runs"
"""What a side is called that nothing tells from others."""


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """A side and the baseline that it is held against, by their places among the sides."""

    baseline: int
    side: int


@dataclass(frozen=True, kw_only=True)
class Sides:
    """The sides, what is compared, and the place of each cell: its side, its unit, its task."""

    labels: tuple[str, ...]
    contrasts: tuple[Contrast, ...]
    cells: pl.DataFrame
    """cell, side, unit, task: numbers from 0. Units of the same number belong together."""
    tasks: tuple[str, ...]
    paired_on: tuple[str, ...] = ()
    """Axes besides the task in which cells that belong together are alike."""
    differing: tuple[str, ...] = ()
    """Axes in which two workspaces have nothing in common: what may make the difference."""


def one_workspace(
    cells: pl.DataFrame, by: str, *, baseline: str | None, order: Sequence[str] = ()
) -> Sides:
    """Return the values of an axis as sides, each against the baseline.

    The baseline is the one named, else the first in `order`, else the first by name.
    """
    if by not in BY:
        raise InvalidInput(f"cannot compare by {by!r}.{suggestion(by, BY)}", fix=_choices(BY))
    found = _labelled(cells, pl.col(by).fill_null(NONE))
    labels = sorted(set(found["label"]))
    if not labels:
        raise InvalidInput("there is no run of a task", fix="Runs need a task to be compared.")
    if baseline is not None and baseline not in labels:
        raise InvalidInput(
            f"no run has the {by} {baseline!r}.{suggestion(baseline, labels)}",
            fix=_choices(labels),
        )
    if len(labels) < 2:
        raise InvalidInput(
            f"every run has the same {by}, {labels[0]}: there is nothing to compare it with",
            fix="Name another axis with --by, or a second workspace.",
        )
    first = baseline or next((one for one in order if one in labels), labels[0])
    known = [one for one in dict.fromkeys(order) if one in labels]
    ordered = [first, *(one for one in [*known, *labels] if one != first)]
    ordered = list(dict.fromkeys(ordered))
    rest = [axis for axis in AXES if axis != by]
    return _numbered(
        found,
        ordered,
        [Contrast(baseline=0, side=place) for place in range(1, len(ordered))],
        ["task", *rest],
        paired_on=[axis for axis in rest if cells[axis].n_unique() > 1],
    )


def two_workspaces(cells: pl.DataFrame, names: tuple[str, str], *, by: str | None = None) -> Sides:
    """Return the second workspace against the first one; `by` an axis, one value at a time.

    An axis of which they have no value in common is what they differ in, and pairs nothing.
    """
    if by is not None and by not in BY:
        raise InvalidInput(f"cannot compare by {by!r}.{suggestion(by, BY)}", fix=_choices(BY))
    name = pl.when(pl.col(SOURCE) == 0).then(pl.lit(names[0])).otherwise(pl.lit(names[1]))
    value = pl.lit("") if by is None else pl.format(" · {}", pl.col(by).fill_null(NONE))
    found = _labelled(cells, pl.concat_str(name, value))
    first, second = (found.filter(pl.col(SOURCE) == each) for each in (0, 1))
    for label, side in zip(names, (first, second), strict=True):
        if side.is_empty():
            raise InvalidInput(f"{label}: there is no run of a task to compare")
    alike = [axis for axis in _pairing(by) if set(first[axis]) & set(second[axis])]
    if by is not None and by not in alike:
        raise InvalidInput(
            f"the two workspaces have no {by} in common",
            fix=f"{names[0]}: {_listed(first[by])}. {names[1]}: {_listed(second[by])}.",
        )
    labels: list[str] = []
    contrasts: list[Contrast] = []
    for each in [""] if by is None else sorted(set(found[by].fill_null(NONE))):
        pair = [f"{one} · {each}" if by else one for one in names]
        present = [one in set(found["label"]) for one in pair]
        if all(present):
            contrasts.append(Contrast(baseline=len(labels), side=len(labels) + 1))
        labels += [one for one, here in zip(pair, present, strict=True) if here]
    return _numbered(
        found,
        labels,
        contrasts,
        ["task", *alike],
        paired_on=[axis for axis in alike if found[axis].n_unique() > 1],
        differing=[axis for axis in _pairing(by) if axis not in alike],
    )


def without_baseline(cells: pl.DataFrame, *, by: str | None) -> Sides:
    """Return sides that are held against nothing: the values of an axis, or every variant."""
    axes = [by] if by else [axis for axis in AXES if cells[axis].n_unique() > 1]
    parts = [pl.col(axis).fill_null(NONE) for axis in axes] or [pl.lit(ALL_RUNS)]
    found = _labelled(cells, pl.concat_str(parts, separator=" · "))
    if found.is_empty():
        raise InvalidInput("there is no run of a task", fix="Runs need a task to be judged.")
    return _numbered(found, sorted(set(found["label"])), [], [SOURCE, "task", *AXES])


def _pairing(by: str | None) -> Sequence[str]:
    """Return the axes in which the cells of two workspaces have to be alike."""
    return BY if by == "experiment" else AXES


def _labelled(cells: pl.DataFrame, label: pl.Expr) -> pl.DataFrame:
    return cells.filter(pl.col("task").is_not_null()).with_columns(label=label)


def _numbered(
    found: pl.DataFrame,
    labels: Sequence[str],
    contrasts: Sequence[Contrast],
    key: Sequence[str],
    *,
    paired_on: Sequence[str] = (),
    differing: Sequence[str] = (),
) -> Sides:
    side_of = {label: place for place, label in enumerate(labels)}
    tasks = sorted(set(found["task"]))
    task_of = {task: place for place, task in enumerate(tasks)}
    units = found.select(key).unique().sort(key, nulls_last=True).with_row_index("unit")
    placed = found.join(units, on=key, nulls_equal=True).select(
        "cell",
        "unit",
        side=pl.col("label").replace_strict(side_of, return_dtype=pl.Int32),
        task=pl.col("task").replace_strict(task_of, return_dtype=pl.Int32),
    )
    return Sides(
        labels=tuple(labels),
        contrasts=tuple(contrasts),
        cells=placed,
        tasks=tuple(tasks),
        paired_on=tuple(paired_on),
        differing=tuple(differing),
    )


def _choices(names: Sequence[str]) -> str:
    return f"There are {', '.join(names)}."


def _listed(values: pl.Series) -> str:
    return ", ".join(sorted({str(value or NONE) for value in values}))
