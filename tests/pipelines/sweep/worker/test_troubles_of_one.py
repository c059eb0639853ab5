"""What goes wrong in one run: it has its record, and the others go on."""

import json
import warnings
from pathlib import Path
from typing import Any

import msgspec
import pytest

from midspan.pipelines.records import ResultRecord, read_result, write_result
from midspan.pipelines.sweep.harnesses.command import CommandDriver
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.local import judged
from midspan.pipelines.sweep.places import RoomError, Rooms
from midspan.pipelines.sweep.standing import looked_again
from midspan.pipelines.sweep.worker import Event, RunEnded, Told, Tries, work
from midspan.pipelines.sweep.worker import crew as crews
from midspan.pipelines.sweep.worker.publishing import publish_run
from tests.pipelines.sweep.worker.conftest import Begin, Sweep, answering
from tests.pipelines.sweep.worker.test_difficult_agents import outcome

CHECK = {"checks": [{"kind": "number", "equals": 42}]}
HALF = "\ud83d 42"
"""Half of an emoji, as servers that cut by token send it."""


def told(sweep: Sweep) -> list[str]:
    return [event.text for event in sweep.events if isinstance(event, Told)]


def test_half_a_character_in_an_answer_is_replaced_and_that_is_noted(begin: Begin) -> None:
    sweep = begin(
        f"""
        def agent(prompt):
            return {HALF!r}
        """,
        harness={"kind": "python", "function": "agent:agent", "argv": None},
        task=CHECK,
    )
    assert len(sweep.work().done) == 1
    assert sweep.record().answer == "? 42"
    assert "halves of characters" in sweep.log()
    assert outcome(sweep) == "success"


@pytest.mark.parametrize("instrument", ["proxy", "auto", "both"])
def test_half_a_character_in_the_reply_of_a_model(begin: Begin, instrument: str) -> None:
    with answering(HALF) as model:
        sweep = begin(
            "",
            endpoint=model.url,
            harness={
                **{"kind": "openai-loop", "argv": None, "files": None},
                "instrument": instrument,
            },
            task=CHECK,
        )
        assert len(sweep.work().done) == 1
    assert sweep.record().answer == "? 42"
    assert outcome(sweep) == "success"


def test_what_no_file_can_hold_is_replaced_wherever_it_stands(tmp_path: Path) -> None:
    record = ResultRecord(
        run_id="0" * 32, ended_by="exit", answer="a\udcff", sampling={"\ud800": ["b\udc00", 1]}
    )
    read = read_result(write_result(tmp_path, record))
    assert (read.answer, read.sampling) == ("a?", {"?": ["b?", 1]})


def test_a_room_that_is_very_deep_ends_nothing(begin: Begin) -> None:
    sweep = begin(
        """
        if os.environ["MIDSPAN_TRIAL"] == "1":
            for _ in range(1200):
                os.mkdir("d")
                os.chdir("d")
        print(ask())
        """,
        trials=3,
        task=CHECK,
    )
    assert len(sweep.work().done) == 3
    assert [record.answer for record in sweep.records()] == ["42"] * 3
    assert list(sweep.folder.rooms.iterdir()) == []


