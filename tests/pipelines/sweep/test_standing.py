"""How far a run is, is read from what lies in the spool."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midspan.pipelines.records import EndedBy
from midspan.pipelines.sweep.standing import (
    Counts,
    Standing,
    State,
    counted,
    looked_again,
    standings,
    strangers,
)
from tests.support.sweeps import finish

RUN = "0123456789abcdef" * 2
OTHER = "fedcba9876543210" * 2


def of(*spools: Path) -> Standing:
    return standings([RUN], *spools)[RUN]


def test_nothing_is_missing(tmp_path: Path) -> None:
    assert of(tmp_path) == Standing(run_id=RUN, state="missing", launch=0)
    assert of(tmp_path / "not there") == Standing(run_id=RUN, state="missing", launch=0)


@pytest.mark.parametrize("ended_by", ["exit", "timeout", "budget", "signal"])
def test_a_result_is_done(tmp_path: Path, ended_by: EndedBy) -> None:
    finish(tmp_path, RUN, ended_by=ended_by, seconds=12.5)
    assert of(tmp_path) == Standing(
        run_id=RUN, state="done", launch=0, ended_by=ended_by, seconds=12.5
    )


@pytest.mark.parametrize("ended_by", ["launch_failed", "platform"])
def test_only_infra_is_run_again(tmp_path: Path, ended_by: EndedBy) -> None:
    finish(tmp_path, RUN, launch=0, ended_by="platform")
    finish(tmp_path, RUN, launch=1, ended_by=ended_by)
    assert of(tmp_path) == Standing(run_id=RUN, state="again", launch=2, ended_by=ended_by)


def test_the_highest_launch_that_is_none_is_the_run(tmp_path: Path) -> None:
    finish(tmp_path, RUN, launch=0, ended_by="exit", seconds=1)
    finish(tmp_path, RUN, launch=1, ended_by="timeout", seconds=2)
    finish(tmp_path, RUN, launch=2, ended_by="platform", seconds=3)
    assert of(tmp_path) == Standing(
        run_id=RUN, state="done", launch=1, ended_by="timeout", seconds=2
    )


@pytest.mark.parametrize(
    "name",
    [".otlp.jsonl.part", ".otlp.jsonl", ".001.otlp.jsonl", ".002.otlp.jsonl.part"],
)
def test_spans_without_a_result_are_a_worker_that_was_killed(tmp_path: Path, name: str) -> None:
    finish(tmp_path, RUN, launch=0, ended_by="launch_failed")
    (tmp_path / f"{RUN}-1{name}").touch()
    assert of(tmp_path) == Standing(run_id=RUN, state="again", launch=2)


@pytest.mark.parametrize(
    "name",
    [
        f"{RUN}-0.result.json.123.part",
        f"{RUN}.result.json",
        f"{RUN}-x.result.json",
        f"{RUN}-00.result.json",
        f"x{RUN}-0.result.json",
        "plan.jsonl",
        ".DS_Store",
    ],
)
def test_other_files_say_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert of(tmp_path) == Standing(run_id=RUN, state="missing", launch=0)
    assert strangers([], tmp_path) == set()


def test_a_broken_record_is_told_and_its_run_started_again(tmp_path: Path) -> None:
    path = tmp_path / f"{RUN}-0.result.json"
    path.write_text("{")
    found = of(tmp_path)
    assert (found.state, found.launch) == ("again", 1)
    assert str(found.problem).startswith(f"{path}: not a result record: ")


def test_a_record_of_another_run_is_told(tmp_path: Path) -> None:
    finish(tmp_path, OTHER)
    path = (tmp_path / f"{OTHER}-0.result.json").rename(tmp_path / f"{RUN}-0.result.json")
    found = of(tmp_path)
    assert found.state == "again"
    assert found.problem == f"{path}: is the record of launch 0 of the run {OTHER}"


def test_a_broken_record_does_not_hide_a_good_one(tmp_path: Path) -> None:
    finish(tmp_path, RUN, launch=0)
    (tmp_path / f"{RUN}-1.result.json").write_text("")
    found = of(tmp_path)
    assert (found.state, found.launch) == ("done", 0)
    assert found.problem is not None


def test_several_spools_are_one(tmp_path: Path) -> None:
    """In a job: the local one, and the bucket with what earlier jobs did."""
    finish(tmp_path / "bucket", RUN, launch=0, ended_by="platform")
    (tmp_path / "local").mkdir()
    (tmp_path / "local" / f"{RUN}-1.otlp.jsonl.part").touch()
    assert of(tmp_path / "local", tmp_path / "bucket").launch == 2
    finish(tmp_path / "bucket", RUN, launch=2)
    assert of(tmp_path / "local", tmp_path / "bucket").state == "done"


class TestLookingAgain:
    def test_nothing_came(self, tmp_path: Path) -> None:
        for known in (
            Standing(run_id=RUN, state="missing", launch=0),
            Standing(run_id=RUN, state="again", launch=2, ended_by="platform"),
        ):
            assert looked_again(known, tmp_path) == known

    def test_another_worker_did_it(self, tmp_path: Path) -> None:
        known = Standing(run_id=RUN, state="again", launch=1)
        finish(tmp_path, RUN, launch=1, ended_by="exit", seconds=2)
        now = looked_again(known, tmp_path)
        assert (now.state, now.launch, now.seconds) == ("done", 1, 2)

    def test_another_worker_tried_it(self, tmp_path: Path) -> None:
        finish(tmp_path, RUN, launch=0, ended_by="platform")
        (tmp_path / f"{RUN}-1.otlp.jsonl.part").touch()
        now = looked_again(Standing(run_id=RUN, state="missing", launch=0), tmp_path)
        assert (now.state, now.launch) == ("again", 2)

    def test_in_any_spool(self, tmp_path: Path) -> None:
        finish(tmp_path / "b", RUN)
        known = Standing(run_id=RUN, state="missing", launch=0)
        assert looked_again(known, tmp_path / "a", tmp_path / "b").state == "done"


def test_files_of_runs_that_are_not_planned(tmp_path: Path) -> None:
    finish(tmp_path, RUN)
    finish(tmp_path, OTHER)
    assert strangers([RUN], tmp_path) == {OTHER}


@given(st.lists(st.sampled_from(["done", "again", "missing"])))
def test_counts_add_up(states: list[State]) -> None:
    found = {
        f"{number:032x}": Standing(run_id=f"{number:032x}", state=state, launch=0)
        for number, state in enumerate(states)
    }
    counts = counted(found)
    assert counts.done + counts.to_do == counts.planned == len(states)
    assert counts.again + counts.missing == counts.to_do


def test_counts() -> None:
    found = {
        "a": Standing(run_id="a", state="done", launch=0),
        "b": Standing(run_id="b", state="again", launch=1),
        "c": Standing(run_id="c", state="missing", launch=0),
    }
    assert counted(found) == Counts(planned=3, done=1, again=1, missing=1)
    assert counted(found).to_do == 2
