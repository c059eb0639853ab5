import polars as pl
import pytest

from tests.scorers.builders import Row
from tests.scorers.outcome_scoring import DONE, POINTS, scored


@pytest.mark.parametrize(
    ("check", "answer", "value", "n", "why"),
    [
        (
            POINTS | {"passed": True, "detail": "3 of 3 points found"},
            "x",
            1.0,
            3,
            "3 of 3 points found",
        ),
        (POINTS | {"detail": "there is no answer"}, None, 0.0, None, "no answer was given"),
        (
            POINTS | {"passed": True, "detail": None},
            "x",
            None,
            None,
            "the record does not say how many points were found",
        ),
        (POINTS | {"passed": None, "detail": "KeyError: x"}, "x", None, None, "KeyError: x"),
    ],
)
def test_answer_coverage(
    check: Row, answer: str | None, value: float | None, n: int | None, why: str
) -> None:
    row = scored(DONE | {"checks": [check], "answer": answer}).filter(name="answer_coverage")
    said = pl.coalesce("explanation", "reason")
    assert row.select("value", "n", said).row(0) == (value, n, why)


def test_points_of_two_checks_are_counted_together() -> None:
    more = POINTS | {"id": "more", "passed": True, "detail": "1 of 1 points found"}
    row = scored(DONE | {"checks": [POINTS, more]}).filter(name="answer_coverage")
    assert row.select("numerator", "n").row(0) == (3.0, 4)
    assert row["explanation"].item() == "3 of 4 points found, missing: EUR"
