"""The calls of failing runs as the sequential part of recovery reads them: lists, by place."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final

import polars as pl

VALIDATION: Final = ("model.unparseable", "model.bad_arguments")
"""Faults that say what is wrong with the arguments: the tool's next call mends them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Moves:
    """A column of the calls in each list, in the order of run, moment and call.

    A call is told by its place in the lists: an object for each would take longer to make than to
    judge.
    """

    row: list[int]
    """The place of the call among `failing_runs`."""
    call: list[int]
    moment: list[int]
    """Calls of one moment were asked for together."""
    end: list[int]
    """The place of the first call of the next moment."""
    agent: list[int]
    """Equal for calls of one agent, as are the numbers of tools."""
    tool: list[int]
    name: list[str]
    arguments: list[str | None]
    """As JSON; None where they are none."""
    raw_arguments: list[str | None]
    """Only of arguments that are not JSON."""
    key: list[int | None]
    """Equal for calls of one tool with equal arguments; None where they were not recorded."""
    error: list[int | None]
    """Equal for equal error signatures."""
    attempt: list[bool]
    failed: list[bool]
    invalid: list[bool]
    """The fault says what is wrong with the arguments."""
    transient: list[bool]
    aside: list[bool]
    """The call is beside the work itself: a thought, a plan, the end."""
    idle: list[bool]
    """The call changes nothing."""
    terminal: list[bool]
    answer: list[bool]
    transfer: list[bool]
    read_only: list[bool]
    changes: list[bool]
    """The call was executed, did not fail, and changed the state."""
    tools: dict[int, str]
    """The names of the tools by their numbers."""
    runs: list[int]
    """How many calls each run has."""

    def by_run(self) -> Iterator[range]:
        """Yield the places of each run."""
        first = 0
        for length in self.runs:
            yield range(first, first + length)
            first += length


def moves_of(calls: pl.DataFrame) -> Moves:
    """Return the moves of each run of `failing_runs`, from its first failure on.

    Calls before it tell nothing of recovery.
    """
    wanted = (
        calls.lazy()
        .with_row_index("row")
        .filter(pl.col("moment") >= pl.col("moment").filter("failed").min().over("run"))
        .sort("moment", "call")
        .with_row_index("place", offset=1)
        .with_columns(
            end=pl.col("place").max().over("moment"),
            tool_name="tool",
            tool=_numbered("tool"),
            agent=_numbered("agent").fill_null(-1),
            raw_arguments=pl.when(pl.col("arguments").is_null()).then("raw_arguments"),
            error=pl.when(pl.col("signature").is_not_null()).then(pl.col("signature").hash()),
            invalid=pl.col("fault").cast(pl.String).is_in(VALIDATION).fill_null(False),
            transient=pl.col("transient").fill_null(False),
            aside=pl.col("neutral") | pl.col("terminal"),
            idle=(pl.col("neutral") | pl.col("read_only")) & ~pl.col("state_changing"),
            changes=pl.col("state_changing") & pl.col("attempt") & ~pl.col("failed"),
        )
        .collect()
    )
    columns = {
        each.name: wanted[each.name].to_list()
        for each in fields(Moves)
        if each.name in wanted.columns
    }
    tools = dict(wanted.select("tool", "tool_name").unique().iter_rows())
    return Moves(**columns, tools=tools, runs=wanted["run"].rle().struct.field("len").to_list())


def _numbered(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Categorical).to_physical().cast(pl.Int64)
