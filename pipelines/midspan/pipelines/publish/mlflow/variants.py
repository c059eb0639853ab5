"""The variants of a workspace, and which of their runs belong side by side."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import polars as pl

from midspan.dashboards import mlflow as layout
from midspan.pipelines.comparison.compare import ground_of, sides_of
from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.plan import DEFAULT_PROJECT
from midspan.pipelines.workspace import Workspace
from midspan.scorers.comparison import Asked as AskedOfComparison
from midspan.scorers.comparison import Comparison, Ground, Sides, compare
from midspan.scorers.comparison.runs import AXES
from midspan.scorers.comparison.sides import NONE
from midspan.scorers.errors import InvalidInput

VARIANT = ("experiment", *AXES)
_READ = (
    *("run_id", *VARIANT, "suite", "task", "trial", "start_ns", "end_ns", "trace_ids"),
    *("root_span_id", "revision_sha", "harness_digest", "detail"),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Variants:
    """The variants of one project, numbered, and every run of them with its number.

    `runs` has a row per run: `variant`, and `pair`: what it is of, null where it has no task.
    """

    project: str
    every: pl.DataFrame
    runs: pl.DataFrame

    @property
    def varying(self) -> list[str]:
        """Return the axes in which the variants differ, and the experiment if they are of many."""
        return [axis for axis in VARIANT if self.every[axis].n_unique() > 1]


def variants_of(workspace: Workspace, asked: Asked) -> list[Variants]:
    """Return the variants of every project that is published to, in order of its name."""
    runs = workspace.table("runs").select(_READ).collect()
    named = pl.col("experiment").fill_null(DEFAULT_PROJECT)
    project = named if asked.project is None else pl.lit(asked.project)
    parts = runs.with_columns(project=project).partition_by("project", as_dict=True)
    names = sorted(str(name) for (name,) in parts)
    return [_variants(name, parts[name,], partial=asked.partial) for name in names]


def _variants(project: str, runs: pl.DataFrame, *, partial: bool) -> Variants:
    every = runs.select(VARIANT).unique().sort(VARIANT, nulls_last=True).with_row_index("variant")
    numbered = runs.join(every, on=VARIANT, nulls_equal=True).sort("start_ns", "run_id")
    cell = ("variant", "task")
    place = pl.col("run_id").cum_count().over(cell).cast(pl.Int32) - 1
    numbered = numbered.with_columns(number=pl.coalesce("trial", place))
    again = pl.col("run_id").cum_count().over(*cell, "number")
    numbered = numbered.with_columns(repeated=pl.when(again > 1).then(again).otherwise(0))
    # By its place among a part of the runs, one would be called what others are called.
    is_numbered = pl.col("trial").is_not_null() | pl.lit(not partial)
    numbered = numbered.with_columns(paired=pl.when(is_numbered).then("task"))
    pairs = [
        layout.pair(task, number, repeated) if task is not None else None
        for task, number, repeated in numbered.select("paired", "number", "repeated").iter_rows()
    ]
    kept = numbered.drop("number", "repeated", "paired", "project")
    return Variants(
        project=project,
        every=every,
        runs=kept.with_columns(pair=pl.Series(pairs, dtype=pl.String)),
    )


@dataclass(frozen=True, kw_only=True)
class Computed:
    """What the variants of a project come to, and how they compare."""

    of_variants: Comparison
    """The figures of each variant; a side is called by the number of its variant."""

    comparisons: Mapping[str, Comparison]
    """The comparison along each axis that has several values, by the axis."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Figures:
    """The ground on which the figures of variants and their comparisons stand."""

    workspace: Workspace
    asked: Asked
    ground: Ground

    @classmethod
    def of(cls, workspace: Workspace, asked: Asked) -> "Figures":
        """Return the ground of a workspace."""
        return cls(workspace=workspace, asked=asked, ground=ground_of([workspace]))

    def computed(self, variants: Variants) -> Computed:
        """Return the figures of a project."""
        return Computed(
            of_variants=self.of_variants(variants), comparisons=self.comparisons(variants)
        )

    def of_variants(self, variants: Variants) -> Comparison:
        """Return the figures of each variant; a side is called by the number of its variant."""
        cells = self.ground.cells.join(variants.every, on=VARIANT, nulls_equal=True)
        numbered = cells.sort("cell").with_row_index("unit")
        tasks = numbered.select(
            pl.concat_str("experiment", pl.col("task").fill_null(NONE), separator="/")
        ).to_series()
        names = sorted(set(tasks))
        places = {name: place for place, name in enumerate(names)}
        sides = Sides(
            labels=tuple(str(number) for number in variants.every["variant"]),
            contrasts=(),
            cells=numbered.select(
                "cell",
                "unit",
                side=pl.col("variant").cast(pl.Int32),
                task=tasks.replace_strict(places, return_dtype=pl.Int32),
            ),
            tasks=tuple(names),
        )
        return self._compared(self.ground, sides, None)

    def comparisons(self, variants: Variants) -> dict[str, Comparison]:
        """Return the comparison along each axis that has several values, by the axis."""
        of_project = variants.every.drop("variant")
        cells = self.ground.cells.join(of_project, on=VARIANT, nulls_equal=True, how="semi")
        ground = replace(self.ground, cells=cells)
        found = {}
        for axis in AXES:
            try:
                sides = sides_of([self.workspace], ground, by=axis, baseline=None)
            except InvalidInput:  # One value, or none: there is nothing to compare along it.
                continue
            found[axis] = self._compared(ground, sides, axis)
        return found

    def _compared(self, ground: Ground, sides: Sides, by: str | None) -> Comparison:
        wanted = self.asked.setting.profile.compare
        return compare(
            ground,
            sides,
            AskedOfComparison(
                by=by,
                primary=wanted.primary if by else (),
                alpha=wanted.alpha,
                minimum_tasks=wanted.minimum_tasks,
                known=self.asked.known,
            ),
        )


def telling_pair(figures: Comparison, variants: Variants) -> tuple[int, int] | None:
    """Return the two variants whose rates of success are furthest apart, the worse one first.

    Of pairs that are equally far apart, the one that differs in the fewest axes; None: there is
    only one variant.
    """
    every = variants.every.rows(named=True)
    success = figures.of("success")
    rates = {
        int(figure.side): figure.estimate.value
        for figure in (success.figures if success else ())
        if figure.estimate is not None
    }

    def telling(pair: tuple[int, int]) -> tuple[float, int]:
        one, other = pair
        far = abs(rates[one] - rates[other]) if one in rates and other in rates else 0.0
        return -far, sum(every[one][axis] != every[other][axis] for axis in VARIANT)

    # `min` keeps the first of equals, so that the same pair is named each time.
    found = min(combinations(range(len(every)), 2), key=telling, default=None)
    if found is None:
        return None
    one, other = found
    return (other, one) if rates.get(one, 0.0) > rates.get(other, 0.0) else (one, other)
