"""Functions of one run as scorers."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from midspan.scorers.errors import InvalidInput
from midspan.scorers.run_scorer import RunScorer, Score, Verdict, run_scorer
from midspan.scorers.run_view import Run
from midspan.scorers.score import Better, Declaration, Level, Scorer, config_hash, score_rows
from tests.scorers import builders
from tests.scorers.builders import TRACE, Row


def scored(scorer: RunScorer, *columns: str, **frames: Any) -> list[tuple[Any, ...]]:
    given = {"runs": builders.runs({"run_id": "r", "task": "t", "answer": "42"}), **frames}
    verdicts = scorer.score(builders.tables(**given)).collect()
    rows = score_rows(verdicts, name="mine", scorer=scorer)
    return rows.select(columns or ("name", "value", "label")).rows()


def giving(verdict: Any) -> RunScorer:
    @run_scorer
    def mine(run: Run) -> Verdict:
        """Whatever."""
        if isinstance(verdict, BaseException):
            raise verdict
        return verdict  # type: ignore[no-any-return]

    return mine


@pytest.mark.parametrize(
    ("verdict", "rows"),
    [
        (True, [("mine", 1.0, "pass")]),
        (False, [("mine", 0.0, "fail")]),
        (0.25, [("mine", 0.25, None)]),
        (3, [("mine", 3.0, None)]),
        ("wordy", [("mine", None, "wordy")]),
        (None, []),
        ([], []),
        (Score(value=0.5, label="half"), [("mine", 0.5, "half")]),
        (Score(value=True, label="kept"), [("mine", 1.0, "kept")]),
        ([Score(value=1.0, name="mine")], [("mine", 1.0, None)]),
    ],
)
def test_what_a_function_may_give(verdict: Any, rows: list[tuple[Any, ...]]) -> None:
    assert scored(giving(verdict)) == rows


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        (KeyError("eur"), "KeyError: 'eur'"),
        (SystemExit(0), "SystemExit: 0"),
        (
            [Score(value=1), Score(value=2, name="mien")],
            "ValueError: gave mien, which it does not declare; it declares mine",
        ),
        (math.nan, "ValueError: mine is nan, which is no finite number"),
        ({"value": 1}, "TypeError: gave dict; a scorer gives a Score, a list of them, bool, "),
        ([1.0], "TypeError: gave float; a scorer gives a Score, a list of them, bool, number,"),
        (Score(), "ValueError: mine has neither value nor label, nor why it is not evaluated"),
        (Score(value=1, name="Not@good"), "ValueError: 'Not@good' is no name of a score: only"),
        ([Score(value=1), Score(value=2)], "ValueError: gave mine twice for the same step"),
    ],
)
def test_what_goes_wrong_costs_the_run_its_score(verdict: Any, reason: str) -> None:
    ((name, value, status, said),) = scored(giving(verdict), "name", "value", "status", "reason")
    assert (name, value, status) == ("mine", None, "failed")
    assert said.startswith(reason)


def test_who_interrupts_a_function_ends_the_scoring() -> None:
    with pytest.raises(KeyboardInterrupt):
        scored(giving(KeyboardInterrupt()))


def test_scores_of_a_declared_family_may_be_given() -> None:
    family = Declaration(
        name="tone.*", level=Level.RUN, unit="0/1", better=Better.HIGHER, description="Tones."
    )

    @run_scorer(declares=[family])
    def tones(run: Run) -> list[Score]:
        return [Score(value=1, name="tone.warm"), Score(value=0, name="tone.cold")]

    assert scored(tones) == [("tone.warm", 1.0, None), ("tone.cold", 0.0, None)]


def test_words_are_words_whatever_they_are_made_of() -> None:
    error: Any = ValueError("too long")
    score = Score(value=1, label=error, explanation=error, evidence=[error])
    assert scored(giving(score), "label", "explanation", "evidence", "status") == [
        ("too long", "too long", ["too long"], "ok")
    ]


def test_a_raise_in_one_run_costs_no_other() -> None:
    @run_scorer
    def length(run: Run) -> int:
        return len(run.answer)  # type: ignore[arg-type]

    runs = builders.runs({"answer": "42"}, {"answer": None}, {"answer": "4"})
    assert scored(length, "run_id", "value", "status", runs=runs) == [
        ("r0", 2.0, "ok"),
        ("r1", None, "failed"),
        ("r2", 1.0, "ok"),
    ]


def test_not_evaluated_says_why() -> None:
    score = Score(not_evaluated="no answer was recorded")
    assert scored(giving(score), "value", "status", "reason") == [
        (None, "not_evaluated", "no answer was recorded")
    ]


def test_a_score_about_a_call_stands_on_its_span() -> None:
    @run_scorer
    def shouted(run: Run) -> list[Score]:
        return [
            Score(value=1, about=call, evidence=[call.span_id], n=2, numerator=1)
            for call in run.calls
            if call.arguments["text"].isupper()
        ]

    calls = builders.calls(
        {"raw_arguments": '{"text": "hello"}'}, {"raw_arguments": '{"text": "HELLO"}'}
    )
    columns = ("span_id", "call", "trace_id", "evidence", "numerator", "n")
    assert scored(shouted, *columns, calls=calls) == [("s1", 1, TRACE, ["s1"], 1.0, 2)]


def test_a_score_about_a_turn_stands_on_its_span() -> None:
    @run_scorer
    def first(run: Run) -> Score:
        return Score(value=1, about=run.turns[0])

    spans = builders.spans({"kind": "llm", "turn": 0})
    assert scored(first, "span_id", "call", spans=spans) == [("s0", None)]


def test_a_bare_function_declares_itself() -> None:
    @run_scorer
    def polite(run: Run) -> bool:
        """Whether the model asked nicely.

        More of it.
        """
        return True

    assert isinstance(polite, Scorer)
    assert (polite.version, polite.declares) == (
        "1",
        (
            Declaration(
                name="polite",
                level=Level.RUN,
                unit="0/1",
                better=Better.NEITHER,
                description="Whether the model asked nicely.",
            ),
        ),
    )


def _number(run: Run) -> float | None:
    return None


def _label(run: Run) -> str:
    return ""


def _many(run: Run) -> list[Score]:
    return []


def _unsaid(run):  # type: ignore[no-untyped-def]
    return None


@pytest.mark.parametrize(
    ("function", "unit"),
    [(_number, "number"), (_label, "label"), (_many, "number"), (_unsaid, "number")],
)
def test_the_unit_follows_from_what_is_given(function: Callable[..., Verdict], unit: str) -> None:
    scorer = run_scorer(function)
    assert [each.unit for each in scorer.declares] == [unit]
    assert scorer.declares[0].description == function.__name__.replace("_", " ")


def test_what_is_declared_can_be_said() -> None:
    @run_scorer(name="shop.nice", unit="share", better="higher", description="Nice.", version="3")
    def polite(run: Run) -> float:
        return 1.0

    assert (polite.version, polite.declares) == (
        "3",
        (
            Declaration(
                name="shop.nice",
                level=Level.RUN,
                unit="share",
                better=Better.HIGHER,
                description="Nice.",
            ),
        ),
    )
    assert scored(polite) == [("shop.nice", 1.0, None)]


def test_keyword_arguments_are_parameters() -> None:
    @run_scorer
    def about(run: Run, *, task: str = "t", words: list[str] = ["42"]) -> bool:  # noqa: B006
        return run.task == task and run.answer in words

    other = about.having(words=["nothing"])
    assert [row[1] for row in (*scored(about), *scored(other))] == [1.0, 0.0]
    assert config_hash(about) != config_hash(other)
    assert config_hash(about) == config_hash(other.having(words=["42"]))


def test_a_parameter_needs_a_default() -> None:
    def about(run: Run, *, words: str) -> bool:
        return False

    with pytest.raises(InvalidInput, match="about: its parameter words has no default"):
        run_scorer(about)


def test_the_decorated_function_can_still_be_called() -> None:
    row: Row = {"run_id": "r"}
    tables = builders.tables(runs=builders.runs(row))

    @run_scorer
    def answered(run: Run, *, least: int = 1) -> bool:
        return len(run.answer or "") >= least

    from midspan.scorers.run_view import runs_of

    (run,) = runs_of(tables)
    assert answered(run) is False
