"""Checks that read the answer, each where it holds and where it does not."""

from typing import Any

import pytest

from tests.pipelines.checks.judging import judged

CAT: dict[str, Any] = {"kind": "substring", "value": "cat"}
TEN: dict[str, Any] = {"kind": "substring", "value": "10"}
POINTS: dict[str, Any] = {"kind": "key_points", "values": ["ORD-1093", "Priya Nair"]}
CHOICE: dict[str, Any] = {"kind": "choice", "values": ["open", "in transit"]}
NUMBER: dict[str, Any] = {"kind": "number", "equals": 19072, "tolerance": 0.5}
EURO: dict[str, Any] = {"kind": "number", "equals": 35.88, "tolerance": 0.01}


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        (CAT, "The Cat sleeps."),
        (CAT, "Cats? One cat!"),
        (CAT | {"within_word": True}, "The category"),
        (CAT | {"case": True}, "The cat"),
        (TEN, "10"),
        (TEN, "It took 10."),
        (TEN, "10, or 11"),
        (TEN, "8,10,12"),
        (TEN, "from 5-10"),
        ({"kind": "substring", "value": "1,010.50"}, "It is 1,010.50 USD"),
        ({"kind": "substring", "value": "ORD-1042"}, "Orders ord-1042,ORD-1043"),
        ({"kind": "substring", "value": "(x)"}, "f(x)=2"),
        ({"kind": "substring", "value": "$5"}, "US$5"),
        ({"kind": "substring", "value": "35.88 EUR"}, "35.88\u00a0EUR,\nas asked"),
        ({"kind": "substring", "value": "Café"}, "the CAFE\u0301"),
        ({"kind": "substring", "value": "Café"}, f"{'ä' * 6_000} the CAFE\u0301"),
        ({"kind": "substring", "value": "Straße"}, "in der STRASSE"),
        ({"kind": "substring", "value": "日本", "within_word": True}, "私は日本人です"),
    ],
)
def test_what_an_answer_mentions(fields: dict[str, Any], answer: str) -> None:
    assert judged(answer, **fields) == (True, None)


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        (CAT, "The category"),
        (CAT, "concat"),
        (CAT, "snake_cat"),
        (CAT, ""),
        (CAT | {"case": True}, "The Cat"),
        (TEN, "103 seconds"),
        (TEN, "10.5 seconds"),
        (TEN, "0.10"),
        (TEN, "10,000"),
        ({"kind": "substring", "value": "500"}, "10,500"),
        ({"kind": "substring", "value": "35.88"}, "135.88"),
    ],
)
def test_what_an_answer_does_not_mention(fields: dict[str, Any], answer: str) -> None:
    assert judged(answer, **fields) == (False, f"{fields['value']!r} is not in the answer")


@pytest.mark.parametrize(
    ("fields", "answer", "detail"),
    [
        ({"kind": "exact", "value": "42 "}, " 42\n", None),
        ({"kind": "exact", "value": "Open"}, "open", "'open' is not 'Open'"),
        ({"kind": "regex", "pattern": r"^ORD-\d+$"}, "ORD-1042", None),
        ({"kind": "regex", "pattern": r"(?<=is )\d+"}, "it is 12", None),
        (
            {"kind": "regex", "pattern": "^x"},
            "y\nx",
            "the pattern '^x' is not found in 'y\\nx'",
        ),
        (CHOICE, " **Open**.", None),
        (CHOICE, '"in transit"', None),
        (CHOICE, "It is open", "'It is open' is not one of open, in transit"),
        (CHOICE, "", "'' is not one of open, in transit"),
        ({"kind": "choice", "values": ["*", "+"]}, "+", None),
        ({"kind": "choice", "values": ["*", "+"]}, "**", "'**' is not one of *, +"),
        (NUMBER, "19,072", None),
        (NUMBER, "about 19072.4 JPY", None),
        (NUMBER, "1.90724e4", None),
        (NUMBER, "¥19072 for ORD-1077", None),
        (NUMBER, "19073", "19073 is another number than 19072"),
        (NUMBER, "-19072", "-19072 is another number than 19072"),
        (NUMBER, "19072 or 5", "2 numbers in the answer instead of one"),
        (NUMBER, "1.9.072", "0 numbers in the answer instead of one"),
        (NUMBER, "nineteen thousand", "0 numbers in the answer instead of one"),
        (EURO, "35.87", None),
        (EURO, "35.89", None),
        (EURO, "35.8701", None),
        (EURO, "35.869", "35.869 is another number than 35.88"),
        ({"kind": "number", "equals": -5}, "it is \u22125 °C", None),
        ({"kind": "number", "equals": 0.5}, ".5", None),
    ],
)
def test_answers(fields: dict[str, Any], answer: str, detail: str | None) -> None:
    assert judged(answer, **fields) == (detail is None, detail)


def test_key_points_say_how_many_were_found() -> None:
    both, one = "ORD-1093, placed by Priya  Nair.", "ORD-1093."
    missing = "1 of 2 points found, missing: Priya Nair"
    assert judged(both, **POINTS) == (True, "2 of 2 points found")
    assert judged(one, **POINTS) == (False, missing)
    assert judged(one, **POINTS, at_least=0.5) == (True, missing)
    three_of_five: dict[str, Any] = {
        "kind": "key_points",
        "values": ["a", "b", "c", "d", "e"],
        "at_least": 0.6,
    }
    assert judged("a b c", **three_of_five)[0] is True


@pytest.mark.parametrize(
    "fields",
    [
        CAT,
        POINTS,
        CHOICE,
        NUMBER,
        {"kind": "exact", "value": ""},
        {"kind": "regex", "pattern": ""},
        {"kind": "json", "equals": None},
    ],
)
def test_without_an_answer_nothing_holds(fields: dict[str, Any]) -> None:
    assert judged(None, **fields) == (False, "there is no answer")


def test_a_pattern_that_would_search_for_years_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("midspan.pipelines.checks.patterns.SECONDS", 0.5)
    assert judged("a" * 60 + "b", kind="regex", pattern="^(a+)+$") == (
        None,
        "the search for '^(a+)+$' took longer than 0.5 seconds",
    )


def test_half_of_a_surrogate_pair_can_be_recorded() -> None:
    passed, detail = judged("\ud800", kind="exact", value="x\ud800")
    assert passed is False
    assert detail is not None
    detail.encode()
    assert judged("it is \ud800", kind="regex", pattern="it")[0] is True
