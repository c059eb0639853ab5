"""Where texts are as a predicate wants them: the model's, the answer, a tool's result."""

import polars as pl

from midspan.scorers.file_format import TextMatch
from midspan.scorers.markers.events import events, holds, shown
from midspan.scorers.markers.steps import ANSWER, CALL, MESSAGE
from midspan.scorers.model_requests import model_turns
from midspan.scorers.tables import Tables


def output_events(match: TextMatch, tables: Tables) -> pl.DataFrame:
    """Return the turns in which the model wrote such a text."""
    said = tables.text.filter(
        pl.col("text").str.strip_chars().str.len_bytes() > 0, holds("text", match)
    ).select("run_id", "trace_id", "span_id", matched=shown("text", match))
    turns = model_turns(tables.spans).select("run_id", "trace_id", "span_id", number="turn")
    found = said.join(turns, on=["run_id", "trace_id", "span_id"]).sort("run_id", "number")
    return events(found.collect(), MESSAGE)


def answer_events(match: TextMatch, tables: Tables) -> pl.DataFrame:
    """Return the ends of runs with such an answer."""
    found = tables.runs.filter(
        pl.col("answer").str.strip_chars().str.len_bytes() > 0, holds("answer", match)
    ).select("run_id", number=pl.lit(0), matched=shown("answer", match))
    return events(found.collect(), ANSWER)


def result_events(match: TextMatch, tables: Tables) -> pl.DataFrame:
    """Return the calls that gave such a result."""
    found = tables.calls.filter(pl.col("result").is_not_null(), holds("result", match)).select(
        "run_id", number="call", matched=shown("result", match)
    )
    return events(found.collect(), CALL)
