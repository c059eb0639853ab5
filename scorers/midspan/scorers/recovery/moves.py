"""One call as the sequential part of recovery sees it."""

from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

import polars as pl

VALIDATION: Final = ("model.unparseable", "model.bad_arguments")
"""Faults that say what is wrong with the arguments: the tool's next call mends them."""


class Move(NamedTuple):
    """A call of a run in which something failed."""

    call: int
    moment: int
    """Calls of one moment were asked for together."""
    agent: str | None
    name: str
    tool: str
    arguments: str | None
    """As JSON; None where they are none."""
    raw_arguments: str | None
    """Only of arguments that are not JSON."""
    key: int | None
    """Equal for calls of one tool with equal arguments; None where they were not recorded."""
    error: int | None
    """Equal for equal error signatures."""
    attempt: bool
    failed: bool
    invalid: bool
    """The fault says what is wrong with the arguments."""
    transient: bool
    neutral: bool
    terminal: bool
    answer: bool
    transfer: bool
    read_only: bool
    state_changing: bool

    @property
    def succeeded(self) -> bool:
        """Return whether the call was executed and did not fail."""
        return self.attempt and not self.failed

    @property
    def aside(self) -> bool:
        """Return whether the call is beside the work itself: a thought, a plan, the end."""
        return self.neutral or self.terminal


def moves_by_run(calls: pl.DataFrame) -> Iterator[tuple[str, list[Move]]]:
    """Yield the id of each run with its moves in order, from its first failure on.

    Calls before it tell nothing of recovery. `calls` are those of `failing_runs`.
    """
    since = pl.col("moment").filter("failed").min().over("run_id")
    wanted = (
        calls.with_columns(
            raw_arguments=pl.when(pl.col("arguments").is_null()).then("raw_arguments"),
            error=pl.col("signature").hash(),
            invalid=pl.col("fault").cast(pl.String).is_in(VALIDATION).fill_null(False),
            transient=pl.col("transient").fill_null(False),
        )
        .filter(pl.col("moment") >= since)
        .sort("run_id", "moment", "call")
    )
    columns = (wanted[field].to_list() for field in Move._fields)
    moves = map(Move._make, zip(*columns, strict=True))
    for run_id, length in wanted["run_id"].rle().struct.unnest().select("value", "len").iter_rows():
        yield run_id, list(islice(moves, length))
