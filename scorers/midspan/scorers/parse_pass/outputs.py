"""What the model's outputs are like by themselves: cut off, empty, collapsed, growing."""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from midspan.scorers.model_requests import model_requests
from midspan.scorers.parse_pass.collapse import collapses
from midspan.scorers.parse_pass.output_growth import growth_rows
from midspan.scorers.run_rows import counted, run_rows
from midspan.scorers.score import Better, Declaration, Level
from midspan.scorers.tables import Tables

KEY: Final = ["run_id", "trace_id", "span_id"]

SCORES: Final = {
    "truncated": ("truncated_turns", "cut off at the token limit"),
    "empty_turn": ("empty_turns", "without text and call"),
    "collapse": ("collapsed_turns", "saying the same over and over"),
}
"""Step scores with the run score that counts them, and what it counts in words."""


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """Outputs of the model that were cut off, are empty, or say the same over and over.

    Only requests that were answered are looked at, each once: not spans that repeat another.
    """

    version: ClassVar[str] = "1"
    declares: ClassVar[tuple[Declaration, ...]] = (
        *(
            Declaration(
                name=name,
                level=level,
                unit="0/1" if level == Level.STEP else "count",
                better=Better.LOWER,
                description=f"Outputs {what}.",
            )
            for step, (run, what) in SCORES.items()
            for name, level in ((step, Level.STEP), (run, Level.RUN))
        ),
        Declaration(
            name="output_growth",
            level=Level.RUN,
            unit="ratio",
            better=Better.NEITHER,
            description="Output tokens of the last third of the turns / of the first third.",
        ),
    )

    def score(self, tables: Tables) -> pl.LazyFrame:
        """Return a row for each output that is found wanting, and up to four a run."""
        outputs = _outputs(tables)
        frames = [growth_rows(tables)]
        for step, (run, what) in SCORES.items():
            frames += [_step_rows(outputs, step), _run_rows(outputs, step, run, what)]
        return pl.concat(frames, how="diagonal")


def _outputs(tables: Tables) -> pl.LazyFrame:
    """Return the answered requests with a column for each step score: why it is so, in words.

    `judged_SCORE` is whether the record allows to tell.
    """
    spans = (
        model_requests(tables.spans)
        .filter(pl.col("status") != "error")
        .select(
            *KEY,
            "start_ns",
            "finish_reason",
            "calls_emitted",
            "output_tokens",
            left_out=_left_out(),
        )
    )
    said = tables.text.filter(
        pl.col("text").is_not_null() | pl.col("reasoning").is_not_null()
    ).select(*KEY, "text", "reasoning")
    outputs = spans.join(said, on=KEY, how="left").sort("run_id", "start_ns", "span_id").collect()
    collapsed = {name: collapses(outputs[name]) for name in ("text", "reasoning")}
    return outputs.lazy().select(
        *KEY,
        truncated=_truncated(),
        judged_truncated=pl.col("finish_reason").is_not_null(),
        empty_turn=_empty(),
        judged_empty_turn=pl.col("calls_emitted").is_not_null() & ~pl.col("left_out"),
        collapse=pl.coalesce(collapsed["text"], "in its reasoning: " + collapsed["reasoning"]),
        judged_collapse=pl.col("text").is_not_null()
        | pl.col("reasoning").is_not_null()
        | pl.col("calls_emitted").is_not_null(),
    )


def _left_out() -> pl.Expr:
    """Return whether something of the output is known to be missing from the record."""
    notes = ("lost_call", "truncated", "redacted")
    return pl.any_horizontal(pl.col("notes").list.contains(note) for note in notes)


def _truncated() -> pl.Expr:
    tokens = pl.concat_str(
        pl.lit(" after "), counted(pl.col("output_tokens"), "token"), ignore_nulls=False
    ).fill_null("")
    cut_off = pl.col("finish_reason") == "length"
    return pl.when(cut_off).then(pl.format("cut off at the token limit{}", tokens))


def _empty() -> pl.Expr:
    def blank(column: str) -> pl.Expr:
        return pl.col(column).fill_null("").str.strip_chars() == ""

    empty = (pl.col("calls_emitted") == 0) & blank("text") & ~pl.col("left_out")
    what = pl.when(blank("reasoning")).then(pl.lit("")).otherwise(pl.lit(", only reasoning"))
    return pl.when(empty).then(pl.format("neither text nor call{}", what))


def _step_rows(outputs: pl.LazyFrame, step: str) -> pl.LazyFrame:
    return outputs.filter(pl.col(step).is_not_null()).select(
        *KEY,
        name=pl.lit(step),
        value=pl.lit(1.0),
        label=pl.lit("fail"),
        explanation=pl.col(step),
        evidence=pl.concat_list("span_id"),
    )


def _run_rows(outputs: pl.LazyFrame, step: str, run: str, what: str) -> pl.LazyFrame:
    judged = pl.col(f"judged_{step}")
    runs = outputs.group_by("run_id", maintain_order=True).agg(
        found=pl.col(step).count(),
        judged=(judged | pl.col(step).is_not_null()).sum(),
        evidence=pl.col("span_id").filter(pl.col(step).is_not_null()),
    )
    reason = {
        "truncated": "finish reasons were not recorded",
        "empty_turn": "what the model wrote was not recorded",
        "collapse": "what the model wrote was not recorded",
    }[step]
    return run_rows(
        runs,
        run,
        pl.col("found"),
        pl.format(f"{what}: {{}} of {{}}", "found", counted(pl.col("judged"), "output")),
        known=pl.col("judged") > 0,
        reason=reason,
        evidence=pl.col("evidence"),
    )
