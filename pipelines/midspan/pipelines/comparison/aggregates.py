"""Cells and variants of a workspace, computed when asked and never stored."""

from typing import Final

import polars as pl

from midspan.pipelines.workspace import Workspace
from midspan.scorers.aggregate import cells, variants
from midspan.scorers.comparison.runs import told_outcomes
from midspan.scorers.outcomes import with_outcome

AGGREGATES: Final = ("cells", "variants")


def aggregate(workspace: Workspace, name: str) -> pl.DataFrame:
    """Return the cells or the variants of a workspace."""
    runs, scores = with_outcomes(workspace), workspace.table("scores")
    return cells(runs, scores).collect() if name == "cells" else variants(runs, scores)


def with_outcomes(workspace: Workspace) -> pl.LazyFrame:
    """Return the runs of a workspace with how each ended: as scored, else as recorded."""
    tables = workspace.tables()
    runs = with_outcome(tables.runs, tables.spans, tables.text)
    return told_outcomes(runs, workspace.table("scores"))
