"""Tasks that fail or end their process are tried again, and cost the others nothing."""

from pathlib import Path

import pytest

from midspan.pipelines.engines import Failed, Workers, attempted
from tests.pipelines.engines.tasks import dies_until, fails_until, square, tries


@pytest.mark.parametrize("count", [1, 2])
def test_what_fails_is_tried_twice_more_and_then_told(tmp_path: Path, count: int) -> None:
    tasks = [(str(tmp_path), 0, 0), (str(tmp_path), 1, 2), (str(tmp_path), 2, 3)]
    with Workers(count) as workers:
        results = dict(attempted(workers, fails_until, tasks))
    assert results == {0: 0, 1: 1, 2: Failed(reason="RuntimeError: task 2 is not ready")}
    assert [tries(tmp_path, number) for number in range(3)] == [1, 3, 3]


def test_the_reason_is_what_a_person_can_act_on() -> None:
    with Workers(1) as workers:
        results = dict(attempted(workers, square, [(3,), (-1,)]))
    assert results == {0: 9, 1: Failed(reason="-1 is negative\nUse another.")}


def test_a_task_that_ends_its_process_is_found_out_and_the_others_go_on(tmp_path: Path) -> None:
    deaths = {3: 2, 7: 9}
    tasks = [(str(tmp_path), number, deaths.get(number, 0)) for number in range(12)]
    with Workers(2, apart=True) as workers:
        results = dict(attempted(workers, dies_until, tasks))
    reason = "a worker process was killed, most likely for want of memory"
    assert results == {n: n for n in range(12)} | {7: Failed(reason=reason)}
    assert tries(tmp_path, 7) >= 3


def test_one_task_apart_never_ends_this_process(tmp_path: Path) -> None:
    with Workers(1, apart=True) as workers:
        assert dict(attempted(workers, dies_until, [(str(tmp_path), 0, 1)])) == {0: 0}
