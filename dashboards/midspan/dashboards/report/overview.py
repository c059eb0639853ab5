"""The main figures of a report as words: for a page without scripts, a terminal, a comment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from midspan.dashboards.comparison_words import amount, estimate, shown_figure
from midspan.dashboards.report.document import OUTCOMES
from midspan.dashboards.report.figures import FigureTable
from midspan.dashboards.report.frames import ReportFrames
from midspan.dashboards.terminal.cells import NOTHING, counted
from midspan.dashboards.terminal.score_values import ARROWS
from midspan.scorers.comparison import Figure, ScoreComparison
from midspan.scorers.comparison.declared import declared
from midspan.scorers.score import Better, Declaration

COLUMNS: Final = (
    ("success", "success"),
    ("error_rate", "error rate"),
    ("first_attempt_accuracy", "right at first"),
    ("recovery_rate", "recovered"),
    ("retry_efficiency", "retries that helped"),
    ("parse_pass_rate", "calls that parse"),
    ("tokens", "tokens, median"),
    ("seconds", "time, median"),
    ("tokens_per_success", "tokens / success"),
    ("cost_per_success", "cost / success"),
)
"""Scores of the overview, and what they are called there."""

LEGEND: Final = (
    "60 % (45 to 74): the figure, and where the true one lies, 19 times in 20.",
    "A figure is the mean over tasks of the mean over their trials; · is not known, never 0.",
)


@dataclass(frozen=True, kw_only=True)
class Overview:
    """A table of the main figures, and what is to be said beside it."""

    title: str
    about: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    outcomes: str
    notes: tuple[str, ...]


def overview(frames: ReportFrames, *, by: str = "variant") -> Overview:
    """Return the main figures by variant, or along an axis; all runs stand last."""
    tables = frames.computed.figures
    names = [
        (score, title)
        for score, title in COLUMNS
        if any(figure.estimate for figure in _of(tables, "all", score))
        or any(figure.note != "no value" for figure in _of(tables, "all", score))
    ]
    pivots = [pivot for pivot in dict.fromkeys((by, "all")) if pivot in tables]
    if len(pivots) == 2 and len(tables[by].sides) < 2:
        pivots = ["all"]
    rows = [
        (side, *_counts(tables, pivot, place), *cells)
        for pivot in pivots
        for place, (side, cells) in enumerate(_rows(frames, pivot, [name for name, _ in names]))
    ]
    arrows = [ARROWS[declared(name, frames.known).better] for name, _ in names]
    heads = [f"{title} {arrow}".strip() for (_, title), arrow in zip(names, arrows, strict=True)]
    return Overview(
        title=frames.about.title,
        about=_about(frames),
        heads=(by, "tasks", "runs", *heads),
        rows=tuple(rows),
        outcomes=_outcomes(frames),
        notes=tuple(_notes(frames)),
    )


def _rows(
    frames: ReportFrames, pivot: str, names: Sequence[str]
) -> Iterator[tuple[str, list[str]]]:
    table = frames.computed.figures[pivot]
    for place, side in enumerate(table.sides):
        yield side, [_cell(table.of(name), place, name, frames.known) for name in names]


def _cell(
    figures: Sequence[Figure], place: int, name: str, known: Mapping[str, Declaration]
) -> str:
    if not figures:
        return NOTHING
    one, score = figures[place], _score(name, known)
    if one.median is not None:
        return amount(one.median.value, score)
    if one.estimate is None and one.unevaluated:
        return "not evaluated"
    if one.estimate is None and one.note == "no value":
        return NOTHING
    if score.unit in ("share", "0/1") and one.estimate is not None:
        return estimate(one.estimate, score)
    return amount(one.estimate.value, score) if one.estimate else shown_figure(one, score)


def _of(tables: Mapping[str, FigureTable], pivot: str, score: str) -> Sequence[Figure]:
    table = tables.get(pivot)
    return table.of(score) if table is not None else ()


def _counts(tables: Mapping[str, FigureTable], pivot: str, place: int) -> tuple[str, str]:
    """Return on how many tasks and runs the figures of a side stand: those that count."""
    figures = _of(tables, pivot, "error_rate")
    if not figures:
        return NOTHING, NOTHING
    tasks, runs = f"{figures[place].tasks:,}", f"{figures[place].runs:,}"
    unjudged = tables[pivot].unjudged[place]
    return tasks, f"{runs}, {unjudged:,} not judged" if unjudged else runs


def _score(name: str, known: Mapping[str, Declaration]) -> ScoreComparison:
    what = declared(name, known)
    return ScoreComparison(
        name=name,
        unit=what.unit,
        better=Better(what.better),
        description=what.description,
        primary=False,
        figures=(),
        differences=(),
    )


def _about(frames: ReportFrames) -> str:
    runs = frames.runs
    tasks = runs["task"].drop_nulls().n_unique()
    parts = [
        counted(runs.height, "run"),
        counted(tasks, "task") if tasks else "no task",
        f"made {frames.about.made:%Y-%m-%d %H:%M} UTC by midspan {frames.about.version}",
    ]
    return " · ".join(parts)


def _outcomes(frames: ReportFrames) -> str:
    counts = dict(frames.runs["outcome"].value_counts().iter_rows())
    return " · ".join(
        f"{counts[name]:,} {name.replace('_', ' ')}" for name in OUTCOMES if counts.get(name)
    )


def _notes(frames: ReportFrames) -> Iterator[str]:
    runs = frames.runs
    infra, open_ = int(runs["infra"].sum()), int((runs["counted"] & ~runs["evaluated"]).sum())
    if infra:
        yield f"{counted(infra, 'run')} not run yet, or lost to the platform: in no denominator"
    if open_:
        yield f"{counted(open_, 'run')} of unknown outcome: a check could not run"
    unjudged = int((runs["evaluated"] & (runs["outcome"] == "unscored")).sum())
    if unjudged and not frames.scores.is_empty():
        yield f"{counted(unjudged, 'run')} not judged: a task without checks has no success rate"
    without = int(runs["task"].is_null().sum())
    if without:
        yield f"{counted(without, 'run')} without a task: in the list of runs, and in no figure"
    if runs.height and frames.scores.is_empty():
        yield "not scored: midspan score"
    if frames.quarantined:
        spans = counted(frames.quarantined, "span")
        yield f"{spans} could not be read: midspan table WS quarantine"
    failed = frames.scores.filter(pl.col("status") == "failed")
    if failed.height:
        yield f"scorers that failed: {', '.join(sorted(set(failed['scorer'])))}"
    yield from frames.about.notes
