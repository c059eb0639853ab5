"""What a run took: turns, calls, tokens, time and money."""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from midspan.scorers.resources.cost import cost_rows
from midspan.scorers.resources.counts import count_rows
from midspan.scorers.resources.durations import duration_rows
from midspan.scorers.score import Better, Declaration, Level
from midspan.scorers.tables import Tables

DESCRIBED: Final = (
    ("turns", "count", "Model calls, retries by the provider's client left out."),
    ("tool_calls", "count", "Tool calls, each once, whatever recorded it."),
    ("tokens", "tokens", "Input and output tokens."),
    ("tokens_new", "tokens", "Input tokens that no cache held."),
    ("tokens_cached", "tokens", "Input tokens read from a cache."),
    ("tokens_output", "tokens", "Output tokens, reasoning included."),
    ("tokens_reasoning", "tokens", "Reasoning tokens."),
    ("seconds", "seconds", "From the first span to the last."),
    ("seconds_model", "seconds", "Seconds in which a model call ran."),
    ("seconds_tool", "seconds", "Seconds in which a tool ran."),
    ("seconds_idle", "seconds", "Seconds in which neither ran."),
    ("cost_usd", "USD", "Cost as the spans say, else by the profile's prices."),
)


@dataclass(frozen=True, kw_only=True)
class Resources:
    """Turns, tool calls, tokens, seconds and cost of each run that left spans.

    A sum of which a part was not recorded is not evaluated, rather than too small.
    """

    version: ClassVar[str] = "1"
    declares: ClassVar[tuple[Declaration, ...]] = tuple(
        Declaration(
            name=name,
            level=Level.RUN,
            unit=unit,
            better=Better.NEITHER if name == "tokens_cached" else Better.LOWER,
            description=description,
        )
        for name, unit, description in DESCRIBED
    )

    def score(self, tables: Tables) -> pl.LazyFrame:
        """Return up to twelve rows a run."""
        runs = tables.runs.filter(pl.col("turns").is_not_null()).collect().lazy()
        frames = [*count_rows(runs), *duration_rows(runs, tables), cost_rows(runs, tables)]
        return pl.concat(frames, how="diagonal")
