"""URLs, DOIs and arXiv ids in the answer that nothing which the agent was told holds."""

import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote

import polars as pl

from midspan.scorers.grounding.references import CITES, Reference, folded_reference, references_in
from midspan.scorers.grounding.sources import KEY, inputs, model_calls, results, whole_runs
from midspan.scorers.roles import with_roles
from midspan.scorers.run_rows import counted, run_rows
from midspan.scorers.tables import Tables

ANSWERING: Final = ("answer", "terminal")
"""Roles of tools that repeat the answer: what they say supports nothing."""

WROTE: Final = ("write", *ANSWERING)
AT_MOST: Final = 5


def unsupported_citation_rows(tables: Tables) -> list[pl.LazyFrame]:
    """Return a row for each answer with such a citation, and how many they are in each run."""
    answers = (
        tables.runs.filter(pl.col("answer").str.strip_chars() != "")
        .select("run_id", "answer", "root_span_id", cites=pl.col("answer").str.contains(CITES))
        .collect()
    )
    citing = answers.filter("cites")
    judged = citing.select("run_id").with_columns(_judged(citing, tables))
    runs = (
        answers.lazy()
        .select("run_id", "root_span_id")
        .join(judged.lazy(), on="run_id", how="left", maintain_order="left")
        .join(whole_runs(tables), on="run_id", how="left", maintain_order="left")
        .join(_answer_spans(citing, tables), on="run_id", how="left", maintain_order="left")
        .with_columns(
            pl.col("cited", "number").fill_null(0),
            span_id=pl.coalesce("answer_span_id", "root_span_id"),
        )
        .with_columns(known=pl.col("whole").fill_null(False) | (pl.col("number") == 0))
    )
    return [_steps(runs), _run_rows(runs)]


def _run_rows(runs: pl.LazyFrame) -> pl.LazyFrame:
    number, cited = pl.col("number"), pl.col("cited")
    citations = counted(cited, "citation")
    return run_rows(
        runs,
        "unsupported_citations",
        number,
        pl.when(cited == 0)
        .then(pl.lit("the answer cites nothing"))
        .when(number == 0)
        .then(pl.format("{}, found in what the agent read", citations))
        .otherwise(pl.format("{} of {} found nowhere: {}", number, citations, "listed")),
        known=pl.col("known"),
        reason="what the model was told was not recorded in full",
        evidence=pl.when(number > 0).then(pl.concat_list("span_id").list.drop_nulls()),
    )


def _steps(runs: pl.LazyFrame) -> pl.LazyFrame:
    found = runs.filter(pl.col("known"), pl.col("number") > 0, pl.col("span_id").is_not_null())
    return found.select(
        "run_id",
        "span_id",
        name=pl.lit("unsupported_citation"),
        value=pl.lit(1.0),
        label=pl.lit("fail"),
        explanation=pl.format(
            "cited, and in no tool result, no page that was opened and no prompt: {}", "listed"
        ),
        evidence=pl.concat_list("span_id"),
    )


def _answer_spans(citing: pl.DataFrame, tables: Tables) -> pl.LazyFrame:
    """Return the span in which each answer was given: that of the last turn."""
    return (
        model_calls(tables)
        .join(citing.lazy().select("run_id"), on="run_id", how="semi")
        .group_by("run_id")
        .agg(answer_span_id=pl.col("span_id").sort_by("start_ns", "span_id").last())
    )


def _judged(citing: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Return of each answer how much it cites, and what of it was found nowhere."""
    sources = _Sources(citing.lazy().select("run_id"), tables)
    cited, numbers, listed = [], [], []
    for run_id, answer in citing.select("run_id", "answer").iter_rows():
        references = references_in(answer)
        missing = sources.lacking(run_id, references)
        rest = len(missing) - AT_MOST
        cited.append(len(references))
        numbers.append(len(missing))
        listed.append(
            ", ".join(each.written for each in missing[:AT_MOST])
            + (f" and {rest} more" if rest > 0 else "")
        )
    columns = {"cited": cited, "number": numbers, "listed": listed}
    types = {"cited": pl.Int64(), "number": pl.Int64(), "listed": pl.String()}
    return pl.DataFrame(columns, schema=types)


class _Sources:
    """What the agents of some runs were told, and what they opened."""

    def __init__(self, run_ids: pl.LazyFrame, tables: Tables) -> None:
        told = inputs(tables, run_ids).sort("start_ns", descending=True)
        self._told = _by_run(told.select("run_id", "said"))
        gave = with_roles(results(tables, run_ids), tables, *ANSWERING)
        gave = gave.filter(~pl.any_horizontal(ANSWERING)).select("run_id", "said")
        retrieved = (
            tables.spans.filter(pl.col("kind") == "retriever")
            .select(*KEY)
            .join(run_ids, on="run_id", how="semi")
            .join(tables.text.select(*KEY, said="output"), on=KEY)
            .select("run_id", "said")
            .drop_nulls()
        )
        self._gave = _by_run(pl.concat([gave, retrieved]))
        calls = tables.calls.join(run_ids, on="run_id", how="semi").filter(
            pl.col("executed"), ~pl.col("failed").fill_null(False), pl.col("arguments") != ""
        )
        opened = with_roles(calls.select("run_id", "name", said="arguments"), tables, *WROTE)
        self._opened = _by_run(opened.filter(~pl.any_horizontal(WROTE)).select("run_id", "said"))

    def lacking(self, run_id: str, references: list[Reference]) -> list[Reference]:
        """Return the references that no source of a run holds; sources are read until all are."""
        open_ = list(references)
        for text, is_input in self._texts(run_id):
            if not open_:
                break
            # To take an input apart is dear: only where it holds one of them at all.
            source = _searched(text)
            if is_input and ("\\u" in text or any(each.needle in source for each in open_)):
                source = _searched(_not_by_the_model(text))
            open_ = [each for each in open_ if each.needle not in source]
        opened = {url for text in self._opened.get(run_id, ()) for url in _urls(text)}
        return [each for each in open_ if each.needle not in opened]

    def _texts(self, run_id: str) -> Iterator[tuple[str, bool]]:
        """Yield what a run's agent was told, and whether it is an input of the model."""
        yield from ((text, False) for text in self._gave.get(run_id, ()))
        yield from ((text, True) for text in self._told.get(run_id, ()))


def _by_run(frame: pl.LazyFrame) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for run_id, said in frame.collect().iter_rows():
        found.setdefault(run_id, []).append(said)
    return found


def _searched(text: str) -> str:
    """Return a source as references are looked for in it."""
    bare = text.replace("\\", "").casefold()
    return unquote(bare) if "%" in bare else bare


def _urls(arguments: str) -> Iterator[str]:
    """Yield the arguments that are an address, and nothing but that."""
    for value in _texts_in(json.loads(arguments)):
        if " " not in value.strip():
            yield folded_reference(value.strip())


def _not_by_the_model(said: str) -> str:
    """Return an input without what the model had written itself."""
    try:
        messages = json.loads(said)
    except (ValueError, RecursionError):
        return said
    if not isinstance(messages, list):
        return said
    others = [
        message
        for message in messages
        if not (isinstance(message, dict) and message.get("role") == "assistant")
    ]
    return "\n".join(_texts_in(others))


def _texts_in(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for item in node.values() if isinstance(node, dict) else node:
            yield from _texts_in(item)
