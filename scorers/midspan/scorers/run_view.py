"""One run as plain Python sees it: its context, its turns, its calls and its answer."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

import polars as pl

from midspan.scorers.setting import TaskSetting
from midspan.scorers.tables import Tables

CONTEXT: Final = ("experiment", "suite", "task", "model", "revision", "tier", "trial", "harness")

Row = Mapping[str, Any]
RowsOf = Callable[[str], list[Row]]


@dataclass(frozen=True, kw_only=True)
class Call:
    """A tool call: what the model emitted, joined with what became of it."""

    number: int
    """Its place among the calls of the run, from 0."""
    turn: int | None
    """The turn that emitted it; None: not recorded."""
    name: str
    result: str | None
    """What the tool gave back; None: not recorded."""
    failed: bool | None
    """Whether it failed; None: it neither ran to an end nor failed before it ran."""
    fault: str | None
    """Whose fault of what kind; `none`: no fault, None: nothing to judge."""
    span_id: str
    """The span that a score of the call stands on."""
    row: Row = field(repr=False)
    """Every column of the calls table."""

    @cached_property
    def arguments(self) -> Any:
        """Return the arguments as Python values; None where they are not JSON or not recorded."""
        text = self.row["arguments"]
        return None if text is None else json.loads(text)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One call of the model that counts, and the tool calls it asked for."""

    number: int
    """Its place among the turns of the run, from 0."""
    text: str
    """What the model wrote; empty where it wrote nothing, or nothing was recorded."""
    reasoning: str
    """What the model thought, as far as that was recorded."""
    calls: tuple[Call, ...]
    span_id: str
    """The span that a score of the turn stands on."""
    row: Row = field(repr=False)
    """Every column of the spans table: tokens, times, finish reason."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A read-only view of one run; its parts are read from the tables when they are asked for."""

    id: str
    task: str | None
    model: str | None
    answer: str | None
    """The final answer; None: none was given."""
    expects: TaskSetting = field(repr=False)
    """What the suite says of its task: expected calls, form of the answer, retries."""
    row: Row = field(repr=False)
    """Every column of the runs table."""
    calls_of: RowsOf = field(repr=False)
    spans_of: RowsOf = field(repr=False)
    words_of: RowsOf = field(repr=False)

    @property
    def context(self) -> Row:
        """Return experiment, suite, task, model, revision, tier, trial and harness."""
        return MappingProxyType({name: self.row[name] for name in CONTEXT})

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """Return the tool calls in their order."""
        return tuple(
            Call(
                number=row["call"],
                turn=row["turn"],
                name=row["name"],
                result=row["result"],
                failed=row["failed"],
                fault=row["fault"],
                span_id=row["span_id"],
                row=row,
            )
            for row in self.calls_of(self.id)
        )

    @cached_property
    def spans(self) -> tuple[Row, ...]:
        """Return the rows of the spans table in order of time, repeated spans included."""
        return tuple(self.spans_of(self.id))

    @cached_property
    def words(self) -> Mapping[str, Row]:
        """Return the rows of the text table by span."""
        return MappingProxyType({row["span_id"]: row for row in self.words_of(self.id)})

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """Return the turns in their order; of a request that was sent again, the last try."""
        last = {
            row["turn"]: row
            for row in self.spans
            if row["kind"] == "llm" and row["turn"] is not None and row["duplicate_of"] is None
        }
        return tuple(
            Turn(
                number=number,
                text=self._said(row, "text"),
                reasoning=self._said(row, "reasoning"),
                calls=tuple(call for call in self.calls if call.turn == number),
                span_id=row["span_id"],
                row=row,
            )
            for number, row in sorted(last.items())
        )

    @property
    def text(self) -> str:
        """Return everything that the model wrote, turn after turn."""
        return "\n".join(turn.text for turn in self.turns if turn.text)

    def _said(self, span: Row, column: str) -> str:
        return self.words.get(span["span_id"], {}).get(column) or ""


def runs_of(tables: Tables) -> Iterator[Run]:
    """Yield every run of some tables, in order of id; no table is read before it is needed."""
    calls = _rows_by_run(tables.calls, "call")
    spans = _rows_by_run(tables.spans, "start_ns", "end_ns", "span_id")
    words = _rows_by_run(tables.text.drop("attributes", "events", "resource"))
    for row in tables.runs.collect().sort("run_id").iter_rows(named=True):
        yield Run(
            id=row["run_id"],
            task=row["task"],
            model=row["model"],
            answer=row["answer"],
            expects=tables.setting.tasks.get(row["task"], TaskSetting()),
            row=MappingProxyType(row),
            calls_of=calls,
            spans_of=spans,
            words_of=words,
        )


def _rows_by_run(frame: pl.LazyFrame, *order: str) -> RowsOf:
    """Return what gives the rows of one run; the frame is read when it is first asked."""
    read: list[tuple[pl.DataFrame, dict[str, tuple[int, int]]]] = []

    def rows(run_id: str) -> list[Row]:
        if not read:
            whole = frame.sort("run_id", *order, maintain_order=True).collect()
            counts = whole.group_by("run_id", maintain_order=True).len("count")
            begins = counts.with_columns(begin=pl.col("count").cum_sum() - pl.col("count"))
            read.append((whole, {one: (at, n) for one, n, at in begins.iter_rows()}))
        whole, places = read[0]
        begin, count = places.get(run_id, (0, 0))
        return [MappingProxyType(row) for row in whole.slice(begin, count).to_dicts()]

    return rows
