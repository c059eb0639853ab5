"""What the calls of a run are worth against those expected: the rows of runs."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from midspan.scorers.matching import Expectation
from midspan.scorers.matching.judgement import EXTRA, MATCHED, WRONG_TOOL
from midspan.scorers.run_rows import counted, run_rows
from midspan.scorers.tool_calls.judged import Judged
from midspan.scorers.tool_calls.wording import expected_call

EXTRAS_ALLOWED: Final = ("in_order", "any_order")
NOT_RECORDED: Final = "arguments were not recorded, and the score depends on them"

_EXPECTED, _ACTUAL = pl.col("expected"), pl.col("actual")
_HITS, _MET = pl.col("hits"), pl.col("met")


def match_runs(
    judged: Judged, labelled: pl.DataFrame, expectations: Sequence[Expectation]
) -> pl.LazyFrame:
    """Return the rows of judged runs, but for what first attempts met."""
    runs = judged.runs
    told = (
        runs.join(_wrong_calls(labelled, runs), on="run", how="left", maintain_order="left")
        .join(_missing_calls(judged, expectations), on="run", how="left", maintain_order="left")
        .with_columns(
            pl.col("wrong_spans").fill_null([]),
            unknown=_unknown(),
            verdict=_verdict(_HITS, _MET),
            could_be=_verdict(pl.col("hits_at_most"), pl.col("met_at_most")),
            sure=pl.col("hits_at_most") == _HITS,
        )
        .lazy()
    )
    return pl.concat([_calls_match(told), *_agreement(told), *_split(told)], how="diagonal")


def match_first_attempts(runs: pl.DataFrame) -> pl.LazyFrame:
    """Return the rows of runs with `first` and `first_at_most`."""
    first = pl.col("first")
    return _part(
        runs.lazy().filter(_unknown().is_null()),
        "first_attempt_match",
        first,
        _EXPECTED,
        "{} of {}: met by a first attempt",
        sure=first == pl.col("first_at_most"),
    )


def _unknown() -> pl.Expr:
    """Return why nothing of a run can be judged."""
    none_recorded = pl.col("made").is_null() & (_ACTUAL == 0)
    said = pl.lit("the calls of the run were not recorded")
    return pl.coalesce("unusable", pl.when(none_recorded).then(said))


def _verdict(hits: pl.Expr, met: pl.Expr) -> pl.Expr:
    """Return whether the mode holds; where nothing is expected, nothing may be called."""
    mode = pl.col("mode")
    return (
        pl.when(_EXPECTED == 0)
        .then(_ACTUAL == 0)
        .when(mode == "strict")
        .then((hits == _EXPECTED) & (hits == _ACTUAL))
        .when(mode == "in_order")
        .then(hits == _EXPECTED)
        .when(mode == "any_order")
        .then(met == _EXPECTED)
        .when(mode == "unordered")
        .then((met == _EXPECTED) & (met == _ACTUAL))
        .otherwise(met == _ACTUAL)
    )


def _calls_match(runs: pl.LazyFrame) -> pl.LazyFrame:
    passed = pl.when("verdict").then(pl.lit("pass")).otherwise(pl.lit("fail"))
    known = pl.col("unknown").is_null() & (pl.col("verdict") == pl.col("could_be"))
    return run_rows(
        runs,
        "calls_match",
        pl.col("verdict"),
        _explanation(),
        known=known,
        reason=pl.coalesce("unknown", pl.lit(NOT_RECORDED)),
        label=passed,
        evidence=pl.col("wrong_spans"),
    )


def _agreement(runs: pl.LazyFrame) -> list[pl.LazyFrame]:
    """Return precision, recall and f1; both sides empty is 1, one empty 0."""
    matches, empty = pl.col("matches"), (_EXPECTED == 0) & (_ACTUAL == 0)

    def share(of: pl.Expr) -> pl.Expr:
        return pl.when(empty).then(1.0).when(of == 0).then(0.0).otherwise(matches / of)

    def rows(name: str, value: pl.Expr, said: pl.Expr, of: pl.Expr | None = None) -> pl.LazyFrame:
        # Of nothing there is no share: the value is agreed on, and stands alone.
        out_of = pl.when(of > 0).then(of) if of is not None else pl.lit(None, pl.Int64)
        return run_rows(
            runs,
            name,
            value,
            pl.concat_str(said, _scope()),
            known=pl.col("unknown").is_null() & pl.col("sure"),
            reason=pl.coalesce("unknown", pl.lit(NOT_RECORDED)),
            numerator=pl.when(out_of.is_not_null()).then(matches),
            n=out_of,
        )

    number = matches.round(2).cast(pl.String).str.replace(r"\.0$", "")
    made = pl.format("{} of {} matched expected ones", number, counted(_ACTUAL, "call"))
    met = pl.format("{} of {} matched", number, counted(_EXPECTED, "expected call"))
    both = pl.format(
        "{} matched, of {} made and {} expected", number, counted(_ACTUAL, "call"), _EXPECTED
    )
    twice = 2 * matches / (_ACTUAL + _EXPECTED)
    return [
        rows("calls_precision", share(_ACTUAL), made, _ACTUAL),
        rows("calls_recall", share(_EXPECTED), met, _EXPECTED),
        rows("calls_f1", pl.when(empty).then(1.0).otherwise(twice), both),
    ]


def _split(runs: pl.LazyFrame) -> list[pl.LazyFrame]:
    """Return where calls went wrong: recall = selection x arguments x order."""
    judged = runs.filter(pl.col("unknown").is_null())
    selected = pl.col("selected")
    return [
        _part(
            judged,
            "selection_rate",
            selected,
            _EXPECTED,
            "{} of {}: the right tool",
        ),
        _part(
            judged,
            "argument_rate",
            _MET,
            selected,
            "{} of {} with the right tool: the right arguments",
            sure=pl.col("met_at_most") == _MET,
        ),
        _part(
            judged.filter("ordered"),
            "order_rate",
            _HITS,
            _MET,
            "{} of {} with the right arguments: in order",
            sure=pl.col("sure") & (pl.col("met_at_most") == _MET),
        ),
    ]


def _part(
    runs: pl.LazyFrame,
    name: str,
    part: pl.Expr,
    whole: pl.Expr,
    words: str,
    *,
    sure: pl.Expr | None = None,
) -> pl.LazyFrame:
    """Return a row for each run that has anything of which this could be a part."""
    said = pl.format(words, part, counted(whole, "expected call"))
    return run_rows(
        runs.filter(whole > 0),
        name,
        part / whole,
        pl.concat_str(said, _scope()),
        known=sure,
        reason=NOT_RECORDED,
        numerator=part.cast(pl.Float64),
        n=whole.cast(pl.Int64),
    )


def _scope() -> pl.Expr:
    return pl.format(" ({}: {})", "mode", "scope_words")


def _explanation() -> pl.Expr:
    """Return the verdict in words: what was met, what is missing, what went wrong."""
    none = pl.when(_ACTUAL == 0).then(pl.lit("no call was expected, and none was made"))
    beyond = pl.format("no call was expected, and {} made", _were())
    met = pl.format(
        "{} of {} matched{}",
        _HITS,
        counted(_EXPECTED, "expected call"),
        pl.when("ordered").then(pl.lit(" in order")).otherwise(pl.lit("")),
    )
    return pl.concat_str(
        pl.when(_EXPECTED == 0).then(none.otherwise(beyond)).otherwise(met),
        pl.concat_str(pl.lit("; missing: "), "missing_calls").fill_null(""),
        pl.concat_str(pl.lit("; "), "wrong_calls").fill_null(""),
        _scope(),
    )


def _were() -> pl.Expr:
    return pl.when(_ACTUAL == 1).then(pl.lit("1 was")).otherwise(pl.format("{} were", _ACTUAL))


def _wrong_calls(labelled: pl.DataFrame, runs: pl.DataFrame) -> pl.DataFrame:
    """Return the calls of each run that its mode does not take, by name and as spans."""
    allowed = pl.col("mode").is_in(EXTRAS_ALLOWED) & (_EXPECTED > 0)
    beyond = pl.col("label").is_in([EXTRA, WRONG_TOOL]) & allowed
    amiss = labelled.filter(pl.col("label") != MATCHED, ~pl.col("unsure"))
    wrong = (
        amiss.select("run", "label", "tool", "span_id")
        .join(runs.select("run", "mode", "expected"), on="run", maintain_order="left")
        .filter(~beyond)
    )
    of_label = wrong.group_by("run", "label", maintain_order=True).agg(
        pl.format("`{}`", "tool").unique(maintain_order=True).str.join(", ")
    )
    words = of_label.group_by("run", maintain_order=True).agg(
        wrong_calls=pl.format(
            "{}: {}", pl.col("label").cast(pl.String).str.replace("_", " "), "tool"
        ).str.join("; ")
    )
    spans = wrong.group_by("run").agg(wrong_spans=pl.col("span_id").unique(maintain_order=True))
    return words.join(spans, on="run")


def _missing_calls(judged: Judged, expectations: Sequence[Expectation]) -> pl.DataFrame:
    """Return the expected calls that nothing stands for, in words."""
    distinct = judged.missing.select("code", "place").unique()
    said = [expected_call(expectations[code].calls[place]) for code, place in distinct.iter_rows()]
    words = distinct.with_columns(said=pl.Series(said, dtype=pl.String()))
    return (
        judged.missing.join(words, on=["code", "place"], maintain_order="left")
        .group_by("run", maintain_order=True)
        .agg(missing_calls=pl.col("said").str.join(", "))
    )
