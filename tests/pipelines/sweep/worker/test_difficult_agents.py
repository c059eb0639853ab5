"""Agents that hang, talk too much, fork, do not listen, crash or never begin: one outcome each."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.sweep.local import judged
from midspan.pipelines.sweep.worker import RunEnded, Tries
from midspan.pipelines.workspace import Workspace
from tests.pipelines.sweep.worker.conftest import Begin, Model, Sweep, answering


def outcome(sweep: Sweep) -> str:
    """What scoring makes of the one run of a sweep."""
    assert judged(sweep.folder).is_whole
    scores = Workspace(sweep.folder.workspace).table("scores").collect()
    (label,) = scores.filter(scores["name"] == "outcome")["label"].to_list()
    return str(label)


def has_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True


def test_an_agent_that_answers(begin: Begin, model: Model) -> None:
    sweep = begin(
        "print('thinking'); print(ask())", task={"checks": [{"kind": "exact", "value": "42"}]}
    )
    worked = sweep.work()
    record = sweep.record()
    assert (record.ended_by, record.exit_code, record.answer) == ("exit", 0, "42")
    assert [check.passed for check in record.checks] == [True]
    assert worked.done == (sweep.plan.runs[0].run_id,)
    assert sweep.log() == "thinking\n42\n"
    assert [path.name for path in sweep.folder.rooms.iterdir()] == []
    assert outcome(sweep) == "success"


def test_one_that_hangs_is_ended_when_its_time_is_up(begin: Begin) -> None:
    sweep = begin("print('here', flush=True); time.sleep(600)", budget={"seconds": 1})
    begun = time.monotonic()
    sweep.work()
    assert time.monotonic() - begun < 20
    record = sweep.record()
    assert (record.ended_by, record.exit_code) == ("timeout", -15)
    assert sweep.log() == "here\n"
    assert outcome(sweep) == "timeout"


def test_one_that_ignores_sigterm_is_killed(begin: Begin) -> None:
    sweep = begin(
        """
        import signal
        signal.signal(signal.SIGTERM, lambda *_: print("no", flush=True))
        print(os.getpid(), flush=True)
        while True:
            time.sleep(1)
        """,
        budget={"seconds": 4},
    )
    sweep.work()
    record = sweep.record()
    assert (record.ended_by, record.exit_code) == ("timeout", -9)
    pid, *said = sweep.log().splitlines()
    assert set(said) == {"no"}  # It may be asked more than once.
    assert has_gone(int(pid))


def test_one_that_prints_ten_megabytes_of_errors_waits_for_nobody(begin: Begin) -> None:
    sweep = begin(
        """
        print("first", file=sys.stderr, flush=True)
        for _ in range(160):
            os.write(2, b"x" * 65535 + b"\\n")
        print("last", file=sys.stderr, flush=True)
        print(ask())
        """
    )
    sweep.work()
    assert (sweep.record().ended_by, sweep.record().answer) == ("exit", "42")
    log = sweep.log()
    assert log.startswith("first\nxxx")
    assert {"last", "42"} <= set(log.splitlines()[-4:])
    assert len(log) < 350_000
    left_out = 160 * 65536 + len("first\nlast\n42\n") - 64 * 1024 - 256 * 1024
    assert f"\n[... {left_out} bytes left out ...]\n" in log


@pytest.mark.parametrize("within", ["the group", "a session of its own"])
def test_one_that_forks_leaves_nothing_behind_and_is_not_waited_for(
    begin: Begin, within: str
) -> None:
    sweep = begin(
        f"""
        print(ask(), flush=True)
        if os.fork() == 0:
            if {within!r} != "the group":
                os.setsid()
                if os.fork():
                    os._exit(0)
            import signal
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            open("pid", "w").write(str(os.getpid()))
            time.sleep(600)
        while not os.path.exists("pid") or not open("pid").read():
            time.sleep(0.01)
        print(open("pid").read())
        """
    )
    begun = time.monotonic()
    sweep.work()
    assert time.monotonic() - begun < 20
    record = sweep.record()
    assert (record.ended_by, record.exit_code) == ("exit", 0)
    assert record.answer is not None
    assert has_gone(int(record.answer))


def test_one_that_exits_with_0_after_an_error_of_the_provider(begin: Begin, model: Model) -> None:
    model.status = 500
    sweep = begin(
        """
        try:
            ask()
        except OSError as error:
            print("something went wrong", file=sys.stderr)
        """
    )
    sweep.work()
    assert (sweep.record().ended_by, sweep.record().exit_code) == ("exit", 0)
    assert outcome(sweep) == "provider_error"


def test_one_that_crashes(begin: Begin) -> None:
    sweep = begin("ask(); os.kill(os.getpid(), 11)")
    sweep.work()
    assert (sweep.record().ended_by, sweep.record().exit_code) == ("signal", -11)
    assert outcome(sweep) == "agent_error"


def test_one_that_says_nothing(begin: Begin) -> None:
    sweep = begin("pass", task={"checks": [{"kind": "exact", "value": "42"}]})
    sweep.work()
    assert sweep.record().answer is None
    assert outcome(sweep) == "no_answer"


@pytest.mark.parametrize("said", ["pass", "print(' ')"])
def test_one_that_keeps_to_itself_what_the_model_said(begin: Begin, said: str) -> None:
    sweep = begin(f"ask(); {said}", task={"checks": [{"kind": "exact", "value": "42"}]})
    sweep.work()
    assert sweep.record().answer is None
    assert outcome(sweep) == "no_answer"


def test_one_that_leaves_a_request_open_has_its_own_outcome(begin: Begin) -> None:
    with answering(after=600) as slow:
        sweep = begin(
            """
            import threading
            threading.Thread(target=ask, daemon=True).start()
            time.sleep(1)
            print("42", flush=True)
            os._exit(0)
            """,
            endpoint=slow.url,
            task={"checks": [{"kind": "exact", "value": "42"}]},
        )
        sweep.work()
    assert sweep.record().answer == "42"
    assert {span["status"]["message"].split(":")[0] for span in sweep.spans()} == {"client_left"}
    assert outcome(sweep) == "success"


def test_one_that_never_starts_is_launched_three_times(begin: Begin) -> None:
    sweep = begin("", harness={"argv": ["{directory}/no-such-program"]})
    worked = sweep.work(tries=Tries(pauses=(0.01, 0.01)))
    assert [(r.launch, r.ended_by, r.exit_code) for r in sweep.records()] == [
        (0, "launch_failed", None),
        (1, "launch_failed", None),
        (2, "launch_failed", None),
    ]
    assert (worked.done, worked.infra) == ((), (sweep.plan.runs[0].run_id,))
    ended = [event for event in sweep.events if isinstance(event, RunEnded)]
    assert [event.again for event in ended] == [True, True, False]
    assert "no-such-program: No such file or directory" in (ended[0].problem or "")
    assert outcome(sweep) == "infra"


@pytest.mark.parametrize(
    ("budget", "code", "kind"),
    [
        ({"turns": 2}, "for _ in range(3): ask()", "turns"),
        ({"tokens": 23}, "for _ in range(3): ask()", "tokens"),
        ({"turns": 3, "tokens": 24}, "for _ in range(3): ask()", None),
        ({"turns": 2}, "ask(); ask(); ask(); time.sleep(600)", "turns"),
    ],
)
def test_one_that_uses_more_than_it_may(
    begin: Begin, budget: dict[str, Any], code: str, kind: str | None
) -> None:
    sweep = begin(code, budget=budget)
    begun = time.monotonic()
    sweep.work()
    assert time.monotonic() - begun < 20
    record = sweep.record()
    assert (record.ended_by, record.budget) == (("budget", kind) if kind else ("exit", None))
    assert outcome(sweep) == ("budget" if kind else "unscored")


def test_the_model_is_asked_with_the_sampling_of_the_suite(begin: Begin, model: Model) -> None:
    sweep = begin(
        "print(ask(temperature=1))", trials=2, model={"sampling": {"temperature": 0, "seed": 5}}
    )
    sweep.work()
    assert [(asked["temperature"], asked["seed"]) for asked in model.asked] == [(0, 5), (0, 6)]
    assert sorted(record.sampling["seed"] for record in sweep.records()) == [5, 6]


def test_spans_are_counted_and_their_file_closed_before_the_record(begin: Begin) -> None:
    sweep = begin("ask(); print(ask())")
    sweep.work()
    record, run = sweep.record(), sweep.plan.runs[0].run_id
    assert (record.spans_written, record.spans_lost) == (3, 0)
    names = sorted(path.name for path in sweep.folder.spool.iterdir())
    assert names == sorted([f"{run}-0.otlp.jsonl", f"{run}-0.result.json", "plan.jsonl"])
    written = sweep.folder.spans_of(run, 0).stat().st_mtime_ns
    assert written <= sweep.folder.result_of(run, 0).stat().st_mtime_ns


def test_an_agent_sees_its_room_and_nothing_of_ours(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_SECRET_KEY", "sk-1234")
    sweep = begin("print(json.dumps([os.getcwd(), dict(os.environ)]))")
    sweep.work()
    (line,) = sweep.log().splitlines()
    assert "sk-1234" not in line
    directory, variables = json.loads(line)
    room = sweep.folder.room_of(sweep.plan.runs[0].run_id, 0)
    assert (directory, variables["HOME"]) == (str(room / "work"), str(room / "home"))
    assert variables["MIDSPAN_RUN_ID"] == sweep.plan.runs[0].run_id
    assert variables["OPENAI_BASE_URL"].startswith("http://127.0.0.1:")
