"""Predicates made of predicates: `all`, `any`, `sequence` and `count` over placed steps."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

import polars as pl

from midspan.scorers.markers.events import PLACED, SHOWN

STEP = ["run_id", "order"]


def any_of(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return the steps at which at least one holds."""
    return (
        pl.concat(parts)
        .group_by("run_id", "order", "moment", maintain_order=True)
        .agg(pl.col("matched").unique(maintain_order=True).str.join("; ").str.head(SHOWN))
        .sort(STEP)
    )


def all_of(parts: Sequence[pl.DataFrame], without: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return the steps at which all of some hold, and none of others."""
    found, *rest = parts
    for part in rest:
        found = found.join(part.select(*STEP, more="matched"), on=STEP).select(
            *STEP,
            "moment",
            matched=pl.when(pl.col("matched") == pl.col("more"))
            .then("matched")
            .otherwise(pl.format("{}; {}", "matched", "more").str.head(SHOWN)),
        )
    for part in without:
        found = found.join(part, on=STEP, how="anti")
    return found.sort(STEP)


def sequence_of(
    parts: Sequence[pl.DataFrame], within_turns: int | None, unless: pl.DataFrame | None
) -> pl.DataFrame:
    """Return the last steps of the sequences: each part on a later step than the one before.

    The latest beginning counts, so that the sequence is as short as can be, and sequences do not
    overlap.
    """
    frames = [*parts, *([unless] if unless is not None else [])]
    found: list[tuple[str, int, int, str]] = []
    for run_id, rows in _runs(frames, needed=len(parts)):
        # For each length, the latest sequence so far: its first moment, and what matched.
        begun: list[tuple[int, str] | None] = [None] * len(parts)
        for order, moment, here in _steps(rows):
            last = begun[-2]
            if len(parts) - 1 in here and last is not None and _near(last[0], moment, within_turns):
                told = f"{last[1]} -> {here[len(parts) - 1]}"
                found.append((run_id, order, moment, told[:SHOWN]))
                begun = [None] * len(parts)
                continue
            if len(parts) in here:
                begun = [None] * len(parts)
            elif len(here) > 0:
                for length in range(len(parts) - 2, 0, -1):
                    before = begun[length - 1]
                    if length in here and before is not None:
                        begun[length] = (before[0], f"{before[1]} -> {here[length]}")
            if 0 in here:
                begun[0] = (moment, here[0])
    return pl.DataFrame(found, schema=PLACED, orient="row")


def count_of(part: pl.DataFrame, at_least: int, within_turns: int | None) -> pl.DataFrame:
    """Return the steps at which it holds for the last time that is needed; then anew."""
    found: list[tuple[str, int, int, str]] = []
    often = part.filter(pl.len().over("run_id") >= at_least)
    for run_id, rows in _runs([often], needed=1):
        window: deque[int] = deque(maxlen=at_least)
        for order, moment, here in _steps(rows):
            window.append(moment)
            near = within_turns is None or moment - window[0] < within_turns
            if len(window) == at_least and near:
                found.append((run_id, order, moment, f"{at_least} times: {here[0]}"[:SHOWN]))
                window.clear()
    return pl.DataFrame(found, schema=PLACED, orient="row")


Row = tuple[str, int, int, int, str]


def _runs(frames: Sequence[pl.DataFrame], *, needed: int) -> Iterator[tuple[str, Iterable[Row]]]:
    """Yield the runs in which each of the needed frames has a row, with the rows in order."""
    runs = None
    for frame in frames[:needed]:
        ids = frame.select(pl.col("run_id").unique())
        runs = ids if runs is None else runs.join(ids, on="run_id")
    if runs is None or runs.is_empty():
        return
    rows = pl.concat(
        frame.select("run_id", "order", "moment", pl.lit(number).alias("part"), "matched")
        for number, frame in enumerate(frames)
    ).join(runs, on="run_id", how="semi")
    yield from groupby(rows.sort("run_id", "order", "part").iter_rows(), key=itemgetter(0))


def _steps(rows: Iterable[Row]) -> Iterator[tuple[int, int, dict[int, str]]]:
    """Yield each step with the parts that hold there, and what matched."""
    for (order, moment), here in groupby(rows, key=itemgetter(1, 2)):
        yield order, moment, {part: matched for _, _, _, part, matched in here}


def _near(first: int, last: int, within_turns: int | None) -> bool:
    return within_turns is None or last - first <= within_turns
