"""Checks that no result record answers, and that need nothing but the answer of the run."""

from typing import Final

import polars as pl

from midspan.scorers.answer_judge import AnswerJudge
from midspan.scorers.outcomes import ANSWER_CHECKS, broken_off
from midspan.scorers.tables import Tables

NOT_RECORDED: Final = "what the agent answered was not recorded"

_SCHEMA: Final = {
    "run_id": pl.String(),
    "id": pl.String(),
    "passed": pl.Boolean(),
    "detail": pl.String(),
}
_ASKED: Final = ("task", "id", "answer")


def answer_verdicts(lacking: pl.DataFrame, runs: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Return `passed` and `detail` of those checks that the answers of their runs decide.

    `lacking` are checks of the suite (run_id, task, id, kind) that no record has. A trace that
    breaks off decides none of them: what stands in it last is not known to be the answer.
    """
    reading = lacking.filter(pl.col("kind").is_in(ANSWER_CHECKS))
    if tables.answer_judge is None or reading.is_empty():
        return pl.DataFrame(schema=_SCHEMA)
    whole = runs.filter(~broken_off()).select("run_id", "answer")
    asked = reading.join(whole, on="run_id", maintain_order="left").join(
        _last_words(tables), on="run_id", how="left", maintain_order="left"
    )
    silent = pl.col("answer").is_null() & ~pl.col("recorded").fill_null(False)
    unknown = asked.filter(silent).select(
        "run_id", "id", passed=pl.lit(None, pl.Boolean), detail=pl.lit(NOT_RECORDED)
    )
    known = asked.filter(~silent)
    judged = known.join(
        _judged(known, tables, tables.answer_judge),
        on=list(_ASKED),
        nulls_equal=True,
        maintain_order="left",
    )
    return pl.concat([unknown, judged.select(*_SCHEMA)])


def _judged(known: pl.DataFrame, tables: Tables, judge: AnswerJudge) -> pl.DataFrame:
    """Return the verdict on each distinct answer to a check."""
    checks = {
        (task, check.id): check for task, of in tables.setting.tasks.items() for check in of.checks
    }
    distinct = known.select(*_ASKED).unique(maintain_order=True)
    verdicts = judge([(checks[task, id_], answer) for task, id_, answer in distinct.iter_rows()])
    return distinct.with_columns(
        passed=pl.Series([passed for passed, _ in verdicts], dtype=pl.Boolean),
        detail=pl.Series([detail for _, detail in verdicts], dtype=pl.String),
    )


def _last_words(tables: Tables) -> pl.DataFrame:
    """Return of each run with model calls whether what the last of them gave was `recorded`."""
    last = pl.col("calls_emitted").sort_by("start_ns", "end_ns", nulls_last=True).last()
    return (
        tables.spans.filter(
            pl.col("kind").cast(pl.String) == "llm", pl.col("duplicate_of").is_null()
        )
        .group_by("run_id")
        .agg(recorded=last.is_not_null())
        .collect()
    )
