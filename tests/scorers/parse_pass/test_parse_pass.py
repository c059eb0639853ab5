from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from midspan.scorers.parse_pass import ParsePass
from midspan.scorers.score import score_rows
from tests.scorers.builders import Row, calls, spans, tables
from tests.scorers.oracle.parse_pass import call_labels, lost_calls, rates

VALID = {"raw_arguments": "{}", "json_valid": True, "schema_valid": True}
UNKNOWN_SCHEMA = VALID | {"schema_valid": None}
NOT_JSON = {"raw_arguments": "{", "json_valid": False}
BAD_SCHEMA = VALID | {"schema_valid": False}
AS_TEXT = VALID | {"translated": "tag", "executed": False}
LLM = {"kind": "llm", "calls_emitted": 1}
LOST = {"kind": "llm", "finish_reason": "tool_calls", "calls_emitted": 0, "notes": ["lost_call"]}


def scored(*rows: Row, llms: list[Row] | None = None) -> pl.DataFrame:
    scorer = ParsePass()
    given = scorer.score(tables(calls=calls(*rows), spans=spans(*(llms or [])))).collect()
    return score_rows(given, name="parse_pass", scorer=scorer).sort("name", "run_id", "call")


def labels(*rows: Row, llms: list[Row] | None = None) -> list[str]:
    return scored(*rows, llms=llms).filter(name="call_parse")["label"].to_list()


def test_the_rows_in_full() -> None:
    llms = [LLM | {"span_id": "m0"}, LLM | {"span_id": "m1", "text_form": "tag"}]
    rows = scored(VALID, NOT_JSON, AS_TEXT | {"span_id": "m1"}, UNKNOWN_SCHEMA, llms=llms)
    columns = ["span_id", "call", "name", "value", "label", "n", "explanation", "evidence"]
    said = "the arguments of `look` are"
    assert rows.select(columns).rows() == [
        ("s0", 0, "call_parse", 1.0, "pass", None, f"{said} as its schema wants them", ["s0"]),
        ("s1", 1, "call_parse", 0.0, "not_json", None, f"{said} not JSON", ["s1"]),
        (
            *("m1", 2, "call_parse", 0.0, "text_form", None),
            *("`look` was written as text (tag) and nobody ran it", ["m1"]),
        ),
        (
            *("s3", 3, "call_parse", 1.0, "pass", None),
            *(f"{said} JSON; its schema is not known", ["s3"]),
        ),
        (
            *(None, None, "json_pass", 0.75, None, 4),
            *("3 of 4 emitted calls had JSON arguments", ["s1"]),
        ),
        (
            *(None, None, "parse_pass_rate", 0.5, None, 4),
            "2 of 4 emitted calls could be read; 1 not JSON, 1 written as text; "
            "schema unknown for 1: JSON only",
            ["s1", "m1"],
        ),
        (
            *(None, None, "schema_pass", 1.0, None, 2),
            *("2 of 2 emitted calls with a known schema kept to it", []),
        ),
        (
            *(None, None, "text_call_rate", 0.5, None, 2),
            *("1 of 2 turns with a call wrote it as text (tag)", ["m1"]),
        ),
    ]


@pytest.mark.parametrize(
    ("row", "label"),
    [
        (VALID, "pass"),
        (VALID | {"executed": False}, "pass"),
        (NOT_JSON, "not_json"),
        (BAD_SCHEMA, "bad_schema"),
        (AS_TEXT, "text_form"),
        (AS_TEXT | {"executed": True}, "pass"),
        (AS_TEXT | {"notes": ["translated"]}, "pass"),
        (AS_TEXT | NOT_JSON, "text_form"),
        (AS_TEXT | NOT_JSON | {"executed": True}, "not_json"),
    ],
)
def test_labels(row: Row, label: str) -> None:
    assert labels(row) == [label]


