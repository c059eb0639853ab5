"""The summary of scores: families, headlines, what is not judged, and the runs to look at."""

from collections.abc import Mapping

import polars as pl

from midspan.dashboards.terminal import (
    judged_headlines,
    medians,
    score_notes,
    score_summary,
    worst,
)
from midspan.scorers.score import Better, Declaration, Level
from midspan.scorers.summary import labels, summary, unjudged, worst_runs
from tests.dashboards.terminal.printing import printed
from tests.scorers.builders import runs, scores

_BETTER = {"+": Better.HIGHER, "-": Better.LOWER}


def declared(**units: str) -> Mapping[str, Declaration]:
    return {
        name: Declaration(
            name=name,
            level=Level.RUN,
            unit=unit.strip("+-"),
            better=_BETTER.get(unit[-1], Better.NEITHER),
            description="x",
        )
        for name, unit in units.items()
    }


DECLARED = declared(
    recovery_rate="share+",
    degenerate_share="share-",
    longest_loop="count-",
    tokens="tokens-",
    seconds="seconds-",
    calls_match="0/1+",
    mine="number",
)


def table(frame: pl.DataFrame) -> list[str]:
    lazy = frame.lazy()
    lines = summary(lazy, medians=medians(DECLARED)).collect()
    return printed(score_summary(lines, labels(lazy).collect(), DECLARED))


def notes(frame: pl.DataFrame) -> list[str]:
    lazy = frame.lazy()
    lines = score_notes(summary(lazy).collect(), unjudged(lazy).collect())
    return [line.unwrapped().plain for line in lines]


def test_families_in_reading_order_with_headlines_first() -> None:
    frame = scores(
        *({"name": name, "value": 1.0} for name in ("mine", "tokens", "longest_loop")),
        {"name": "recovery_rate", "value": 0.5},
        {"name": "calls_match", "value": 1.0},
    )
    assert [line.split() for line in table(frame)] == [
        ["score", "over", "runs", "runs"],
        ["Tool", "calls"],
        ["calls_match", "100", "%", "↑", "mean", "1"],
        ["Error", "recovery"],
        ["recovery_rate", "50", "%", "↑", "mean", "1"],
        ["longest_loop", "1", "↓", "mean", "1"],
        ["Resources"],
        ["tokens", "1", "↓", "median", "1"],
        ["Others"],
        ["mine", "1", "mean", "1"],
    ]


def test_values_are_as_their_unit_wants() -> None:
    frame = scores(
        *(
            {"run_id": f"r{n}", "name": "tokens", "value": value}
            for n, value in enumerate((10.0, 20.0, 9000.0))
        ),
        {"run_id": "r0", "name": "seconds", "value": 1.5},
        {"run_id": "r0", "name": "longest_loop", "value": 1.0},
        {"run_id": "r1", "name": "longest_loop", "value": 4.0},
        # Pooled: two of twelve responses, though the mean of the runs is a half.
        {"run_id": "r0", "name": "degenerate_share", "value": 1.0, "numerator": 1.0, "n": 1},
        {"run_id": "r1", "name": "degenerate_share", "value": 0.0, "numerator": 0.0, "n": 9},
    )
    assert [line.split() for line in table(frame)] == [
        ["score", "over", "runs", "runs"],
        ["Error", "recovery"],
        ["degenerate_share", "10", "%", "↓", "pooled", "2"],
        ["longest_loop", "2.50", "↓", "mean", "2"],
        ["Resources"],
        ["tokens", "20", "↓", "median", "3"],
        ["seconds", "1.50", "s", "↓", "median", "1"],
    ]


def test_what_was_not_judged_has_columns_only_where_there_is_such() -> None:
    frame = scores(
        {"run_id": "r0", "name": "recovery_rate", "value": 0.5},
        {
            "run_id": "r1",
            "name": "recovery_rate",
            "status": "not_evaluated",
            "reason": "\x1b[31m",
        },
        {"run_id": "r2", "name": "recovery_rate", "status": "failed", "reason": "ValueError: x"},
        {"run_id": "r0", "name": "loop", "span_id": "s", "call": 0, "value": 2.0},
    )
    assert [line.split() for line in table(frame)] == [
        ["score", "over", "runs", "runs", "not", "evaluated", "failed"],
        ["Error", "recovery"],
        ["recovery_rate", "50", "%", "↑", "mean", "1", "1", "1"],
    ]
    assert notes(frame) == [
        "on steps: loop 1",
        "failed: recovery_rate on 1 run: ValueError: x",
        "not evaluated: recovery_rate on 1 run: [31m",
    ]


