from typing import Any

import polars as pl
import pytest

from midspan.scorers.parse_pass import AnswerPass
from midspan.scorers.score import score_rows
from midspan.scorers.setting import Setting
from midspan.scorers.suite import Suite
from tests.scorers.builders import Row, runs, tables


def setting(answer: str) -> Setting:
    text = (
        "suite: shop\ncontract: 1\ntasks:\n"
        f"  - {{id: quote, prompt: How much?, answer: {answer}}}\n"
        "  - {id: talk, prompt: Hello}\n"
    )
    return Setting.of(suite=Suite.parse(text))


def scored(answer: str, *rows: Row) -> pl.DataFrame:
    scorer = AnswerPass()
    given = scorer.score(tables(setting(answer), runs=runs(*rows))).collect()
    return score_rows(given, name="answer_pass", scorer=scorer)


def test_the_rows_in_full() -> None:
    rows = scored(
        "{format: json, schema: {type: object, required: [eur]}}",
        {"task": "quote", "answer": '{"eur": 35.88}', "root_span_id": "root"},
        {"task": "quote", "answer": '{"usd": 39}'},
        {"task": "talk", "answer": "Hello!"},
        {"answer": "{}"},
        {"task": "quote", "status": "missing"},
    )
    columns = ["run_id", "span_id", "name", "value", "label", "explanation", "evidence"]
    assert rows.select(columns).rows() == [
        ("r0", None, "answer_pass", 1.0, "pass", "the answer is JSON", ["root"]),
        (
            *("r1", None, "answer_pass", 0.0, "fail"),
            'the answer should be JSON: it breaks the schema: "eur" is a required property',
            [],
        ),
    ]


@pytest.mark.parametrize(
    ("answer", "good", "bad"),
    [
        ("{format: json}", ["{}", ' "x" ', "[1, 2.5]\n", "null"], ["", "{", "{'a': 1}", "NaN"]),
        ("{format: json}", [], ["Here it is: {}", "[" * 10_000]),
        (
            "{format: json, schema: {properties: {a: {type: integer}}}}",
            ['{"a": 1}', "{}", '"x"'],
            ['{"a": "1"}'],
        ),
        ("{format: regex, pattern: '^EUR \\d+$'}", ["EUR 35", " EUR 35\n"], ["35 EUR", "eur 35"]),
        ("{format: choice, values: [yes, 'no way']}", ["yes", " no way "], ["Yes", "no", ""]),
        (
            "{format: number}",
            ["1", "-1.5", "+.5", "1e-3", "12."],
            ["", "1,000", "1_000", "nan", "inf", "12 EUR", "."],
        ),
        (
            "{format: python}",
            ["{'a': (1, 2)}", "None", "b'x'", "-1", "'\\d'"],
            ["a", "1 +", "f(1)", "{[]: 1}", "\0", "(" * 5000],
        ),
    ],
)
def test_what_has_the_form(answer: str, good: list[str], bad: list[str]) -> None:
    rows: list[Any] = [{"task": "quote", "answer": text} for text in [*good, *bad]]
    assert scored(answer, *rows)["label"].to_list() == ["pass"] * len(good) + ["fail"] * len(bad)


def test_an_answer_in_a_fence_fails_and_is_told_so() -> None:
    said = scored("{format: json}", {"task": "quote", "answer": '```json\n{"eur": 1}\n```'})
    assert said.select("value", "explanation").row(0) == (
        0.0,
        "the answer should be JSON: it is not JSON: Expecting value: line 1 column 1 (char 0); "
        "what stands in its code fence would be right",
    )


def test_no_answer_fails_where_it_would_have_been_recorded() -> None:
    rows = scored(
        "{format: number}",
        {"task": "quote", "calls": 0, "llm_calls": 1},
        {"task": "quote", "llm_calls": 1},
    )
    assert rows.select("value", "label", "explanation", "status", "reason").rows() == [
        (0.0, "fail", "the answer should be a number: no answer was given", "ok", None),
        (None, None, None, "not_evaluated", "what the model wrote was not recorded"),
    ]


def test_without_a_suite_nothing_is_asked_for() -> None:
    given = AnswerPass().score(tables(runs=runs({"task": "quote", "answer": "x"}))).collect()
    assert given.height == 0
