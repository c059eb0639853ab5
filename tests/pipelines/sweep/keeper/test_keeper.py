"""The process that starts agents: plainly, or forked by one that has them loaded already."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.sweep.keeper.messages import Order, Report
from midspan.pipelines.sweep.keeper.printed import Printed
from midspan.pipelines.sweep.worker.keepers import Keeper
from midspan.pipelines.sweep.worker.nursery import Keepers

TEMPLATE = """
import array, json, os, socket
sock = socket.socket(fileno=int(os.environ["MIDSPAN_TEMPLATE_FD"]))
while True:
    line, descriptors, _, _ = socket.recv_fds(sock, 1 << 20, 3)
    if not line:
        break
    told = json.loads(line)
    waiting, going = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.read(waiting, 1)
        os.setsid()
        for number, descriptor in enumerate(descriptors):
            os.dup2(descriptor, number)
        os.chdir(told["directory"])
        os.environ.clear()
        os.environ.update(told["environment"])
        try:
            exec(told["argv"][2])
        finally:
            os._exit(int(os.environ.get("CODE", "0")))
    for descriptor in descriptors:
        os.close(descriptor)
    sock.sendall(json.dumps({"pid": pid}).encode() + b"\\n")
    os.write(going, b".")
    os.close(waiting)
    os.close(going)
    _, status = os.waitpid(pid, 0)
    told = {"pid": pid, "code": os.waitstatus_to_exitcode(status)}
    sock.sendall(json.dumps(told).encode() + b"\\n")
