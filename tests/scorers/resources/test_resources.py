from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from midspan.scorers.profile import Profile
from midspan.scorers.resources import Resources
from midspan.scorers.score import score_rows
from midspan.scorers.setting import Setting
from tests.scorers.builders import Row, runs, spans, tables
from tests.scorers.oracle.resources import costs, covered

SECOND = 1_000_000_000

PROFILE = """
profile: shop
contract: 1
prices:
  - {model: "Qwen/*", per_million: {new: 2, cached: 1, output: 10}}
  - {model: "*", per_million: {new: 100, cache_write: 300, output: 100}}
"""

RUN = {"turns": 2, "llm_calls": 2, "calls": 3, "input_tokens": 100, "output_tokens": 20}


def scored(*rows: Row, at: list[Row] | None = None, profile: str | None = None) -> pl.DataFrame:
    scorer = Resources()
    setting = Setting.of(profile=Profile.parse(profile)) if profile else None
    given = scorer.score(tables(setting, runs=runs(*rows), spans=spans(*(at or [])))).collect()
    return score_rows(given, name="resources", scorer=scorer).sort("run_id", "name")


def value(name: str, *rows: Row, **more: Any) -> tuple[float | None, str | None]:
    """Value and explanation, or else the reason."""
    row = scored(*rows, **more).filter(name=name)
    return row["value"].item(), row.select(pl.coalesce("explanation", "reason")).item()


def test_the_rows_in_full() -> None:
    full = RUN | {
        "run_id": "r",
        "cache_read_tokens": 60,
        "cache_write_tokens": 10,
        "reasoning_tokens": 1,
        "start_ns": 0,
        "end_ns": 10 * SECOND,
    }
    llm = {"kind": "llm", "start_ns": SECOND, "end_ns": 4 * SECOND, "cost_usd": 0.25}
    tool = {"kind": "tool", "start_ns": 4 * SECOND, "end_ns": 5 * SECOND}
    rows = scored(full, at=[llm, tool, llm | {"start_ns": 5 * SECOND, "end_ns": 7 * SECOND}])
    assert rows.select("name", "value", "explanation").rows() == [
        ("cost_usd", 0.5, "0.5 USD, as the spans say"),
        ("seconds", 10.0, "from the first span to the last"),
        ("seconds_idle", 4.0, "neither in a model call nor in a tool"),
        ("seconds_model", 5.0, "in model calls"),
        ("seconds_tool", 1.0, "in tools"),
        ("tokens", 120.0, "100 in, 20 out"),
        ("tokens_cached", 60.0, "60 tokens of the input read from a cache"),
        ("tokens_new", 30.0, "30 of 100 input tokens are new to the cache"),
        ("tokens_output", 20.0, "20 output tokens"),
        ("tokens_reasoning", 1.0, "1 reasoning token"),
        ("tool_calls", 3.0, "3 tool calls"),
        ("turns", 2.0, "2 turns"),
    ]


def test_a_run_that_left_no_span_took_nothing_that_is_known() -> None:
    assert scored({"status": "missing", "planned": True}).height == 0


def test_a_run_without_a_model_call_has_no_tokens_and_no_cost() -> None:
    rows = scored({"turns": 0, "llm_calls": 0, "calls": 1, "start_ns": 0, "end_ns": SECOND})
    assert rows["name"].to_list() == [
        *("seconds", "seconds_idle", "seconds_model", "seconds_tool", "tool_calls", "turns"),
    ]


@pytest.mark.parametrize(
    ("name", "run", "reason"),
    [
        ("tokens", {"input_tokens": None}, "tokens were not recorded for each model call"),
        ("tokens_cached", {}, "tokens were not recorded for each model call"),
        ("tokens_new", {}, "tokens were not recorded for each model call"),
        (
            "tokens_new",
            {"cache_read_tokens": 101},
            "more cached tokens than input tokens were recorded",
        ),
        ("tool_calls", {"calls": None}, "what the model wrote was not recorded"),
        ("seconds", {"start_ns": 0}, "no span has an end"),
        ("seconds_idle", {"start_ns": 0}, "no span has an end"),
    ],
)
def test_what_was_not_recorded_is_not_evaluated(name: str, run: Row, reason: str) -> None:
    assert value(name, RUN | run) == (None, reason)


def test_a_cache_write_that_was_not_recorded_counts_as_none() -> None:
    assert value("tokens_new", RUN | {"cache_read_tokens": 60})[0] == 40.0


@pytest.mark.parametrize(
    ("kinds_and_times", "model", "tool", "idle"),
    [
        pytest.param([("llm", 0, 4), ("llm", 2, 6)], 6, 0, 4, id="side by side"),
        pytest.param([("llm", 0, 9), ("llm", 2, 3), ("llm", 5, 6)], 9, 0, 1, id="one within"),
        pytest.param([("tool", 0, 8), ("llm", 2, 4)], 2, 8, 2, id="a tool that asks a model"),
        pytest.param([("retriever", 1, 2), ("chain", 0, 9)], 0, 1, 9, id="retrieval"),
        pytest.param([("llm", 3, None), ("tool", 4, 4)], 0, 0, 10, id="never ended, or at once"),
    ],
)
def test_time_is_the_union_of_intervals(
    kinds_and_times: list[tuple[str, int, int | None]], model: float, tool: float, idle: float
) -> None:
    at: list[Row] = [
        {
            "kind": kind,
            "start_ns": start * SECOND,
            "end_ns": None if end is None else end * SECOND,
            "run_id": "r0",
        }
        for kind, start, end in kinds_and_times
    ]
    rows = scored(RUN | {"start_ns": 0, "end_ns": 10 * SECOND}, at=at)
    seconds = dict(
        rows.filter(pl.col("name").str.starts_with("sec")).select("name", "value").rows()
    )
    assert seconds == {
        "seconds": 10.0,
        "seconds_model": model,
        "seconds_tool": tool,
        "seconds_idle": idle,
    }


