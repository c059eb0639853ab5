"""One run told step by step: what the model said and did, what came of it, what scorers say."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from rich.console import Console, ConsoleOptions, RenderResult

from midspan.dashboards.terminal.cells import printable
from midspan.dashboards.terminal.story_frame import ending, opening
from midspan.dashboards.terminal.story_line import BLANK, Line, line
from midspan.dashboards.terminal.story_scores import Rows, run_lines, step_lines
from midspan.dashboards.terminal.story_steps import call_lines, steps, turn_lines
from midspan.scorers.run_view import Call, Run, Turn
from midspan.scorers.score import Declaration


@dataclass(frozen=True, kw_only=True)
class Story:
    """The story of one run: wrapped on a terminal, a line a fact where it is piped."""

    run: Run
    scores: pl.DataFrame
    """All score rows of the run."""
    declared: Mapping[str, Declaration]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for told in self.lines():
            yield told.wrapped() if console.is_terminal else told.unwrapped()

    def lines(self) -> Iterator[Line]:
        """Yield the lines of the story."""
        rows = Rows(self.scores, self.declared)
        yield from opening(self.run)
        seen: dict[str | None, int] = {}
        before: Turn | None = None
        calls: Sequence[Call]
        for step in steps(self.run):
            yield BLANK
            if isinstance(step, Turn):
                yield from turn_lines(self.run, step, before, seen)
                yield from step_lines(2, rows.of_span(step.span_id), rows)
                before, calls = step, step.calls
            else:
                where = "outside of any recorded turn" if self.run.turns else "no turn was recorded"
                yield line(0, where, style="bold dim")
                calls = step
            for call in calls:
                said = rows.of_call(call)
                # What only repeats the fault is named beside it.
                repeats = [row for row in said if row["label"] == call.fault and rows.is_bad(row)]
                yield from call_lines(call, [row["name"] for row in repeats])
                yield from step_lines(6, [row for row in said if row not in repeats], rows)
        yield from self._elsewhere(rows)
        yield BLANK
        yield from ending(self.run)
        yield from run_lines(rows)

    def _elsewhere(self, rows: Rows) -> Iterator[Line]:
        """Yield what is said of spans that are neither a turn nor a call."""
        for span in self.run.spans:
            said = rows.of_span(span["span_id"])
            if said:
                yield BLANK
                yield line(0, span["kind"], f" {printable(span['name'])}", style="bold")
                yield from step_lines(2, said, rows)
