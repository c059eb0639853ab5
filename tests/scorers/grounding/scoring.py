"""The rows that `Grounding` gives for calls of one run."""

from typing import Any

import polars as pl

from midspan.scorers.grounding import Grounding
from midspan.scorers.score import score_rows
from midspan.scorers.setting import Setting
from tests.scorers.builders import Row, calls, runs, tables


def scored(
    *rows: Row, setting: Setting | None = None, arguments: bool = True, **frames: pl.DataFrame
) -> pl.DataFrame:
    given = tables(
        setting,
        runs=runs({"run_id": "r"}),
        calls=frames.pop("judged") if "judged" in frames else calls(*rows),
        **frames,
    )
    scorer = Grounding(arguments=arguments)
    return score_rows(scorer.score(given).collect(), name="grounding", scorer=scorer)


def told(name: str, *rows: Row, **more: Any) -> list[tuple[int | None, float | None, str]]:
    """Call, value, and explanation or else reason."""
    found = scored(*rows, **more).filter(name=name)
    return found.select("call", "value", pl.coalesce("explanation", "reason")).rows()