LLM = {"run_id": "r0", "kind": "llm", "input_tokens": 1000, "output_tokens": 100}


@pytest.mark.parametrize(
    ("span", "usd", "said"),
    [
        pytest.param(
            {"request_model": "Qwen/Qwen3-14B"},
            0.003,
            "0.003 USD, by the prices of the profile",
            id="the first price that matches",
        ),
        pytest.param({"request_model": "gpt"}, 0.11, None, id="another price"),
        pytest.param(
            {"request_model": "Qwen/Q", "cache_read_tokens": 500}, 0.0025, None, id="cached"
        ),
        pytest.param(
            {"request_model": "Qwen/Q", "cache_write_tokens": 500},
            0.003,
            None,
            id="a cache write without a price costs as new",
        ),
        pytest.param(
            {"request_model": "gpt", "cache_write_tokens": 500}, 0.21, None, id="cache write"
        ),
        pytest.param({"cost_usd": 7.0}, 7.0, "7.0 USD, as the spans say", id="the span's first"),
        pytest.param({"response_model": "Qwen/Q"}, 0.003, None, id="the model that answered"),
        pytest.param({}, None, "the model is not recorded, so no price is known", id="no model"),
        pytest.param(
            {"request_model": "gpt", "output_tokens": None},
            None,
            "tokens were not recorded for each model call",
            id="no tokens",
        ),
        pytest.param(
            {"request_model": "gpt", "output_tokens": None, "status": "error"},
            0.0,
            None,
            id="a failed request costs nothing",
        ),
    ],
)
def test_cost(span: Row, usd: float | None, said: str | None) -> None:
    free = {"run_id": "r0", "kind": "llm", "cost_usd": 0.0}
    found, explanation = value("cost_usd", RUN, at=[LLM | span, free], profile=PROFILE)
    assert found == pytest.approx(usd)
    assert said in (explanation, None)


def test_the_runs_model_has_a_price_where_the_span_names_none() -> None:
    assert value("cost_usd", RUN | {"model": "Qwen/Q"}, at=[LLM], profile=PROFILE)[0] == 0.003


def test_a_model_without_a_price_is_named() -> None:
    at = [LLM | {"request_model": name} for name in ("b", "a", "b")]
    assert value("cost_usd", RUN, at=at) == (None, "no price for a, b")


@st.composite
def recorded(draw: st.DrawFn) -> list[Row]:
    maybe = st.sampled_from([None, 0, 3, 5])
    rows = []
    for _ in range(draw(st.integers(0, 10))):
        start = draw(st.integers(0, 30))
        rows.append(
            {
                "run_id": draw(st.sampled_from(["r0", "r1"])),
                "kind": draw(st.sampled_from(["llm", "llm", "tool", "retriever", "chain"])),
                "status": draw(st.sampled_from(["ok", "ok", "error"])),
                "duplicate_of": draw(st.sampled_from([None, None, "s0"])),
                "start_ns": start,
                "end_ns": draw(st.sampled_from([None, start, start + 3, start + 20])),
                "request_model": draw(st.sampled_from([None, "Qwen/a", "gpt"])),
                "response_model": draw(st.sampled_from([None, "Qwen/b"])),
                "cost_usd": draw(st.sampled_from([None, None, 0.5])),
                "input_tokens": draw(st.sampled_from([None, 10, 20])),
                "cache_read_tokens": draw(maybe),
                "cache_write_tokens": draw(maybe),
                "output_tokens": draw(maybe),
            }
        )
    return draw(st.permutations(rows))


@settings(deadline=None)
@given(recorded())
@example([])
def test_agrees_with_the_plain_reference(rows: list[Row]) -> None:
    plain = spans(*rows).rows(named=True)
    of_runs: list[Row] = [
        RUN | {"start_ns": 0, "end_ns": 60, "model": name} for name in (None, "Qwen/r")
    ]
    result = scored(*of_runs, at=rows, profile=PROFILE)
    llm, tool = {"llm"}, {"tool", "retriever"}
    for name, kinds in (("seconds_model", llm), ("seconds_tool", tool)):
        expected = covered(plain, kinds)
        for run_id, seconds in result.filter(name=name).select("run_id", "value").rows():
            assert seconds * SECOND == pytest.approx(expected.get(run_id, 0))
    busy = covered(plain, llm | tool)
    for run_id, seconds in result.filter(name="seconds_idle").select("run_id", "value").rows():
        assert seconds * SECOND == pytest.approx(60 - busy.get(run_id, 0))
    prices = [
        ("Qwen/*", {"new": 2.0, "cached": 1.0, "output": 10.0}),
        ("*", {"new": 100.0, "cache_write": 300.0, "output": 100.0}),
    ]
    found = dict(result.filter(name="cost_usd").select("run_id", "value").rows())
    assert found == pytest.approx(costs(plain, {"r0": None, "r1": "Qwen/r"}, prices))
