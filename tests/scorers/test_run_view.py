"""One run as plain Python sees it."""

import polars as pl
import pytest

from midspan.scorers.run_view import Run, runs_of
from midspan.scorers.setting import Setting
from midspan.scorers.suite import Suite
from midspan.scorers.tables import Tables
from tests.scorers import builders
from tests.scorers.builders import TRACE


def view(**frames: pl.DataFrame) -> Run:
    (run,) = runs_of(builders.tables(None, **{"runs": builders.runs({"run_id": "r"}), **frames}))
    return run


def test_the_run_and_its_context() -> None:
    run = view(runs=builders.runs({"run_id": "r", "task": "t", "model": "m", "turns": 3}))
    assert (run.id, run.task, run.model, run.answer) == ("r", "t", "m", None)
    assert run.row["turns"] == 3
    assert run.context == {
        "experiment": "e",
        "suite": None,
        "task": "t",
        "model": "m",
        "revision": None,
        "tier": None,
        "trial": None,
        "harness": None,
    }


def test_it_cannot_be_changed() -> None:
    run = view(calls=builders.calls({}))
    with pytest.raises(TypeError):
        run.row["task"] = "other"  # type: ignore[index]
    with pytest.raises(TypeError):
        run.calls[0].row["name"] = "other"  # type: ignore[index]


def test_calls_in_their_order_with_parsed_arguments() -> None:
    calls = builders.judged(
        {"call": 1, "name": "find", "raw_arguments": "{"},
        {"call": 0, "raw_arguments": '{"n": 1.0}', "result": "one", "turn": 0},
    )
    first, second = view(calls=calls).calls
    assert (first.number, first.name, first.arguments, first.result) == (0, "look", {"n": 1}, "one")
    assert (first.turn, first.failed, first.fault) == (0, False, "none")
    assert (second.number, second.name, second.arguments) == (1, "find", None)
    assert second.fault == "model.unparseable"


def test_turns_with_what_the_model_wrote() -> None:
    spans = builders.spans(
        {"kind": "agent"},
        {"kind": "llm", "turn": 0, "output_tokens": 5, "span_id": "a"},
        {"kind": "llm", "turn": 1, "span_id": "first try", "status": "error"},
        {"kind": "llm", "turn": 1, "span_id": "b"},
        {"kind": "llm", "turn": 1, "span_id": "twin", "duplicate_of": "b"},
    )
    words = builders.text(
        {"span_id": "a", "text": "I look.", "reasoning": "Hm."}, {"span_id": "b", "text": "Done."}
    )
    calls = builders.calls({"turn": 0}, {"turn": None})
    run = view(spans=spans, text=words, calls=calls)
    assert [(turn.number, turn.span_id, turn.text, turn.reasoning) for turn in run.turns] == [
        (0, "a", "I look.", "Hm."),
        (1, "b", "Done.", ""),
    ]
    assert [len(turn.calls) for turn in run.turns] == [1, 0]
    assert run.turns[0].row["output_tokens"] == 5
    assert run.text == "I look.\nDone."


def test_nothing_recorded_is_nothing_there() -> None:
    run = view()
    assert (run.calls, run.turns, run.spans, run.text) == ((), (), (), "")


def test_runs_do_not_mix() -> None:
    runs = builders.runs({"run_id": "b"}, {"run_id": "a"}, {"run_id": "c"})
    calls = builders.calls({"run_id": "c"}, {"run_id": "a"}, {"run_id": "a", "name": "find"})
    found = runs_of(builders.tables(runs=runs, calls=calls))
    assert [(run.id, [call.name for call in run.calls]) for run in found] == [
        ("a", ["look", "find"]),
        ("b", []),
        ("c", ["look"]),
    ]


def test_what_the_suite_says_of_the_task() -> None:
    suite = Suite.parse("suite: s\ncontract: 1\ntasks: [{id: t, prompt: p, budget: {retries: 2}}]")
    runs = builders.runs({"task": "t"}, {"task": "other"}, {"task": None})
    tables = builders.tables(Setting.of(suite=suite), runs=runs)
    assert [run.expects.retries for run in runs_of(tables)] == [2, None, None]


def test_a_table_that_is_not_asked_for_is_not_read() -> None:
    def refused(frame: pl.DataFrame) -> pl.DataFrame:
        raise AssertionError("it was read")

    whole = builders.tables(runs=builders.runs({"run_id": "r", "answer": "42"}))
    tables = Tables(
        runs=whole.runs,
        calls=whole.calls.map_batches(refused),
        spans=whole.spans.map_batches(refused),
        text=whole.text.map_batches(refused),
        tools=whole.tools,
    )
    (run,) = runs_of(tables)
    assert run.answer == "42"
    with pytest.raises(Exception, match="it was read"):
        assert run.calls


def test_the_trace_of_a_call_is_at_hand() -> None:
    assert view(calls=builders.calls({})).calls[0].row["trace_id"] == TRACE
