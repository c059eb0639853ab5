"""The outcome of a run: exactly one, the first in a fixed order that holds."""

from typing import Final

import polars as pl

OUTCOMES: Final = (
    "success",
    "wrong",
    "no_answer",
    "agent_error",
    "provider_error",
    "timeout",
    "budget",
    "infra",
    "unscored",
)
FAILED_OUTCOMES: Final = ("no_answer", "agent_error", "provider_error", "timeout", "budget")
"""Outcomes that count as errors of the run, apart from a wrong answer."""

FAILURES: Final = ("wrong", *FAILED_OUTCOMES)
"""Outcomes of runs that failed, by a wrong answer or by an error."""

ANSWER_CHECKS: Final = ("substring", "exact", "regex", "choice", "number", "json", "key_points")
"""Kinds of checks that read the answer: without one they cannot hold."""

OWN_LIMIT: Final = (
    r"(?i)max(imum)?[_\s]?(number of )?(steps?|turns?|iterations?)"
    r"|graphrecursion|recursion[_\s]?limit|(usage|calls)limitexceeded"
    r"|token[_\s]?limit|context[_\s]?(length|window|limit)"
    r"|budget[_\s]?(exceeded|exhausted|limit|reached|used up)"
    r"|(exceeded|out of) (the )?(\w+ )?budget"
)
"""How agents name the limits that they ran into: the type or message of the root's error."""

TOO_LONG: Final = (
    r"(?i)context[_\s]?(length|window|size|limit)|maximum context"
    r"|(prompt|input) is too long|input token count \S* ?exceeds"
)
"""How providers refuse a conversation that has grown too long: the agent used up its context."""

LEFT: Final = ("client_left", "stopped")
"""Types of errors of a request that its own side broke off: the model has refused nothing."""

FACTS: Final = ("provider_failed", "last_span_id", "last_error", "root_error")
"""Columns that an outcome is decided by, beside those of the run."""


def with_outcome(runs: pl.LazyFrame, spans: pl.LazyFrame, text: pl.LazyFrame) -> pl.LazyFrame:
    """Return the runs with a column `outcome`, by the checks that they have."""
    return with_outcome_facts(runs, spans, text).drop(FACTS)


def with_outcome_facts(runs: pl.LazyFrame, spans: pl.LazyFrame, text: pl.LazyFrame) -> pl.LazyFrame:
    """Return the runs with a column `outcome` and the `FACTS` that explain it.

    `last_error` is what a failed last model call said, in the span `last_span_id`.
    """
    errors = _errors(spans, text)
    facts = (
        runs.join(_last_call(spans, errors), on="run_id", how="left")
        .join(_root_errors(runs, errors), on="run_id", how="left")
        .with_columns(provider_failed=pl.col("provider_failed") & ~_left_over())
        .drop("last_left")
    )
    outcome = (
        pl.when(_infra())
        .then(pl.lit("infra"))
        .when(pl.col("ended_by") == "timeout")
        .then(pl.lit("timeout"))
        .when((pl.col("ended_by") == "budget") | _own_limit())
        .then(pl.lit("budget"))
        .when("provider_failed")
        .then(pl.lit("provider_error"))
        .when(_agent_error())
        .then(pl.lit("agent_error"))
        .when(broken_off())
        .then(pl.lit("unscored"))
        .when(_no_answer())
        .then(pl.lit("no_answer"))
        .when(_unscored())
        .then(pl.lit("unscored"))
        .when(_passed().list.all())
        .then(pl.lit("success"))
        .otherwise(pl.lit("wrong"))
        .cast(pl.Enum(OUTCOMES))
    )
    return facts.with_columns(outcome=outcome)


def _infra() -> pl.Expr:
    never_launched = (pl.col("status") == "missing") & pl.col("ended_by").is_null()
    return never_launched | pl.col("ended_by").is_in(["launch_failed", "platform"])


def _own_limit() -> pl.Expr:
    too_long = pl.col("provider_failed") & pl.col("last_error").str.contains(TOO_LONG)
    return pl.col("root_error").str.contains(OWN_LIMIT) | too_long