"""


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    keepers = Keepers({"PATH": os.environ["PATH"]})
    one = Keeper(keepers)
    yield one
    one.close()
    keepers.close()


def order(folder: Path, code: str, **chosen: Any) -> Order:
    given: dict[str, Any] = {
        "argv": (sys.executable, "-c", code),
        "environment": {"PATH": os.environ["PATH"]},
        "directory": str(folder),
        "stdin": None,
        "stdout": str(folder / "stdout"),
        "stderr": str(folder / "stderr"),
        "log": str(folder / "log"),
        "seconds": 30.0,
        "grace": 0.5,
        "scratch": str(folder),
    }
    return Order(**given | chosen)


def carried_out(keeper: Keeper, asked: Order) -> Report:
    return keeper.carry_out(asked, look=lambda: False, every=0.1)


def test_streams_are_kept_apart_and_together(keeper: Keeper, tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.write_text("hello")
    code = "import sys; print(sys.stdin.read(), flush=True); print('odd', file=sys.stderr)"
    assert carried_out(keeper, order(tmp_path, code, stdin=str(given))) == Report(by="exit", code=0)
    assert (tmp_path / "stdout").read_text() == "hello\n"
    assert (tmp_path / "stderr").read_text() == "odd\n"
    assert (tmp_path / "log").read_text() == "hello\nodd\n"


def test_one_keeper_carries_out_orders_one_after_the_other(keeper: Keeper, tmp_path: Path) -> None:
    codes = [carried_out(keeper, order(tmp_path, f"exit({code})")).code for code in (0, 3, 5)]
    assert codes == [0, 3, 5]


def test_it_is_stopped_when_a_look_says_so(keeper: Keeper, tmp_path: Path) -> None:
    looks: list[int] = []

    def look() -> bool:
        looks.append(1)
        return len(looks) == 3

    asked = order(tmp_path, "import time; time.sleep(600)")
    assert keeper.carry_out(asked, look=look, every=0.05) == Report(by="stopped", code=-15)
    assert len(looks) == 3
    assert carried_out(keeper, order(tmp_path, "exit(1)")).code == 1


def test_signals_are_not_ignored_by_the_agent(keeper: Keeper, tmp_path: Path) -> None:
    code = (
        "import signal; print([signal.getsignal(n) for n in (1, 2, 15)] == "
        "[signal.SIG_DFL, signal.default_int_handler, signal.SIG_DFL])"
    )
    carried_out(keeper, order(tmp_path, code))
    assert (tmp_path / "stdout").read_text() == "True\n"


def test_what_cannot_be_started_is_said(keeper: Keeper, tmp_path: Path) -> None:
    report = carried_out(keeper, order(tmp_path, "", argv=("no-such-program",)))
    assert report == Report(by="not_started", problem="no-such-program: No such file or directory")
    report = carried_out(keeper, order(tmp_path, "", argv=(sys.executable, "a\0b")))
    assert (report.by, report.problem) == (
        "not_started",
        f"{sys.executable}: embedded null byte",
    )


def test_a_keeper_that_was_killed_is_replaced(keeper: Keeper, tmp_path: Path) -> None:
    code = "import os, signal, time; os.kill(os.getppid(), signal.SIGKILL); time.sleep(600)"
    report = carried_out(keeper, order(tmp_path, code))
    assert (report.by, report.code) == ("killed", -9)
    assert report.problem == "the agent killed what kept it (SIGKILL)"
    assert carried_out(keeper, order(tmp_path, "exit(4)")).code == 4


def test_a_template_forks_one_run_after_the_other(keeper: Keeper, tmp_path: Path) -> None:
    template = (sys.executable, "-c", TEMPLATE)
    code = "print(os.getppid(), os.environ.get('NAME'), os.getsid(0) == os.getpid(), flush=True)"
    parents = set()
    for number in range(3):
        variables = {"NAME": f"n{number}", "CODE": str(number)}
        asked = order(tmp_path, code, template=template, environment=variables)
        assert carried_out(keeper, asked) == Report(by="exit", code=number, forked=True)
        parent, name, leads = (tmp_path / "stdout").read_text().split()
        assert (name, leads) == (f"n{number}", "True")
        parents.add(parent)
    assert len(parents) == 1


def test_a_forked_run_is_ended_in_time_with_all_that_it_left(
    keeper: Keeper, tmp_path: Path
) -> None:
    template = (sys.executable, "-c", TEMPLATE)
    code = "os.fork(); os.fork(); import time; time.sleep(600)"
    begun = time.monotonic()
    report = carried_out(keeper, order(tmp_path, code, template=template, seconds=1.0))
    assert (report.by, report.code, report.forked) == ("timeout", -15, True)
    assert time.monotonic() - begun < 20
    again = carried_out(
        keeper, order(tmp_path, "print('still here', flush=True)", template=template)
    )
    assert again == Report(by="exit", code=0, forked=True)


def test_without_its_template_the_program_is_started_plainly(
    keeper: Keeper, tmp_path: Path
) -> None:
    template = (sys.executable, "-c", "raise SystemExit('it does not work here')")
    for _ in range(2):
        report = carried_out(keeper, order(tmp_path, "print(1)", template=template))
        assert report == Report(by="exit", code=0, unforked="it does not work here")
    assert (tmp_path / "stdout").read_text() == "1\n"


def test_a_template_that_dies_loses_the_run_and_no_other(keeper: Keeper, tmp_path: Path) -> None:
    template = (sys.executable, "-c", TEMPLATE)
    code = "import signal, time; os.kill(os.getppid(), signal.SIGKILL); time.sleep(600)"
    report = carried_out(keeper, order(tmp_path, code, template=template))
    assert (report.by, report.code) == ("killed", -9)
    assert report.problem == "the process that forked it was killed"
    again = carried_out(keeper, order(tmp_path, "pass", template=template))
    assert again == Report(by="exit", code=0, forked=True)


@pytest.mark.parametrize("pieces", [1, 7, 1000])
def test_beginning_and_end_of_what_is_printed_are_kept(tmp_path: Path, pieces: int) -> None:
    data = bytes(65 + number % 26 for number in range(10_000))
    printed = Printed(tmp_path / "log", head=100, tail=50)
    for start in range(0, len(data), pieces):
        printed.add(data[start : start + pieces])
    printed.close()
    expected = data[:100] + b"\n[... 9850 bytes left out ...]\n" + data[-50:]
    assert (tmp_path / "log").read_bytes() == expected


@pytest.mark.parametrize("length", [0, 99, 100, 149, 150])
def test_what_fits_is_kept_whole(tmp_path: Path, length: int) -> None:
    printed = Printed(tmp_path / "log", head=100, tail=50)
    printed.add(b"x" * length)
    printed.close()
    assert (tmp_path / "log").read_bytes() == b"x" * length
