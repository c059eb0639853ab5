"""What failed calls are told as: for people, in a few words."""

from typing import Final

import polars as pl

from midspan.scorers.per_tables import once_per_tables
from midspan.scorers.recovery.moments import failing_runs
from midspan.scorers.tables import Tables

SAID_AT_MOST: Final = 80

_TELLING: Final = ("error|exception", "message|detail|reason|stderr", "text|content|result")
"""Fields of results that say what went wrong, the most telling ones first."""

_FAULTS: Final = {
    "model.unparseable": "invalid JSON",
    "model.unknown_tool": "an unknown tool name",
    "model.bad_arguments": "invalid arguments",
    "execution.error": "an error",
    "hidden.error": "an error",
}


@once_per_tables
def told_failures(tables: Tables) -> pl.DataFrame:
    """Return row, `what` (the tool) and `why` (kind and words) of each failed attempt.

    The row is that among `failing_runs`.
    """
    calls = failing_runs(tables).with_row_index("row").lazy().filter("failed")
    words = tables.calls.filter("failed").select(
        "run_id", "call", said=pl.coalesce("error_message", "result")
    )
    kind = pl.col("fault").cast(pl.String).replace_strict(_FAULTS, default="an error")
    kind = pl.when("transient").then(pl.lit("a passing error")).otherwise(kind)
    return (
        calls.join(words, on=["run_id", "call"], how="left", maintain_order="left")
        .with_columns(said=_first_line(pl.col("said")))
        .select(
            "row",
            what=told(pl.col("tool")),
            why=pl.when(pl.col("said").str.len_chars() > 0)
            .then(pl.format("{} ({})", kind, "said"))
            .otherwise(kind),
        )
        .collect()
    )


def told(tool: pl.Expr) -> pl.Expr:
    """Return what a tool is told as."""
    return pl.format("`{}`", tool)


def _first_line(text: pl.Expr) -> pl.Expr:
    """Return the first line of what an error says, out of its wrapping, and not too long."""
    wrapped = text.str.contains(r"^\s*([{\[\"]|[\w ]+=|\w+\()")
    inner = pl.coalesce(
        text.str.extract(_quoted(names, quote)) for names in _TELLING for quote in "\"'"
    )
    text = pl.coalesce(pl.when(wrapped).then(inner), text)
    line = text.str.strip_chars().str.extract(r"^([^\r\n]*)", 1).str.strip_chars()
    cut = pl.format("{}...", line.str.slice(0, SAID_AT_MOST))
    return pl.when(line.str.len_chars() > SAID_AT_MOST).then(cut).otherwise(line)


def _quoted(names: str, quote: str) -> str:
    value = rf"""([^{quote}\\{{\[][^{quote}\\]{{2,}})"""
    return rf"""(?i)(?:\b|_)(?:{names})(?:\\*["']\s*:|=)\s*\\*{quote}{value}"""
