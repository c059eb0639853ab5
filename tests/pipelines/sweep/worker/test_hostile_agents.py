"""Agents that turn against midspan: they fail, and no other run does."""

import os

import pytest

from midspan.pipelines.records import read_result
from midspan.pipelines.sweep.worker import RunEnded, Tries
from midspan.scorers.errors import InvalidInput
from tests.pipelines.sweep.worker.conftest import Begin
from tests.pipelines.sweep.worker.test_difficult_agents import outcome

CHECK = {"checks": [{"kind": "number", "equals": 42}]}


@pytest.mark.parametrize("how", ["SIGKILL", "SIGSTOP"])
def test_an_agent_that_turns_against_its_keeper_has_failed(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr("midspan.pipelines.sweep.worker.keepers.STOPPED_SECONDS", 0.3)
    sweep = begin(
        f"import signal; ask(); os.kill(os.getppid(), signal.{how}); time.sleep(600)", task=CHECK
    )
    assert len(sweep.work(tries=Tries(pauses=(0.01, 0.01))).done) == 1
    assert (sweep.record().launch, sweep.record().ended_by) == (0, "signal")
    assert "midspan: the agent " in sweep.log()
    assert outcome(sweep) == "agent_error"


def test_pipes_and_links_in_the_spool_are_not_waited_for(begin: Begin) -> None:
    sweep = begin(
        """
        spool = os.path.join(os.path.dirname(__file__), "..", "spool")
        stem = f"{spool}/{os.environ['MIDSPAN_RUN_ID']}-0"
        ask()
        if os.environ["MIDSPAN_TRIAL"] == "0":
            os.mkfifo(f"{stem}.001.otlp.jsonl.part")
            os.mkfifo(f"{stem}.002.otlp.jsonl")
            os.symlink("/dev/zero", f"{stem}.result.json")
        time.sleep(0.5)
        print(ask())
        """,
        trials=2,
        task=CHECK,
        budget={"turns": 5},
    )
    (first, second) = (run.run_id for run in sweep.plan.runs)
    os.mkfifo(sweep.folder.result_of(second, 0))
    sweep.folder.logs.mkdir()
    os.mkfifo(sweep.folder.log_of(second, 1))
    assert len(sweep.work().done) == 2
    assert read_result(sweep.folder.result_of(first, 0)).answer == "42"
    assert read_result(sweep.folder.result_of(second, 1)).answer == "42"
    with pytest.raises(InvalidInput, match="is no plain file"):
        read_result(sweep.folder.result_of(second, 0))


def test_spans_of_an_agent_that_hold_anything_make_no_other_end_of_its_run(begin: Begin) -> None:
    sweep = begin(
        """
        spool = os.path.join(os.path.dirname(__file__), "..", "spool")
        lost = [{"intValue": None}, {"intValue": 2**40}, {"intValue": 2**40}]
        told = [[{"key": "midspan.spans_lost", "value": value}] for value in lost]
        spans = [{"attributes": each} for each in told]
        with open(f"{spool}/{os.environ['MIDSPAN_RUN_ID']}-0.001.otlp.jsonl.part", "w") as file:
            print(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}), file=file)
        time.sleep(0.5)
        print(ask())
        """,
        task=CHECK,
        budget={"turns": 5},
    )
    assert len(sweep.work().done) == 1
    record = sweep.record()
    assert (record.ended_by, record.exit_code, record.answer) == ("exit", 0, "42")
    assert record.spans_lost == 2**31 - 1


def test_a_proxy_whose_recorder_was_killed_is_replaced(begin: Begin) -> None:
    sweep = begin(
        """
        import pathlib, signal
        if os.environ["MIDSPAN_TRIAL"] == "1" and os.environ["MIDSPAN_LAUNCH"] == "0":
            for folder in pathlib.Path("/proc").glob("[0-9]*"):
                try:
                    words = (folder / "cmdline").read_bytes()
                    parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
                    ours = SPOOL.encode() in pathlib.Path(f"/proc/{parent}/cmdline").read_bytes()
                except OSError:
                    continue
                if b"midspan.instrumentation.proxy.apart" in words and ours:
                    os.kill(int(folder.name), signal.SIGKILL)
        print(ask())
        """.replace("SPOOL", "os.path.abspath(os.path.dirname(__file__) + '/../spool')"),
        trials=4,
    )
    assert len(sweep.work(tries=Tries(launches=2, pauses=(0.01,))).done) == 4
    assert [record.ended_by for record in sweep.records()].count("platform") == 1


def test_an_agent_that_removes_the_suite_fails_no_other(begin: Begin) -> None:
    sweep = begin("import shutil; print(ask()); shutil.rmtree(os.path.dirname(__file__))", trials=2)
    worked = sweep.work()
    assert (len(worked.done), len(worked.infra)) == (1, 1)
    (problem,) = [e.problem for e in sweep.events if isinstance(e, RunEnded) and e.problem]
    assert problem.endswith("suite.yaml is gone: an agent may have removed it")
