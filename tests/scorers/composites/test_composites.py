from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midspan.scorers.composites import Composites
from midspan.scorers.profile import Profile
from midspan.scorers.score import score_rows
from midspan.scorers.setting import Setting
from tests.scorers.builders import Row, runs, scores, tables
from tests.scorers.oracle.composites import composite

QUALITY = "{first_attempt_accuracy: 0.5, parse_pass_rate: 0.3, degenerate_share: 0.2}"


def setting(weights: str, more: str = "") -> Setting:
    text = f"profile: p\ncontract: 1\ncomposites: {{quality: {{weights: {weights}}}}}\n{more}"
    return Setting.of(profile=Profile.parse(text))


def scored(weights: str, *rows: Row, more: str = "") -> pl.DataFrame:
    given = tables(setting(weights, more), runs=runs({"run_id": "r"}))
    scorer = Composites()
    found = scorer.score_of(scores(*rows).lazy(), given).collect()
    return score_rows(found, name="composites", scorer=scorer)


def told(*rows: Row, weights: str = QUALITY, more: str = "") -> list[tuple[float | None, str]]:
    """Value, and explanation or else reason."""
    found = scored(weights, *rows, more=more)
    return found.select("value", pl.coalesce("explanation", "reason")).rows()


FIRST = {"name": "first_attempt_accuracy", "value": 0.5, "evidence": ["a"]}
PARSE = {"name": "parse_pass_rate", "value": 1.0, "evidence": ["a", "b"]}
DEGENERATE = {"name": "degenerate_share", "value": 0.25}


def test_the_weighted_mean_in_full() -> None:
    (row,) = scored(QUALITY, PARSE, FIRST, DEGENERATE).to_dicts()
    assert {name: row[name] for name in ("name", "value", "explanation", "evidence")} == {
        "name": "composite.quality",
        # 0.5 x 0.5 + 0.3 x 1 + 0.2 x (1 - 0.25)
        "value": pytest.approx(0.7),
        "explanation": "0.5 x first_attempt_accuracy 0.5 + 0.3 x parse_pass_rate 1 "
        "+ 0.2 x (1 - degenerate_share 0.25)",
        "evidence": ["a", "b"],
    }


def test_what_is_turned_says_so_at_one_half_too() -> None:
    half = DEGENERATE | {"value": 0.5}
    explanation = "1 x (1 - degenerate_share 0.5)"
    assert told(half, weights="{degenerate_share: 1}") == [(0.5, explanation)]


def test_weights_need_not_add_up_to_one() -> None:
    weights = "{first_attempt_accuracy: 3, parse_pass_rate: 1}"
    assert told(FIRST, PARSE, weights=weights)[0][0] == pytest.approx(0.625)


def test_a_part_without_a_row_leaves_its_weight_to_the_rest_and_it_says_so() -> None:
    ((value, explanation),) = told(FIRST, PARSE)
    assert value == pytest.approx(0.55 / 0.8)
    assert explanation == (
        "0.5 x first_attempt_accuracy 0.5 + 0.3 x parse_pass_rate 1; "
        "no row of degenerate_share, so the other weights are rescaled"
    )


def test_a_run_without_any_part_has_no_row() -> None:
    assert told() == []
    assert told({"name": "other", "value": 1.0}) == []
    # What stands on a step is about that step alone.
    assert told(FIRST | {"span_id": "s"}, PARSE | {"call": 0}) == []
    assert told(FIRST | {"run_id": "another chunk's"}) == []


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        (
            {"status": "not_evaluated", "value": None, "reason": "not recorded"},
            "parse_pass_rate was not evaluated: not recorded",
        ),
        (
            {"status": "failed", "value": None, "reason": "KeyError: 'x'"},
            "parse_pass_rate failed: KeyError: 'x'",
        ),
        ({"value": None, "label": "x"}, "parse_pass_rate has a label and no value"),
        ({"value": 3.0}, "parse_pass_rate is 3.0, which is no share"),
    ],
)
def test_a_part_that_is_not_known_is_no_part_without_a_row(part: Row, reason: str) -> None:
    assert told(FIRST, PARSE | part) == [(None, reason)]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("tokens", "tokens is counted in tokens: only shares can be weighed"),
        ("composite.other", "composite.other is a composite itself"),
        ("somebody_elses", "somebody_elses is 2.0, which is no share"),
    ],
)
def test_what_cannot_be_weighed(name: str, reason: str) -> None:
    weights = f"{{first_attempt_accuracy: 1, {name}: 1}}"
    assert told(FIRST, {"name": name, "value": 2.0}, weights=weights) == [(None, reason)]


def test_markers_are_better_as_the_profile_says() -> None:
    markers = "markers: {gave-up: {answer: sorry, better: lower}, cli: {command: {program: x}}}"
    rows = [{"name": "marker.gave-up", "value": 1.0}, {"name": "marker.cli", "value": 1.0}]
    weights = "{marker.gave-up: 1, marker.cli: 1}"
    assert told(*rows, weights=weights, more=markers)[0][0] == 0.5


def test_code_comes_before_models_and_people() -> None:
    by_hand = PARSE | {"value": 0.0, "source": "human", "scorer": "a"}
    judge = PARSE | {"value": 0.5, "source": "llm", "scorer": "b"}
    weights = "{parse_pass_rate: 1}"
    assert told(by_hand, judge, PARSE, weights=weights)[0][0] == 1.0
    assert told(by_hand, judge, weights=weights)[0][0] == 0.5
    assert told(by_hand, weights=weights)[0][0] == 0.0


def test_without_other_scores_and_without_composites_there_is_nothing() -> None:
    assert Composites().score(tables(setting(QUALITY), runs=runs({}))).collect().is_empty()
    none = Composites().score_of(scores(FIRST).lazy(), tables(runs=runs({"run_id": "r"})))
    assert none.collect().is_empty()


# Against plain Python.

WEIGHTS = {"first_attempt_accuracy": 0.5, "parse_pass_rate": 0.3, "degenerate_share": 0.2}
SCORE = st.fixed_dictionaries(
    {
        "run_id": st.sampled_from(["r0", "r1"]),
        "name": st.sampled_from([*WEIGHTS, "other"]),
        "span_id": st.sampled_from([None, None, None, "s"]),
        "value": st.sampled_from([None, 0.0, 0.25, 1.0, 1.0, 2.0]),
        "status": st.sampled_from(["ok", "ok", "ok", "ok", "not_evaluated", "failed"]),
        "source": st.sampled_from(["code", "code", "llm", "human"]),
    }
)


@settings(deadline=None)
@given(
    st.lists(
        SCORE,
        max_size=10,
        unique_by=lambda row: (row["run_id"], row["name"], row["span_id"], row["source"]),
    )
)
def test_it_says_what_plain_python_says(rows: list[dict[str, Any]]) -> None:
    given = tables(setting(QUALITY), runs=runs({}, {}))
    found = Composites().score_of(scores(*rows).lazy(), given).collect()
    values = dict(found.select("run_id", "value").rows())
    for run in ("r0", "r1"):
        its = [row for row in rows if row["run_id"] == run]
        expected = composite(its, WEIGHTS, {"degenerate_share"})
        value = values.get(run, "no row")
        assert value == (pytest.approx(expected) if isinstance(expected, float) else expected)
