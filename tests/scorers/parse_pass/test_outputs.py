import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from midspan.scorers.parse_pass import Outputs
from midspan.scorers.score import score_rows
from tests.scorers.builders import Row, spans, tables
from tests.scorers.builders import text as text_rows
from tests.scorers.oracle.outputs import findings, growth

LLM = {"kind": "llm", "calls_emitted": 0, "finish_reason": "stop"}
CALL = {"kind": "llm", "calls_emitted": 1, "finish_reason": "tool_calls"}


def scored(*rows: Row, said: list[Row] | None = None) -> pl.DataFrame:
    scorer = Outputs()
    given = scorer.score(tables(spans=spans(*rows), text=text_rows(*(said or [])))).collect()
    return score_rows(given, name="outputs", scorer=scorer).sort("name", "run_id", "span_id")


def steps(*rows: Row, said: list[Row] | None = None) -> list[tuple[str, str, str]]:
    found = scored(*rows, said=said).filter(pl.col("span_id").is_not_null())
    return found.select("span_id", "name", "explanation").rows()


def test_the_rows_in_full() -> None:
    rows = scored(
        CALL,
        LLM | {"finish_reason": "length", "output_tokens": 512},
        LLM,
        LLM,
        said=[
            {"span_id": "s1", "text": "again " * 60},
            {"span_id": "s2", "text": " \n", "reasoning": "Hm."},
            {"span_id": "s3", "text": "Done."},
        ],
    )
    columns = ["span_id", "name", "value", "label", "explanation", "evidence", "status"]
    assert rows.filter(pl.col("name") != "output_growth").select(columns).rows() == [
        ("s1", "collapse", 1.0, "fail", "'again ' 60 times in a row", ["s1"], "ok"),
        (
            *(None, "collapsed_turns", 1.0, None),
            *("saying the same over and over: 1 of 4 outputs", ["s1"], "ok"),
        ),
        ("s2", "empty_turn", 1.0, "fail", "neither text nor call, only reasoning", ["s2"], "ok"),
        (
            *(None, "empty_turns", 1.0, None),
            *("without text and call: 1 of 4 outputs", ["s2"], "ok"),
        ),
        (
            *("s1", "truncated", 1.0, "fail"),
            *("cut off at the token limit after 512 tokens", ["s1"], "ok"),
        ),
        (
            *(None, "truncated_turns", 1.0, None),
            *("cut off at the token limit: 1 of 4 outputs", ["s1"], "ok"),
        ),
    ]


@pytest.mark.parametrize(
    ("row", "said", "found"),
    [
        pytest.param(LLM, {}, ["empty_turn"], id="nothing at all"),
        pytest.param(CALL, {}, [], id="a call"),
        pytest.param(LLM | {"status": "error"}, {}, [], id="the request failed"),
        pytest.param(LLM | {"duplicate_of": "s9"}, {}, [], id="repeats another span"),
        pytest.param(LLM | {"calls_emitted": None}, {}, [], id="content not recorded"),
        pytest.param(LLM | {"notes": ["redacted"]}, {}, [], id="content left out"),
        pytest.param(LLM | {"notes": ["lost_call"]}, {}, [], id="its call was lost"),
        pytest.param(LLM | {"kind": "tool"}, {}, [], id="no model call"),
        pytest.param(
            LLM | {"finish_reason": "length"}, {}, ["empty_turn", "truncated"], id="both at once"
        ),
        pytest.param(
            CALL, {"reasoning": "wait, " * 40}, ["collapse"], id="the reasoning collapses"
        ),
    ],
)
def test_what_is_found(row: Row, said: Row, found: list[str]) -> None:
    assert [name for _, name, _ in steps(row, said=[{"span_id": "s0"} | said])] == found


def test_no_answered_request_no_row() -> None:
    assert scored(LLM | {"status": "error"}, {"kind": "tool"}).height == 0


