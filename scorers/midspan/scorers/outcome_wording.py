"""Why a run came out as it did, in words."""

from typing import Final

import polars as pl

from midspan.scorers.outcomes import broken_off

AT_MOST: Final = 200
"""Characters that an explanation shows of what an error said."""

WITHOUT_CHECKS: Final = "the task has no checks"
JUDGED_HERE: Final = "judged by scoring from the recorded answer"
"""What is said of a check that no result record answers."""


def outcome_explanation() -> pl.Expr:
    """Return why a run has its outcome, from its facts and checks."""
    outcome = pl.col("outcome").cast(pl.String)
    sentences = {
        "success": pl.concat_str(_all_hold(), _judged_here()),
        "wrong": pl.concat_str(_some_fail(), _judged_here()),
        "no_answer": _nothing_said(),
        "agent_error": _agent_failed(),
        "provider_error": pl.format(
            "the last model call failed and nothing followed{}", _because("last_error")
        ),
        "timeout": pl.lit("its time was used up"),
        "budget": _used_up(),
        "infra": _lost(),
        "unscored": pl.format("not scored: {}", unscored_reason()),
    }
    said = pl.lit(None, pl.String)
    for name, sentence in sentences.items():
        said = pl.when(outcome == name).then(sentence).otherwise(said)
    return said


def unscored_reason() -> pl.Expr:
    """Return why it is not known whether a run succeeded."""
    unknown = _checks_that(pl.element().struct.field("passed").is_null())
    first = unknown.list.first()
    pending = pl.format(
        "check {} could not be judged: {}",
        first.struct.field("id"),
        first.struct.field("detail").fill_null("no reason was recorded"),
    )
    return (
        pl.when(pl.col("checks").is_null() & pl.col("planned") & ~pl.col("of_suite"))
        .then(pl.lit("no result record, and no suite, says which checks the task has"))
        .when(broken_off())
        .then(pl.lit("the trace breaks off, and no result record says how the run ended"))
        .when(unknown.list.len() > 0)
        .then(pending)
        .otherwise(pl.lit(WITHOUT_CHECKS))
    )


def _all_hold() -> pl.Expr:
    number = pl.col("checks").list.len()
    return (
        pl.when(number == 1)
        .then(pl.lit("its check holds"))
        .otherwise(pl.format("all {} checks hold", number))
    )


def _some_fail() -> pl.Expr:
    failed = _checks_that(~pl.element().struct.field("passed"))
    named = failed.list.eval(
        pl.concat_str(
            pl.element().struct.field("id"),
            pl.concat_str(pl.lit(" ("), pl.element().struct.field("detail"), pl.lit(")")).fill_null(
                ""
            ),
        )
    ).list.join("; ")
    number, of = failed.list.len(), pl.col("checks").list.len()
    verb = pl.when(number == 1).then(pl.lit("does")).otherwise(pl.lit("do"))
    return (
        pl.when(of == 1)
        .then(pl.format("its check does not hold: {}", named))
        .otherwise(pl.format("{} of {} checks {} not hold: {}", number, of, verb, named))
    )


def _judged_here() -> pl.Expr:
    """Return which of the checks no record answers; nothing where all were recorded."""
    judged = pl.col("judged").fill_null([])
    named = pl.format(f"; {JUDGED_HERE}: {{}}", judged.list.join(", "))
    return pl.when(judged.list.len() > 0).then(named).otherwise(pl.lit(""))


def _nothing_said() -> pl.Expr:
    calls, tokens = pl.col("calls_made").fill_null(0), pl.col("output_tokens").fill_null(0)
    return (
        pl.when((calls == 0) & (tokens == 0))
        .then(pl.lit("no answer, no call and no output token"))
        .otherwise(pl.lit("no answer was given, and a check reads it"))
    )


def _agent_failed() -> pl.Expr:
    code = pl.col("exit_code")
    return (
        pl.when(pl.col("ended_by") == "signal")
        .then(pl.format("the agent was ended by a signal{}", _problem()))
        .when((code != 0).fill_null(False))
        .then(pl.format("the agent ended with exit code {}{}", code, _problem()))
        .when(broken_off())
        .then(pl.lit("the trace breaks off, and no result record says how the run ended"))
        .otherwise(pl.format("the agent failed without an answer{}", _because("root_error")))
    )


def _used_up() -> pl.Expr:
    which = pl.col("detail").str.json_path_match("$.budget").str.replace("_", " ")
    too_long = pl.col("root_error").is_null() & pl.col("provider_failed").fill_null(False)
    return (
        pl.when(pl.col("ended_by") == "budget")
        .then(
            pl.when(which.is_null())
            .then(pl.lit("its budget was used up"))
            .otherwise(pl.format("its budget of {} was used up", which))
        )
        .when(too_long)
        .then(pl.format("the conversation grew too long for the model{}", _because("last_error")))
        .otherwise(
            pl.format(
                "the agent reached a limit{}",
                pl.coalesce(_said("root_error"), _said("last_error")).fill_null(""),
            )
        )
    )


def _lost() -> pl.Expr:
    by = pl.col("ended_by")
    return (
        pl.when(by == "platform")
        .then(pl.format("ended by the platform, through no fault of the agent{}", _problem()))
        .when(by == "launch_failed")
        .then(pl.format("the run could not be launched{}", _problem()))
        .otherwise(pl.lit("planned, and not run yet: there is neither a trace nor a record"))
    )


def _problem() -> pl.Expr:
    """Return what the result record says of why it failed."""
    return _told(pl.col("detail").str.json_path_match("$.problem")).fill_null("")


def _because(column: str) -> pl.Expr:
    return _said(column).fill_null("")


def _said(column: str) -> pl.Expr:
    """Return the first line of an error after a colon; null where nothing was said."""
    return _told(pl.col(column))


def _told(text: pl.Expr) -> pl.Expr:
    line = text.str.strip_chars().str.extract(rf"^([^\n]{{1,{AT_MOST}}})", 1)
    return pl.concat_str(pl.lit(": "), line)


def _checks_that(condition: pl.Expr) -> pl.Expr:
    return pl.col("checks").list.eval(pl.element().filter(condition))
