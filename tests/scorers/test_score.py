import hashlib
import math
from dataclasses import dataclass, field
from typing import Any, ClassVar

import polars as pl
import pytest

from midspan.scorers.errors import InvalidInput
from midspan.scorers.score import (
    Better,
    Declaration,
    Level,
    Scorer,
    config_hash,
    failed_row,
    score_rows,
)
from midspan.scorers.tables import SCORES, Tables


@dataclass(frozen=True, kw_only=True)
class Example:
    limit: int = 3
    names: list[str] = field(default_factory=list)

    version: ClassVar[str] = "7"
    declares: ClassVar[tuple[Declaration, ...]] = (
        Declaration(
            name="example", level=Level.RUN, unit="count", better=Better.LOWER, description="x"
        ),
    )

    def score(self, tables: Tables) -> pl.LazyFrame:
        return tables.runs.select("run_id", name=pl.lit("example"))


def rows_of(verdicts: Any) -> pl.DataFrame:
    return score_rows(pl.DataFrame(verdicts), name="mine", scorer=Example())


def test_a_verdict_of_two_columns_becomes_a_whole_row() -> None:
    assert rows_of({"run_id": ["r"], "name": ["example"]}).row(0, named=True) == {
        "run_id": "r",
        "span_id": None,
        "call": None,
        "name": "example",
        "scorer": "mine",
        "trace_id": None,
        "value": None,
        "label": None,
        "numerator": None,
        "n": None,
        "explanation": None,
        "evidence": [],
        "scorer_version": "7",
        "config_hash": config_hash(Example()),
        "source": "code",
        "status": "ok",
        "reason": None,
    }


def test_a_verdict_of_every_column_stays_as_it_was_said() -> None:
    said = {
        "run_id": "r",
        "span_id": "s",
        "call": 4,
        "name": "example",
        "trace_id": "t",
        "value": 0.5,
        "label": "pass",
        "numerator": 1.0,
        "n": 2,
        "explanation": "because",
        "evidence": ["s"],
        "status": "not_evaluated",
        "reason": "unknown",
    }
    rows = rows_of([said])
    assert rows.select(*said).row(0, named=True) == said
    assert SCORES.validate(rows) is rows


def test_types_are_made_those_of_the_table() -> None:
    rows = rows_of({"run_id": ["r", "q"], "name": ["a", "a"], "value": [True, False], "n": [1, 2]})
    assert rows.schema == SCORES.schema
    assert rows["value"].to_list() == [1.0, 0.0]


def test_what_a_row_leaves_open_is_filled_in() -> None:
    verdicts = {"run_id": ["r", "q"], "name": ["a", "a"]}
    rows = rows_of({**verdicts, "evidence": [["s"], None], "status": ["failed", None]})
    assert rows.select("evidence", "status").rows() == [(["s"], "failed"), ([], "ok")]


@pytest.mark.parametrize(
    "verdicts", [pl.DataFrame(), pl.DataFrame(schema={"run_id": pl.String, "value": pl.Null})]
)
def test_no_verdict_no_row(verdicts: pl.DataFrame) -> None:
    assert rows_of(verdicts).equals(SCORES.empty())


@pytest.mark.parametrize("column", ["value", "numerator"])
@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_finite_are_refused(column: str, number: float) -> None:
    with pytest.raises(InvalidInput, match=rf"{column} is not a finite number \(1 rows\)"):
        rows_of({"run_id": ["r", "q"], "name": ["a", "a"], column: [number, 1.0]})


@pytest.mark.parametrize(
    ("verdicts", "problem"),
    [
        ({"run_id": ["r"]}, "scorer mine: gives no column name"),
        ({"name": ["a"]}, "scorer mine: gives no column run_id"),
        ({"value": [1.0]}, "scorer mine: gives no column run_id and no column name"),
        (
            {"run_id": ["r"], "name": ["a"], "explaination": ["x"]},
            "scorer mine: gives unknown columns: explaination\nA scorer may give: run_id, span_id,",
        ),
        (
            {"run_id": ["r"], "name": ["a"], "source": ["human"]},
            "scorer mine: gives unknown columns: source",
        ),
        (
            {"run_id": ["r", "r"], "name": ["pass@1", "Step Count"]},
            "scorer mine: cannot name a score 'Step Count', 'pass@1'",
        ),
        ({"run_id": ["r"], "name": [""]}, "scorer mine: cannot name a score ''"),
        ({"run_id": [None], "name": ["a"]}, "table scores: run_id is null (1 rows)"),
        ({"run_id": ["r"], "name": [None]}, "table scores: name is null (1 rows)"),
        (
            {"run_id": ["r", "r"], "name": ["a", "a"]},
            "table scores: (run_id, span_id, call, name, scorer) is not unique (1 rows)",
        ),
    ],
)
def test_what_no_score_row_can_hold_is_refused(verdicts: Any, problem: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        rows_of(verdicts)
    assert str(raised.value).startswith(problem)


def test_the_hash_of_a_configuration_is_that_of_its_fields() -> None:
    digest = hashlib.blake2b(b'[{"limit": 3, "names": []}, ""]', digest_size=4).hexdigest()
    assert config_hash(Example()) == digest
    assert config_hash(Example(limit=4)) != digest
    assert config_hash(Example(), setting="another") != digest
    assert config_hash(Example(names=["a"])) != digest
    assert config_hash(object()) == hashlib.blake2b(b'[{}, ""]', digest_size=4).hexdigest()


def test_a_scorer_that_raised_leaves_a_row_that_says_so() -> None:
    row = failed_row("r", name="example", scorer="mine", version="7", reason="KeyError: 'x'")
    rows = SCORES.validate(SCORES.frame([row]))
    assert rows.select("name", "value", "status", "reason", "source").row(0) == (
        *("example", None, "failed", "KeyError: 'x'", "code"),
    )


def test_the_shape_of_a_scorer_can_be_asked_for() -> None:
    assert isinstance(Example(), Scorer)
    assert not isinstance(object(), Scorer)