def test_what_was_not_recorded_is_not_evaluated() -> None:
    rows = scored({"kind": "llm"})
    assert rows.select("name", "value", "status", "reason").rows() == [
        ("collapsed_turns", None, "not_evaluated", "what the model wrote was not recorded"),
        ("empty_turns", None, "not_evaluated", "what the model wrote was not recorded"),
        ("truncated_turns", None, "not_evaluated", "finish reasons were not recorded"),
    ]


def tokens(*counts: int | None) -> list[Row]:
    return [LLM | {"turn": turn, "output_tokens": count} for turn, count in enumerate(counts)]


def output_growth(*rows: Row) -> list[tuple[float | None, str | None, str | None]]:
    found = scored(*rows).filter(name="output_growth")
    return found.select("value", "explanation", "reason").rows()


def test_output_growth() -> None:
    said = "{} output tokens in the last third of {} turns, {} in the first"
    assert output_growth(*tokens(10, 20)) == []
    assert output_growth(*tokens(10, 0, 30)) == [(3.0, said.format(30, 3, 10), None)]
    seven = tokens(10, 10, 1, None, 1, 20, 30)
    assert output_growth(*seven) == [(2.5, said.format(50, 7, 20), None)]
    assert output_growth(*tokens(None, 1, 2)) == [(None, None, "output tokens were not recorded")]
    nothing = "the first third of the turns has no output tokens"
    assert output_growth(*tokens(0, 1, 2)) == [(None, None, nothing)]


def test_a_failed_request_is_no_part_of_its_turn() -> None:
    failed = LLM | {"status": "error", "turn": 0}
    assert output_growth(failed, *tokens(10, 10, 40))[0][0] == 4.0


@st.composite
def outputs(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    rows, said = [], []
    for number in range(draw(st.integers(0, 12))):
        rows.append(
            {
                "run_id": draw(st.sampled_from(["r1", "r2"])),
                "span_id": f"s{number}",
                "kind": draw(st.sampled_from(["llm", "llm", "llm", "tool"])),
                "status": draw(st.sampled_from(["ok", "ok", "error"])),
                "duplicate_of": draw(st.sampled_from([None, None, None, "s0"])),
                "turn": draw(st.sampled_from([None, 0, 1, 2, 3, 4, 5, 6])),
                "finish_reason": draw(st.sampled_from([None, "stop", "length"])),
                "calls_emitted": draw(st.sampled_from([None, 0, 1])),
                "output_tokens": draw(st.sampled_from([None, 0, 5, 7])),
                "notes": draw(st.sampled_from([[], ["lost_call"], ["rebuilt"]])),
            }
        )
        if draw(st.booleans()):
            texts = st.sampled_from([None, "", " ", "Done.", "no " * 20, "a, b; " * 15])
            said.append(
                {
                    "run_id": rows[-1]["run_id"],
                    "span_id": f"s{number}",
                    "text": draw(texts),
                    "reasoning": draw(texts),
                }
            )
    return draw(st.permutations(rows)), draw(st.permutations(said))


@settings(deadline=None)
@given(outputs())
@example(([], []))
def test_agrees_with_the_plain_reference(drawn: tuple[list[Row], list[Row]]) -> None:
    rows, said = drawn
    plain = spans(*rows).rows(named=True)
    result = scored(*rows, said=said)
    found = result.filter(pl.col("span_id").is_not_null()).select("run_id", "span_id", "name")
    assert set(found.rows()) == findings(plain, text_rows(*said).rows(named=True))
    grown = result.filter(name="output_growth").select("run_id", "value").rows()
    assert dict(grown) == pytest.approx(growth(plain))
    steps_of = {"truncated_turns": "truncated", "empty_turns": "empty_turn"}
    for run_score, step in (steps_of | {"collapsed_turns": "collapse"}).items():
        for run_id, value in result.filter(name=run_score).select("run_id", "value").rows():
            assert (value or 0) == found.filter(run_id=run_id, name=step).height
