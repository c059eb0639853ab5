"""Score rows of some runs, as what each of their traces is to have in MLflow."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import polars as pl

from midspan.dashboards import mlflow as layout
from midspan.pipelines.exporting.chat_messages import chat, recorded
from midspan.pipelines.publish.mlflow.assessments import Json, Wish, assessments
from midspan.pipelines.publish.plan import Portion
from midspan.pipelines.publish.rows import run_rows, step_rows
from midspan.pipelines.publish.spans.kept import kept
from midspan.scorers.score import Declaration

MILLISECOND: Final = 1_000_000
_TOKENS: Final = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read_tokens": "cache_read_input_tokens",
    "cache_write_tokens": "cache_creation_input_tokens",
}
NO_SPANS: Final = "of traces of which the workspace has no span"


@dataclass(frozen=True, kw_only=True)
class RunWishes:
    """What the traces of one run are to have, and the run in MLflow that they are of."""

    run: str
    source_run: str
    traces: tuple[Wish, ...]

    @property
    def rows(self) -> int:
        """Return how many assessments these are."""
        return sum(len(wish.assessments) for wish in self.traces)


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """The wishes of some runs, and the score rows that are not among them."""

    runs: tuple[RunWishes, ...]
    refused: Mapping[str, int]
    aside: Mapping[str, int]


def portion_of(portion: Portion, runs: pl.DataFrame) -> Portion:
    """Return what a portion has of some of its runs."""
    if runs.height == portion.runs.height:
        return portion
    of_these = pl.col("run_id").is_in(runs["run_id"].implode())
    return replace(
        portion,
        runs=runs,
        spans=portion.spans.filter(of_these),
        scores=portion.scores.filter(of_these),
        text=portion.text.filter(of_these),
        calls=portion.calls.filter(of_these),
    )


def prepared(
    portion: Portion,
    *,
    pairs: Mapping[str, str | None],
    source_runs: Mapping[str, str],
    known: Mapping[str, Declaration],
) -> Prepared:
    """Return what is to be published of a portion.

    `pairs` says by run id what a run is of, `source_runs` which run of MLflow it belongs to.
    """
    steps, runs = step_rows(portion.scores, known), run_rows(portion.scores, known)
    by_trace: dict[str, list[Json]] = defaultdict(list)
    for row in pl.concat([runs.rows, steps.rows]).iter_rows(named=True):
        by_trace[row["trace_id"]].append(row)
    times, questions = _times(kept(portion.spans)), _questions(portion)
    found = [
        RunWishes(
            run=run["run_id"],
            source_run=source_runs[run["run_id"]],
            traces=tuple(_wishes(run, pairs, source_runs, by_trace, times, questions, known)),
        )
        for run in portion.runs.iter_rows(named=True)
    ]
    refused = Counter(steps.refused) + Counter(runs.refused)
    shown = {wish.trace.removeprefix("tr-") for run in found for wish in run.traces}
    refused[NO_SPANS] += sum(len(rows) for trace, rows in by_trace.items() if trace not in shown)
    aside = Counter(steps.aside) + Counter(runs.aside)
    return Prepared(runs=tuple(found), refused=+refused, aside=aside)


def _wishes(
    run: Json,
    pairs: Mapping[str, str | None],
    source_runs: Mapping[str, str],
    by_trace: Mapping[str, list[Json]],
    times: Mapping[str, Json],
    questions: Mapping[str, str],
    known: Mapping[str, Declaration],
) -> Iterator[Wish]:
    pair = pairs[run["run_id"]]
    traces = [trace for trace in run["trace_ids"] if trace in times]
    # A run has a root in one of its traces; the others follow it in the list.
    first = next((t for t in traces if times[t]["root_span_id"] == run["root_span_id"]), None)
    first = first or next(iter(traces), None)
    for place, trace in enumerate(traces):
        is_first = trace == first
        named = pair if is_first or pair is None else f"{pair} +{place}"
        yield Wish(
            trace=f"tr-{trace}",
            run=run["run_id"],
            start_ms=times[trace]["start_ms"],
            end_ms=times[trace]["end_ms"],
            state=times[trace]["state"],
            session=pair,
            tokens=_tokens(times[trace]),
            request=layout.preview(named, questions.get(trace)) if named else None,
            response=_cut(run["answer"]) if is_first and named else None,
            assessments=dict(
                assessments(
                    f"tr-{trace}", by_trace.get(trace, ()), source_runs[run["run_id"]], known
                )
            ),
        )


def _times(spans: pl.DataFrame) -> dict[str, Json]:
    """Return by trace when it began and ended, how its root ended, and its tokens."""
    root = pl.col("parent_id").is_null()
    end = pl.coalesce("end_ns", "start_ns").max() // MILLISECOND
    status = pl.col("status").cast(pl.String).filter(root)
    ended = pl.when((status == "error").any()).then(pl.lit("ERROR")).otherwise(pl.lit("OK"))
    first = pl.col("span_id").filter(root).sort_by(pl.col("start_ns").filter(root)).first()
    frame = spans.group_by("trace_id").agg(
        pl.col(*_TOKENS).sum(),
        start_ms=pl.col("start_ns").min() // MILLISECOND,
        end_ms=end,
        state=pl.when(root.any()).then(ended),
        root_span_id=first,
    )
    return {row["trace_id"]: row for row in frame.iter_rows(named=True)}


def _tokens(times: Json) -> dict[str, int]:
    """Return the tokens of a trace under MLflow's names, those that there are."""
    found = {name: times[column] for column, name in _TOKENS.items() if times[column]}
    both = times["input_tokens"] + times["output_tokens"]
    return {**found, "total_tokens": both} if found else {}


def _questions(portion: Portion) -> dict[str, str]:
    """Return by trace what its root was asked."""
    roots = (
        portion.spans.filter(pl.col("parent_id").is_null())
        .sort("start_ns")
        .unique("trace_id", keep="first")
        .select("run_id", "trace_id", "span_id")
    )
    texts = portion.text.select("run_id", "trace_id", "span_id", "input")
    found = roots.lazy().join(texts, on=("run_id", "trace_id", "span_id")).collect()
    asked = ((trace, question(told)) for trace, told in found.select("trace_id", "input").rows())
    return {trace: text for trace, text in asked if text}


def question(told: str | None) -> str | None:
    """Return what was asked, as a line of text: of messages, the first one of the user.

    >>> question('[{"role": "user", "parts": [{"type": "text", "content": "How much?"}]}]')
    'How much?'
    """
    messages = chat(recorded(told) or []) or []
    said = [message.get("content") for message in messages if message.get("role") == "user"]
    text = said[0] if said and isinstance(said[0], str) else told
    return " ".join(text.split()) if text else None


def _cut(text: Any) -> str | None:
    return text[: layout.LONGEST_PREVIEW] if text else None
