"""Copies of one process in place of fresh ones."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from tests.support.seats import RUN_ID, driver_of, harness_of, ran, run_in, seat_in
from tests.support.templates import copied, template_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux only")

URL = "http://127.0.0.1:8400/run/1/v1"


def test_a_copy_is_as_fresh_as_a_process(folder: Path) -> None:
    harness = harness_of("{kind: python, function: 'shopper:forget', warm: true}")
    driver = driver_of(harness, folder)
    seats = [
        seat_in(folder / f"room{number}", harness, base_url=URL, variables={"N": str(number)})
        for number in range(3)
    ]
    programs = [driver.program(seat) for seat in seats]
    with template_of(programs[0]) as template:
        ended = [
            template.run(program, seat.room.directory)
            for program, seat in zip(programs, seats, strict=True)
        ]
    said = [
        ran(driver, seat, each.code, each.stdout, each.stderr).said.answer
        for seat, each in zip(seats, ended, strict=True)
    ]
    # Imported once, and what one of them does to the module is unknown to the next.
    assert len(set(said)) == 1
    assert said[0] != "None"
    assert len({each.pid for each in ended}) == 3


def test_copies_do_not_draw_the_same_numbers(folder: Path) -> None:
    harness = harness_of("{kind: python, function: 'shopper:draw', warm: true}")
    driver = driver_of(harness, folder)
    seats = [seat_in(folder / room, harness, base_url=URL) for room in ("a", "b")]
    programs = [driver.program(seat) for seat in seats]
    with template_of(programs[0]) as template:
        for program, seat in zip(programs, seats, strict=True):
            template.run(program, seat.room.directory)
    said = [ran(driver, seat, 0, b"", b"").said.answer for seat in seats]
    assert said[0] != said[1]


def test_imports_that_start_threads_are_refused(folder: Path) -> None:
    (folder / "busy.py").write_text(
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        "def agent(prompt): return 'fine'\n"
    )
    harness = harness_of("{kind: python, function: 'busy:agent', warm: true}")
    seat = seat_in(folder / "room", harness, base_url=URL)
    program = driver_of(harness, folder).program(seat)
    with template_of(program) as template:
        _, stderr = template.process.communicate(timeout=30)
    assert template.process.returncode == 1
    assert stderr == b"midspan: no warm start: what is imported has started 1 threads\n"
    assert run_in(seat, folder).said.answer == "fine"


def test_a_copy_begins_when_its_number_is_told(folder: Path) -> None:
    (folder / "hasty.py").write_text(
        "import os, signal, socket, time\n"
        "told = socket.socket.sendall\n"
        "def late(line, data):\n"
        "    time.sleep(0.3)\n"
        "    told(line, data)\n"
        "socket.socket.sendall = late\n"
        "def agent(prompt): os.kill(os.getppid(), signal.SIGSTOP)\n"
    )
    harness = harness_of("{kind: python, function: 'hasty:agent', warm: true}")
    seat = seat_in(folder / "room", harness, base_url=URL)
    program = driver_of(harness, folder).program(seat)
    with template_of(program) as template:
        template.line.settimeout(30)
        stat = Path(f"/proc/{template.process.pid}/stat")
        try:
            assert template.begin(program, seat.room.directory) > 0
            while " T " not in stat.read_text():
                time.sleep(0.01)
        finally:
            os.kill(template.process.pid, signal.SIGCONT)
        assert template.heard()["code"] == 0


def test_a_copy_that_is_ended_before_it_begins_costs_itself_alone(folder: Path) -> None:
    (folder / "doomed.py").write_text(
        "import json, os, signal, socket\n"
        "told = socket.socket.sendall\n"
        "def late(line, data):\n"
        "    if 'code' not in (said := json.loads(data)):\n"
        "        os.kill(said['pid'], signal.SIGKILL)\n"
        "        os.waitid(os.P_PID, said['pid'], os.WEXITED | os.WNOWAIT)\n"
        "    told(line, data)\n"
        "socket.socket.sendall = late\n"
        "def agent(prompt): pass\n"
    )
    harness = harness_of("{kind: python, function: 'doomed:agent', warm: true}")
    seat = seat_in(folder / "room", harness, base_url=URL)
    program = driver_of(harness, folder).program(seat)
    with template_of(program) as template:
        ended = [template.run(program, seat.room.directory) for _ in range(2)]
    assert [each.code for each in ended] == [-signal.SIGKILL] * 2


def test_a_copy_leads_a_session_of_its_own_and_ends_with_who_asked(folder: Path) -> None:
    (folder / "slow.py").write_text("import time\ndef agent(prompt): time.sleep(60)\n")
    harness = harness_of("{kind: python, function: 'slow:agent', warm: true}")
    seat = seat_in(folder / "room", harness, base_url=URL)
    program = driver_of(harness, folder).program(seat)
    with template_of(program) as template:
        pid = template.begin(program, seat.room.directory)
        while os.getsid(pid) != pid:
            time.sleep(0.01)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_copy_leaves_nothing_undone_at_its_end(folder: Path) -> None:
    """Its end is quicker than that of a process: what is in buffers and threads is not lost."""
    (folder / "untidy.py").write_text(
        "import atexit, threading, time\n"
        "log = open(__file__ + '.log', 'w')\n"
        "kept = []\n"
        "def slowly():\n"
        "    time.sleep(0.3)\n"
        "    kept[0].write('thread ')\n"
        "def agent(prompt):\n"
        "    kept.append(open('left.txt', 'w'))\n"
        "    log.write('import')\n"
        "    threading.Thread(target=slowly).start()\n"
        "    atexit.register(lambda: kept[0].write('atexit'))\n"
        "    return 'fine'\n"
    )
    harness = harness_of("{kind: python, function: 'untidy:agent', warm: true}")
    seat = seat_in(folder / "room", harness, base_url=URL)
    assert copied(seat, folder).said.answer == "fine"
    assert (seat.room.directory / "left.txt").read_text() == "thread atexit"
    assert (folder / "untidy.py.log").read_text() == "import"


@pytest.mark.parametrize("warm", [True, False])
def test_it_records_itself(warm: bool, folder: Path) -> None:
    (folder / "traced.py").write_text(
        "from midspan.instrumentation import agent\n"
        "@agent('shopper')\ndef answer(prompt): return '39'\n"
    )
    keys = f"function: 'traced:answer', instrument: auto, warm: {str(warm).lower()}"
    harness = harness_of(f"{{kind: python, {keys}}}")
    seat = seat_in(folder / "room", harness, base_url=URL)
    ended = copied(seat, folder) if warm else run_in(seat, folder)
    assert ended.said.answer == "39", ended.stderr
    assert [file.name for file in seat.spool.iterdir()] == [f"{RUN_ID}-0.otlp.jsonl"]
    ingest([seat.spool], folder / "workspace")
    runs = Workspace(folder / "workspace").table("runs").collect()
    assert runs.select("run_id", "task", "answer").rows() == [(RUN_ID, "price", "39")]


def test_only_where_the_suite_asks_for_it(folder: Path) -> None:
    harness = harness_of("{kind: python, function: 'shopper:brief'}")
    seat = seat_in(folder / "room", harness, base_url=URL)
    assert driver_of(harness, folder).program(seat).template == ()
