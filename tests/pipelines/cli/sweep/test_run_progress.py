"""What is told of runs while they go on: infra is what the record says, and nothing else."""

from pathlib import Path

import pytest

from midspan.pipelines.cli.sweep.run_progress import runs_told
from midspan.pipelines.records import EndedBy, ResultRecord
from midspan.pipelines.sweep.worker import RunEnded
from tests.support.sweeps import planned


def told(folder: Path, capsys: pytest.CaptureFixture[str], by: EndedBy, problem: str | None) -> str:
    run = planned(folder).runs[0]
    record = ResultRecord(run_id=run.run_id, ended_by=by)
    with runs_told() as (tell, _):
        tell(RunEnded(run=run, record=record, problem=problem))
    return capsys.readouterr().err


def test_a_run_that_timed_out_is_not_called_infra_for_what_broke_beside_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(tmp_path, capsys, "timeout", "the proxy has ended") == ""


@pytest.mark.parametrize(
    ("problem", "why"),
    [("no disk\nat all", "no disk"), (None, "ended by platform"), (" ", "ended by platform")],
)
def test_a_run_that_is_infra_is_named_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], problem: str | None, why: str
) -> None:
    said = told(tmp_path, capsys, "platform", problem)
    assert said.endswith(f" #0: not run: {why}\n")
