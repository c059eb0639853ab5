"""Whether the final answer has the form that its task asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from midspan.scorers.parse_pass.answer_formats import problem
from midspan.scorers.run_rows import run_rows
from midspan.scorers.score import Better, Declaration, Level
from midspan.scorers.suite.answers import AnswerFormat
from midspan.scorers.tables import Tables

FORMS: Final = {
    "json": "JSON",
    "regex": "text with a pattern",
    "choice": "one of the choices",
    "number": "a number",
    "python": "a Python literal",
}
"""The formats of answers in words."""


@dataclass(frozen=True, kw_only=True)
class AnswerPass:
    """The answer parses as its task's `answer`. A task that asks for no form has no row."""

    version: ClassVar[str] = "1"
    declares: ClassVar[tuple[Declaration, ...]] = (
        Declaration(
            name="answer_pass",
            level=Level.RUN,
            unit="0/1",
            better=Better.HIGHER,
            description="Whether the final answer has the form that the task asks for.",
        ),
    )

    def score(self, tables: Tables) -> pl.LazyFrame:
        """Return a row for each run of a task that asks for a form."""
        wanted = {
            task_id: task.answer
            for task_id, task in tables.setting.tasks.items()
            if task.answer.format != "none"
        }
        runs = (
            tables.runs.filter(pl.col("task").is_in(list(wanted)), pl.col("status") != "missing")
            .select("run_id", "task", "answer", "root_span_id", known=_known())
            .collect()
        )
        judged = runs.join(
            _problems(runs, wanted), on=["task", "answer"], how="left", maintain_order="left"
        ).with_columns(form=pl.col("task").replace_strict(_forms(wanted), return_dtype=pl.String))
        wrong = pl.coalesce(
            "problem", pl.when(pl.col("answer").is_null()).then(pl.lit("no answer was given"))
        )
        return run_rows(
            judged.lazy(),
            "answer_pass",
            wrong.is_null(),
            pl.coalesce(
                pl.format("the answer should be {}: {}", "form", wrong),
                pl.format("the answer is {}", "form"),
            ),
            known=pl.col("known"),
            reason="what the model wrote was not recorded",
            label=pl.when(wrong.is_null()).then(pl.lit("pass")).otherwise(pl.lit("fail")),
            evidence=pl.concat_list("root_span_id").list.drop_nulls(),
        )


def _known() -> pl.Expr:
    """Return whether an answer of the run would have been recorded."""
    content_recorded = pl.col("calls").is_not_null() | (pl.col("llm_calls").fill_null(0) == 0)
    return pl.col("answer").is_not_null() | content_recorded


def _forms(wanted: Mapping[str, AnswerFormat]) -> dict[str, str]:
    return {task_id: FORMS[answer.format] for task_id, answer in wanted.items()}


def _problems(runs: pl.DataFrame, wanted: Mapping[str, AnswerFormat]) -> pl.DataFrame:
    """Return what is wrong with each distinct answer to a task."""
    distinct = runs.select("task", "answer").drop_nulls().unique()
    rows = [(task, answer, problem(answer, wanted[task])) for task, answer in distinct.iter_rows()]
    columns = dict.fromkeys(("task", "answer", "problem"), pl.String())
    return pl.DataFrame(rows, schema=columns, orient="row")
