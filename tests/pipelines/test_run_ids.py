"""Ids of planned runs follow what the runs are made of."""

from typing import Any

import pytest

from midspan.pipelines.run_ids import planned_run_id

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
