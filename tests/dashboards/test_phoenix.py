"""How scores look in Phoenix: rates as numbers, labels as categories, directions as colours."""

from typing import Any

import pytest

from midspan.dashboards.phoenix import annotation_config, is_compared, is_shown, with_values
from midspan.scorers.comparison.declared import declared
from midspan.scorers.plugins import declarations

KNOWN = declarations()


def config(name: str, **labels: float | None) -> dict[str, Any]:
    return annotation_config(declared(name, KNOWN), labels)


def test_a_rate_has_bounds_and_a_direction() -> None:
    found = config("degenerate_share")

    assert (found["type"], found["optimization_direction"]) == ("CONTINUOUS", "MINIMIZE")
    assert (found["lower_bound"], found["upper_bound"]) == (0.0, 1.0)


def test_labels_are_categories_the_best_first() -> None:
    found = config("response", stopped=None, repeated=0.0, adapted=1.0)

    assert found["type"] == "CATEGORICAL"
    assert found["values"] == [
        {"label": "adapted", "score": 1.0},
        {"label": "repeated", "score": 0.0},
        {"label": "stopped", "score": None},
    ]


def test_a_label_without_a_value_has_no_direction() -> None:
    found = config("outcome", success=None, wrong=None)

    assert found["optimization_direction"] == "NONE"
    assert [value["label"] for value in found["values"]] == ["success", "wrong"]


def test_a_share_with_labels_is_a_number() -> None:
    assert config("call_match", matched=1.0, extra=0.0)["type"] == "CONTINUOUS"


def test_categories_of_a_count_have_no_scale() -> None:
    found = config("loop", identical=2.0)

    assert found["values"] == [{"label": "identical", "score": None}]


def test_a_score_that_nobody_declares_has_no_bounds() -> None:
    found = config("mine.own")

    assert found["optimization_direction"] == "NONE"
    assert (found["lower_bound"], found["upper_bound"]) == (None, None)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("recovery_rate", True),
        ("success", True),
        ("outcome", True),
        ("mine.own", True),
        ("loop", True),  # of a step: its label and explanation
        ("tokens", False),
        ("turns", False),
        ("seconds", False),
        ("cost_usd", False),
        ("attempts_per_operation", False),
    ],
)
def test_counts_of_runs_stay_out_of_the_chart(name: str, shown: bool) -> None:
    assert is_shown(declared(name, KNOWN)) is shown


def test_what_people_set_stays_and_labels_are_added() -> None:
    theirs = {"id": "1", "name": "x", "values": [{"label": "none", "score": 9.0}]}
    ours = [{"label": "none", "score": 1.0}, {"label": "hidden.error", "score": 0.0}]

    found = with_values(theirs, ours)

    assert found is not None
    assert found["values"] == [
        {"label": "none", "score": 9.0},
        {"label": "hidden.error", "score": 0.0},
    ]
    assert with_values(found, ours) is None


def test_variants_are_compared_by_headlines_composites_and_what_is_asked() -> None:
    assert is_compared("parse_pass_rate")
    assert is_compared("composite.quality")
    assert not is_compared("selection_rate")
    assert is_compared("selection_rate", ["selection_rate"])
