"""What score rows add up to over runs."""

from midspan.scorers.score import Better
from midspan.scorers.summary import labels, summary, unjudged, worst_runs
from tests.scorers.builders import scores

RATES = scores(
    {"run_id": "r0", "name": "rate", "value": 0.5, "numerator": 1.0, "n": 2},
    {"run_id": "r1", "name": "rate", "value": 1.0, "numerator": 8.0, "n": 8},
    {"run_id": "r2", "name": "rate", "value": 1.0, "numerator": 1.0, "n": 1},
    {"run_id": "r3", "name": "rate", "status": "not_evaluated", "reason": "nothing recorded"},
    {"run_id": "r4", "name": "rate", "status": "failed", "reason": "ValueError: x"},
    {"run_id": "r0", "name": "rate", "span_id": "s", "value": 0.0},
    {"run_id": "r0", "name": "loop", "span_id": "s", "call": 1, "value": 3.0},
).lazy()


def test_a_row_a_score() -> None:
    assert summary(RATES, medians=["rate"]).collect().to_dicts() == [
        {
            "name": "loop",
            "runs": 0,
            "steps": 1,
            "mean": None,
            "pooled": None,
            "not_evaluated": 0,
            "failed": 0,
            "median": None,
        },
        {
            "name": "rate",
            "runs": 3,
            "steps": 1,
            "mean": 2.5 / 3,
            "pooled": 10 / 11,
            "not_evaluated": 1,
            "failed": 1,
            "median": 1.0,
        },
    ]


def test_medians_are_given_where_they_are_asked_for() -> None:
    assert summary(RATES).collect()["median"].to_list() == [None, None]


def test_no_scores() -> None:
    empty = scores().lazy()
    assert summary(empty).collect().is_empty()
    assert labels(empty).collect().is_empty()
    assert unjudged(empty).collect().is_empty()
    assert worst_runs(empty, {"rate": Better.HIGHER}).collect().is_empty()


def test_labels_without_a_value_are_counted() -> None:
    frame = scores(
        {"run_id": "r0", "name": "outcome", "label": "wrong"},
        {"run_id": "r1", "name": "outcome", "label": "success"},
        {"run_id": "r2", "name": "outcome", "label": "wrong"},
        {"run_id": "r2", "name": "passed", "label": "pass", "value": 1.0},
        {"run_id": "r2", "name": "response", "label": "answered", "span_id": "s"},
    ).lazy()
    assert labels(frame).collect().rows() == [("outcome", "wrong", 2), ("outcome", "success", 1)]


def test_reasons_are_told_with_the_scores_that_share_them() -> None:
    frame = scores(
        {"run_id": "r0", "name": "a", "status": "not_evaluated", "reason": "no schema"},
        {"run_id": "r0", "name": "b", "status": "not_evaluated", "reason": "no schema"},
        {"run_id": "r0", "name": "cost", "status": "not_evaluated", "reason": "no price for m"},
        {"run_id": "r1", "name": "cost", "status": "not_evaluated", "reason": "no price for n"},
        {"run_id": "r2", "name": "cost", "status": "not_evaluated", "reason": "no price for n"},
        {"run_id": "r1", "name": "c", "status": "failed", "reason": "ValueError: x"},
        {"run_id": "r1", "name": "d", "span_id": "s", "status": "failed", "reason": "of a step"},
    ).lazy()
    found = unjudged(frame).select("status", "names", "runs", "reason", "reasons")
    assert found.collect().rows() == [
        ("not_evaluated", ["cost"], 3, "no price for n", 2),
        ("failed", ["c"], 1, "ValueError: x", 1),
        ("not_evaluated", ["a", "b"], 1, "no schema", 1),
    ]


def test_worst_runs_by_the_mean_of_what_they_fall_short() -> None:
    frame = scores(
        {"run_id": "half", "name": "good", "value": 1.0},
        {"run_id": "half", "name": "bad", "value": 1.0},
        {"run_id": "fine", "name": "good", "value": 1.0},
        {"run_id": "fine", "name": "bad", "value": 0.0},
        {"run_id": "worst", "name": "good", "value": 0.25},
        {"run_id": "worst", "name": "bad", "value": 1.0},
        {"run_id": "other", "name": "unasked", "value": 0.0},
        {"run_id": "unknown", "name": "good", "status": "not_evaluated", "reason": "x"},
    ).lazy()
    better = {"good": Better.HIGHER, "bad": Better.LOWER}
    found = worst_runs(frame, better).select("run_id", "names", "values").collect().rows()
    assert found == [
        ("worst", ["bad", "good"], [1.0, 0.25]),
        ("half", ["bad"], [1.0]),
    ]
    assert worst_runs(frame, better, most=1).collect()["run_id"].to_list() == ["worst"]


def test_of_equally_bad_runs_the_one_that_falls_short_in_more_comes_first() -> None:
    frame = scores(
        {"run_id": "a", "name": "good", "value": 0.0},
        {"run_id": "b", "name": "good", "value": 0.0},
        {"run_id": "b", "name": "better", "value": 0.0},
    ).lazy()
    better = {"good": Better.HIGHER, "better": Better.HIGHER}
    assert worst_runs(frame, better).collect()["run_id"].to_list() == ["b", "a"]
