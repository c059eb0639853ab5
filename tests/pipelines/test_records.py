"""Plans and result records: written whole, read strictly, and ids that follow the inputs."""

import json
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.records import (
    PlannedRun,
    ResultRecord,
    planned_run_id,
    read_plan,
    read_result,
    result_path,
    write_plan,
    write_result,
)
from midspan.scorers.errors import InvalidInput
from tests.support.otlp import RUN, write_text

INPUTS: dict[str, Any] = {
    "experiment": "shop",
    "task": "refund",
    "prompt": "What would order 1042 refund in EUR?",
    "files": [("shop.db", b"\x00\x01"), ("notes.md", b"hello")],
    "model": "Qwen/Qwen3-14B",
    "revision_sha": "40c0698",
    "tier": "bare",
    "harness": "pi@1.5.2",
    "trial": 0,
}


def test_the_id_of_a_planned_run_is_the_same_everywhere() -> None:
    assert planned_run_id(**INPUTS) == "24695f2ef1a92eaf0996678a0188bddf"
    turned = INPUTS | {"files": INPUTS["files"][::-1]}
    assert planned_run_id(**turned) == planned_run_id(**INPUTS)


@pytest.mark.parametrize(
    "changed",
    [
        {"experiment": "other"},
        {"task": "other"},
        {"prompt": "other"},
        {"files": []},
        {"files": [("shop.db", b"\x00\x01"), ("notes.md", b"changed")]},
        {"files": [("shop.db", b"\x00\x01"), ("renamed.md", b"hello")]},
        {"model": None},
        {"revision_sha": "9f1b2c3"},
        {"tier": None},
        {"harness": "pi@1.5.3"},
        {"trial": 1},
    ],
)
def test_whatever_changes_what_is_run_changes_the_id(changed: dict[str, Any]) -> None:
    assert planned_run_id(**INPUTS | changed) != planned_run_id(**INPUTS)


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