def test_a_call_that_was_lost_counts_as_emitted_and_not_read() -> None:
    rows = scored(VALID, llms=[LLM, LOST | {"span_id": "m1"}])
    step = rows.filter(label="lost")
    assert step.select("span_id", "call", "value", "explanation").rows() == [
        ("m1", None, 0.0, "the model asked for a tool, and no call could be read from its output")
    ]
    shares = rows.filter(pl.col("span_id").is_null()).select("name", "value", "n")
    assert {name: (value, n) for name, value, n in shares.rows()} == {
        "parse_pass_rate": (0.5, 2),
        "json_pass": (1.0, 1),
        "schema_pass": (1.0, 1),
        "text_call_rate": (0.0, 1),
    }
    assert labels(llms=[LOST | {"duplicate_of": "m0"}]) == []


def test_without_calls_there_is_nothing_to_judge() -> None:
    assert scored(llms=[{"kind": "llm", "calls_emitted": 0}]).height == 0


def test_what_was_not_recorded_is_not_evaluated() -> None:
    rows = scored({"emitted": False} | VALID, {"raw_arguments": None})
    assert rows.select("name", "value", "status", "reason").rows() == [
        ("json_pass", None, "not_evaluated", "what the model emitted was not recorded"),
        ("parse_pass_rate", None, "not_evaluated", "what the model emitted was not recorded"),
        (
            *("schema_pass", None, "not_evaluated"),
            "of no call with JSON arguments is the schema known",
        ),
        ("text_call_rate", None, "not_evaluated", "what the model wrote was not recorded"),
    ]


@st.composite
def emissions(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    run_ids = st.sampled_from(["r1", "r2"])
    maybe = st.sampled_from([None, True, False])
    made = []
    for number in range(draw(st.integers(0, 10))):
        text = draw(st.sampled_from([None, None, "tag"]))
        emitted = text is not None or draw(st.booleans())
        made.append(
            {
                "run_id": draw(run_ids),
                "call": number,
                "json_valid": draw(maybe),
                "schema_valid": draw(maybe),
                "translated": text,
                "emitted": emitted,
                "executed": draw(st.booleans()),
                "notes": draw(st.sampled_from([[], ["translated"], ["repaired"]])),
            }
        )
    llms = [
        {
            "run_id": draw(run_ids),
            "span_id": f"m{number}",
            "kind": draw(st.sampled_from(["llm", "llm", "tool"])),
            "duplicate_of": draw(st.sampled_from([None, None, "m0"])),
            "finish_reason": draw(st.sampled_from([None, "tool_calls", "stop"])),
            "calls_emitted": draw(st.sampled_from([None, 0, 1, 2])),
            "text_form": draw(st.sampled_from([None, "tag"])),
            "notes": draw(st.sampled_from([[], ["lost_call"]])),
        }
        for number in range(draw(st.integers(0, 6)))
    ]
    return draw(st.permutations(made)), draw(st.permutations(llms))


@settings(deadline=None)
@given(emissions())
@example(([], []))
def test_agrees_with_the_plain_reference(made: tuple[list[Row], list[Row]]) -> None:
    rows, llms = made
    plain = calls(*rows).rows(named=True)
    plain_spans = spans(*llms).rows(named=True)
    result = scored(*rows, llms=llms)
    steps = result.filter(name="call_parse").drop_nulls("call")
    found = {(run_id, call): label for run_id, call, label in _columns(steps)}
    assert found == {key: label for key, label in call_labels(plain).items() if label}
    lost = result.filter(label="lost")["run_id"].value_counts().rows()
    assert dict(lost) == lost_calls(plain_spans)
    shares: dict[str, Any] = {}
    runs = result.filter(pl.col("name") != "call_parse")
    for run_id, name, numerator, n in runs.select("run_id", "name", "numerator", "n").rows():
        shares.setdefault(run_id, {})[name] = (int(numerator or 0), n or 0)
    assert shares == rates(plain, plain_spans)
    assert runs["value"].null_count() == runs.filter(status="not_evaluated").height


def _columns(frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    return frame.select("run_id", "call", "label").rows()
