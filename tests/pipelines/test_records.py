"""Plans and result records: written whole, and read strictly."""

import json
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.records import (
    PlannedRun,
    ResultRecord,
    read_plan,
    read_result,
    result_path,
    write_plan,
    write_result,
)
from midspan.scorers.errors import InvalidInput
from tests.support.otlp import RUN, write_text


def test_a_result_is_read_as_it_was_written(tmp_path: Path) -> None:
    record = ResultRecord(run_id=RUN, launch=2, ended_by="signal", exit_code=-9)
    path = write_result(tmp_path, record)
    assert path.name == f"{RUN}-2.result.json"
    assert read_result(path) == record
    assert [each.name for each in tmp_path.iterdir()] == [path.name], "nothing half-written is left"


def test_a_record_as_another_program_writes_it(tmp_path: Path) -> None:
    path = write_text(tmp_path / "r.result.json", json.dumps({"run_id": RUN, "ended_by": "exit"}))
    assert read_result(path) == ResultRecord(run_id=RUN, ended_by="exit")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"run_id": "short"}, "not a result record: Expected `str` matching regex"),
        ({"ended_by": "boredom"}, "not a result record: Invalid enum value 'boredom'"),
        ({"launch": -1}, "not a result record: Expected `int` >= 0"),
        ({"launch": 2**31}, "not a result record: Expected `int` <= 2147483647"),
        ({"checks": [{"id": "a"}]}, "not a result record: Object missing required field `kind`"),
        ({"contract": 2}, "has contract 2; this midspan reads 1"),
    ],
)
def test_a_result_that_does_not_fit_says_why(
    tmp_path: Path, changed: dict[str, Any], reason: str
) -> None:
    content = json.dumps({"run_id": RUN, "ended_by": "exit"} | changed)
    path = write_text(tmp_path / "r.result.json", content)
    with pytest.raises(InvalidInput) as caught:
        read_result(path)
    assert str(caught.value).startswith(f"{path}: {reason}")


def test_a_plan_is_read_line_by_line(tmp_path: Path) -> None:
    runs = [PlannedRun(run_id=RUN, experiment="shop", task="refund", trial=n) for n in range(2)]
    path = write_plan(tmp_path / "plan.jsonl", runs)
    assert list(read_plan(path)) == runs
    path.write_text(path.read_text() + "\n{}\n")
    with pytest.raises(InvalidInput, match=r"plan\.jsonl:4: not a planned run: Object missing"):
        list(read_plan(path))


def test_a_record_that_cannot_take_its_place_leaves_no_piece(tmp_path: Path) -> None:
    record = ResultRecord(run_id="0" * 32, ended_by="exit")
    result_path(tmp_path, record.run_id, 0).mkdir()
    with pytest.raises(IsADirectoryError):
        write_result(tmp_path, record)
    assert [path.name for path in tmp_path.iterdir()] == [f"{record.run_id}-0.result.json"]


def test_a_record_without_an_end_is_not_read_into_memory(tmp_path: Path) -> None:
    path = result_path(tmp_path, "0" * 32, 0)
    with path.open("wb") as file:
        file.truncate(2**33)
    with pytest.raises(InvalidInput, match="more than 67,108,864 bytes"):
        read_result(path)
