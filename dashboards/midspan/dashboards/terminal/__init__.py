"""Tables for a terminal: frames in, rich renderables out."""

from midspan.dashboards.terminal.columns import IDS, is_one_of_few
from midspan.dashboards.terminal.findings import findings
from midspan.dashboards.terminal.frame import (
    SHOWN,
    frame_table,
    table_columns,
    table_width,
    telling,
)
from midspan.dashboards.terminal.overview import legend, overview
from midspan.dashboards.terminal.records import records
from midspan.dashboards.terminal.score_summary import (
    judged_headlines,
    score_notes,
    score_summary,
    worst,
)
from midspan.dashboards.terminal.score_values import medians
from midspan.dashboards.terminal.story import Story

__all__ = [
    "IDS",
    "SHOWN",
    "Story",
    "findings",
    "frame_table",
    "is_one_of_few",
    "judged_headlines",
    "legend",
    "medians",
    "overview",
    "records",
    "score_notes",
    "score_summary",
    "table_columns",
    "table_width",
    "telling",
    "worst",
]
