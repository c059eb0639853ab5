"""Runs whose calls are those expected, one by one: nothing more has to be asked of them."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from midspan.scorers.matching import TaskFrames


def same_calls(runs: pl.DataFrame, calls: pl.DataFrame, frames: TaskFrames) -> NDArray[np.bool_]:
    """Return of each run whether each call equals the expected one at its place.

    That holds in every mode: any other order of writing or pairing could find no better.
    """
    made = np.bincount(calls["run"].to_numpy(), minlength=runs.height)
    usable = runs.select(pl.col("literal") & pl.col("unusable").is_null()).to_series()
    same: NDArray[np.bool_] = usable.to_numpy() & (made == runs["expected"].to_numpy())
    looked_at = calls.filter(pl.Series(np.repeat(same, made)))
    sizes = made[same]
    # Where in its run each call stands, and from there the row of the expected one.
    ends = np.cumsum(sizes)
    begins = runs["begin"].to_numpy()[same] - (ends - sizes)
    expected = frames.calls[np.repeat(begins, sizes) + np.arange(looked_at.height)]
    wrong = looked_at.select(
        "run",
        other=pl.col("expected_name").ne_missing(expected["name"])
        | (pl.col("key").ne_missing(expected["key"]) & expected["key"].is_not_null()),
    ).filter("other")
    same[wrong["run"].to_numpy()] = False
    return same
