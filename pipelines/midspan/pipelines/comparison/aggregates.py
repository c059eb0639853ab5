"""Cells and variants of a workspace, computed when asked and never stored."""

from typing import Final

import polars as pl

from midspan.pipelines.workspace import Workspace
from midspan.scorers.aggregate import cells, variants
from midspan.scorers.comparison.runs import told_outcomes
from midspan.scorers.outcomes import with_outcome
from midspan.scorers.scored_checks import with_scored_checks

AGGREGATES: Final = ("cells", "variants")


def aggregate(workspace: Workspace, name: str) -> pl.DataFrame:
    """Return the cells or the variants of a workspace."""
    runs, scores = with_outcomes(workspace), workspace.table("scores")
    return cells(runs, scores).collect() if name == "cells" else variants(runs, scores)


def with_outcomes(workspace: Workspace) -> pl.LazyFrame:
    """Return the runs of a workspace with how each ended: as scored, else as recorded.

    Of runs without a record `checks` are those that scoring judged.
    """
    tables = workspace.tables()
    runs = with_outcome(tables.runs, tables.spans, tables.text)
    scores = workspace.table("scores")
    return with_scored_checks(told_outcomes(runs, scores), scores)