def _left_over() -> pl.Expr:
    """Return whether the last call was still open when an agent ended that had its answer."""
    ended_well = (pl.col("exit_code") == 0).fill_null(False) & ~_without_answer()
    return pl.col("last_left").fill_null(False) & ended_well


def _agent_error() -> pl.Expr:
    crashed = (pl.col("exit_code") != 0) | (pl.col("ended_by") == "signal")
    root_failed = (pl.col("status") == "error") & _without_answer()
    return crashed.fill_null(False) | root_failed | (broken_off() & pl.col("planned"))


def broken_off() -> pl.Expr:
    """Return whether the trace breaks off, and no result record says how the run ended."""
    return (pl.col("status") == "incomplete") & pl.col("ended_by").is_null()


def _without_answer() -> pl.Expr:
    return pl.col("answer").fill_null("").str.strip_chars() == ""


def _no_answer() -> pl.Expr:
    """Nothing came out, whatever the exit code says; or a check has no answer to read."""
    tokens, calls = pl.col("output_tokens"), pl.col("calls")
    # Of an LLM call without tokens and content it is not known whether anything came out, nor of a
    # trace without any where no record says what was answered.
    asked = pl.col("llm_calls").fill_null(0) > 0
    silent = pl.when(asked).then(calls.is_null()).otherwise(pl.col("ended_by").is_null())
    unknown = tokens.is_null() & silent
    nothing = (tokens.fill_null(0) == 0) & (calls.fill_null(0) == 0) & ~unknown
    # A check that nobody could judge does not say that there was none to read.
    check = pl.element().struct
    reads_answer = (
        pl.col("checks")
        .list.eval(check.field("kind").is_in(ANSWER_CHECKS) & check.field("passed").is_not_null())
        .list.any()
        .fill_null(False)
    )
    return _without_answer() & (nothing | reads_answer)


def _unscored() -> pl.Expr:
    none = pl.col("checks").is_null() | (pl.col("checks").list.len() == 0)
    return none | _passed().list.eval(pl.element().is_null()).list.any()


def _passed() -> pl.Expr:
    return pl.col("checks").list.eval(pl.element().struct.field("passed"))


def _errors(spans: pl.LazyFrame, text: pl.LazyFrame) -> pl.LazyFrame:
    """Return the spans that failed, with what they say went wrong."""
    key = ["run_id", "trace_id", "span_id"]
    failed = spans.filter(pl.col("status") == "error").select(*key, "error_type")
    # Many an instrumentation begins the message with the type.
    named = pl.col("error_message").str.starts_with(pl.col("error_type")).fill_null(False)
    said = pl.concat_str(
        pl.when(~named).then("error_type"), "error_message", separator=" ", ignore_nulls=True
    )
    return failed.join(text.select(*key, "error_message"), on=key, how="left").select(
        *key, error=said
    )


def _last_call(spans: pl.LazyFrame, errors: pl.LazyFrame) -> pl.LazyFrame:
    """Return whether the last LLM call of each run failed and nothing followed it."""
    steps = spans.filter(
        pl.col("kind").cast(pl.String).is_in(["llm", "tool", "retriever"])
        & pl.col("duplicate_of").is_null()
    )
    last = (
        pl.col("trace_id", "span_id", "kind", "status", "calls_emitted", "error_type")
        .sort_by("start_ns", "end_ns", nulls_last=True)
        .last()
    )
    return (
        steps.group_by("run_id")
        .agg(last)
        .filter(
            pl.col("kind") == "llm",
            pl.col("status") == "error",
            pl.col("calls_emitted").fill_null(0) == 0,
        )
        .join(errors, on=["run_id", "trace_id", "span_id"], how="left")
        .select(
            "run_id",
            provider_failed=pl.lit(True),
            last_span_id="span_id",
            last_error="error",
            last_left=pl.col("error_type").cast(pl.String).is_in(LEFT),
        )
    )


def _root_errors(runs: pl.LazyFrame, errors: pl.LazyFrame) -> pl.LazyFrame:
    """Return what the root span of each run says went wrong."""
    roots = runs.select("run_id", pl.col("root_span_id").alias("span_id")).drop_nulls()
    return (
        roots.join(errors, on=["run_id", "span_id"])
        .group_by("run_id")
        .agg(root_error=pl.col("error").first())
    )