def test_labels_are_counted() -> None:
    frame = scores(
        {"run_id": "r0", "name": "outcome", "label": "wrong"},
        {"run_id": "r1", "name": "outcome", "label": "wrong"},
        {"run_id": "r2", "name": "outcome", "label": "\x1b[31msuccess"},
    )
    assert [line.split() for line in table(frame)] == [
        ["score", "over", "runs", "runs"],
        ["Outcome"],
        ["outcome", "·", "3"],
        ["wrong", "2"],
        ["[31msuccess", "1"],
    ]


def test_a_narrow_terminal_folds_names_and_loses_no_column() -> None:
    frame = scores({"name": "unacknowledged_failure", "value": 0.5})
    shown = score_summary(summary(frame.lazy()).collect(), labels(frame.lazy()).collect(), {})
    lines = [line.split() for line in printed(shown, width=36)]
    assert lines[3:] == [["unacknowled", "0.5", "mean", "1"], ["ged_failure"]]


def test_no_scores() -> None:
    assert [line.split() for line in table(scores())] == [["score", "over", "runs", "runs"]]
    assert notes(scores()) == []


def test_runs_are_ranked_by_the_headlines_that_were_judged() -> None:
    lines = summary(
        scores(
            {"name": "recovery_rate", "value": 1.0},
            {"name": "calls_match", "value": 1.0},
            {"name": "degenerate_share", "status": "not_evaluated"},
        ).lazy()
    ).collect()
    assert judged_headlines(lines, DECLARED) == {"recovery_rate": Better.HIGHER}


def test_runs_are_ranked_by_any_share_where_no_headline_was_judged() -> None:
    lines = summary(
        scores({"name": "calls_match", "value": 1.0}, {"name": "longest_loop", "value": 2.0}).lazy()
    ).collect()
    assert judged_headlines(lines, DECLARED) == {"calls_match": Better.HIGHER}


def test_reasons_are_counted_and_the_rarest_left_out() -> None:
    rows = [
        {"run_id": f"r{n}", "name": name, "status": "not_evaluated", "reason": f"because {n % 3}"}
        for runs, names in ((9, "abcd"), (4, "e"), (3, "f"), (2, "g"), (1, "h"))
        for name in names
        for n in range(runs)
    ]
    assert notes(scores(*rows)) == [
        "not evaluated: a, b, c and 1 more on 9 runs: because 0 (and 2 other reasons)",
        "not evaluated: e on 4 runs: because 0 (and 2 other reasons)",
        "not evaluated: f on 3 runs: because 0 (and 2 other reasons)",
        "not evaluated: g on 2 runs: because 0 (and 1 other reason)",
        "and 1 more line like these",
    ]


def test_the_worst_runs_with_the_command_that_tells_of_them() -> None:
    frame = scores(
        {"run_id": "r0", "name": "recovery_rate", "value": 0.25},
        {"run_id": "r0", "name": "degenerate_share", "value": 1.0},
        {"run_id": "r1", "name": "recovery_rate", "value": 1.0},
        {"run_id": "r2", "name": "recovery_rate", "value": 0.5},
        {"run_id": "r3", "name": "recovery_rate", "value": 0.75},
        {"run_id": "r4", "name": "recovery_rate", "value": 0.75},
    )
    better = {"recovery_rate": Better.HIGHER, "degenerate_share": Better.LOWER}
    same = {"task": "price", "model": "m\x1b[31m"}
    of = runs(same, {"task": "refund"}, same, {}, {})
    found = worst_runs(frame.lazy(), better, most=9).collect()
    commands = {f"r{n}": f"midspan score ws --explain r{n}" for n in range(5)}
    assert printed(worst(found, of, DECLARED, commands)) == [
        "Worst runs",
        "  price · m[31m",
        "    degenerate_share 100 %, recovery_rate 25 %",
        "    midspan score ws --explain r0",
        "  run r3",
        "    recovery_rate 75 %",
        "    midspan score ws --explain r3",
        "  run r4",
        "    recovery_rate 75 %",
        "    midspan score ws --explain r4",
    ]
    assert len(printed(worst(found, of, DECLARED, commands, most=1))) == 4


def test_no_run_falls_short() -> None:
    found = worst_runs(scores({"name": "recovery_rate", "value": 1.0}).lazy(), {}).collect()
    assert printed(worst(found, runs(), DECLARED, {})) == [
        "No run falls short in a headline score."
    ]


def test_no_run_is_the_worst_where_none_was_judged() -> None:
    found = worst_runs(scores({"name": "turns", "value": 3.0}).lazy(), {}).collect()
    assert printed(worst(found, runs(), DECLARED, {}, judged=False)) == [
        "No score that ranks runs was judged: none is called the worst."
    ]