def test_a_room_that_cannot_be_removed_leaves_the_record_as_it_is(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def remove(rooms: Rooms, room: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(Rooms, "remove", remove)
    sweep = begin("print(ask())", trials=2)
    assert len(sweep.work().done) == 2
    assert [(record.ended_by, record.answer) for record in sweep.records()] == [("exit", "42")] * 2
    assert [line.partition(" ")[2] for line in told(sweep)] == [
        "cannot be removed: RecursionError: too deep"
    ] * 2


def test_a_record_that_cannot_be_written_is_replaced_by_one_that_can(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(spool: Path, record: ResultRecord) -> Path:
        if record.answer is not None and record.launch == 0:
            raise TypeError("cannot be encoded")
        return write_result(spool, record)

    monkeypatch.setattr(crews, "write_result", write)
    sweep = begin("print(ask())")
    worked = sweep.work(tries=Tries(launches=2, pauses=(0.01,)))
    assert len(worked.done) == 1
    assert [(record.launch, record.ended_by) for record in sweep.records()] == [
        (0, "platform"),
        (1, "exit"),
    ]
    (problem, none) = [e.problem for e in sweep.events if isinstance(e, RunEnded)]
    assert problem == "its record cannot be written: TypeError: cannot be encoded"
    assert none is None


def test_an_error_that_nobody_foresaw_costs_no_other_run(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = looked_again

    def look(known: Any, *spools: Path) -> Any:
        if known.run_id == sweep.plan.runs[1].run_id:
            raise ValueError("out of the blue")
        return identity(known, *spools)

    monkeypatch.setattr(crews, "looked_again", look)
    sweep = begin("print(ask())", trials=3)
    worked = sweep.work(concurrency=2)
    assert (len(worked.done), worked.missing) == (2, (sweep.plan.runs[1].run_id,))
    (line,) = told(sweep)
    assert line == (f"run {sweep.plan.runs[1].run_id} came to nothing: ValueError: out of the blue")


def test_a_listener_that_breaks_ends_no_run(begin: Begin) -> None:
    def tell(event: Event) -> None:
        raise UnicodeEncodeError("ascii", "é", 0, 1, "no such character")

    sweep = begin("print(ask())", trials=2)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert len(work(sweep.plan, sweep.folder, tell=tell).done) == 2
    assert "not told: UnicodeEncodeError" in str(caught[0].message)


def test_words_that_cannot_be_read_are_a_failure_of_the_agent(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(*given: object) -> None:
        raise RecursionError("nested too deeply")

    monkeypatch.setattr(CommandDriver, "said", said)
    sweep = begin("print(ask())")
    assert len(sweep.work().done) == 1
    assert (sweep.record().ended_by, sweep.record().answer) == ("exit", None)


def test_a_launch_whose_worker_died_before_its_record_does_not_stand_for_the_run(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = begin("print(ask())", task=CHECK)
    sweep.work()
    (run,) = sweep.plan.runs
    sweep.folder.result_of(run.run_id, 0).unlink()

    def make(*given: object, **more: object) -> None:
        raise RoomError("no room")

    monkeypatch.setattr(Rooms, "make", make)
    worked = sweep.work(tries=Tries(launches=1))
    assert worked.infra == (run.run_id,)
    assert [(record.launch, record.ended_by) for record in sweep.records()] == [
        (0, "platform"),
        (1, "launch_failed"),
    ]
    assert outcome(sweep) == "infra"


def test_sessions_that_cannot_be_copied_keep_no_record_from_its_place(tmp_path: Path) -> None:
    here, there = SweepFolder(tmp_path / "here"), SweepFolder(tmp_path / "there")
    run_id = "a" * 32
    here.spool.mkdir(parents=True)
    write_result(here.spool, ResultRecord(run_id=run_id, ended_by="exit"))
    sessions = here.sessions_of(run_id, 0)
    sessions.mkdir(parents=True)
    (sessions / "good.jsonl").write_text(json.dumps({"type": "session"}))
    deep = sessions
    for _ in range(300):
        deep = deep / ("d" * 9)
        deep.mkdir()
    (sessions / "link").symlink_to("/etc/passwd")
    left_out = publish_run(here, there, run_id, 0)
    assert there.result_of(run_id, 0).exists()
    assert (there.sessions_of(run_id, 0) / "good.jsonl").exists() or left_out
    assert not (there.sessions_of(run_id, 0) / "link").exists()
    assert msgspec.json.decode(there.result_of(run_id, 0).read_bytes())["run_id"] == run_id


def test_the_whole_is_read_although_a_model_sent_half_a_character(begin: Begin) -> None:
    sweep = begin("print(ask())", trials=2)
    sweep.work()
    assert judged(sweep.folder).is_whole
