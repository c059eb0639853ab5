"""Agents that turn against the processes that keep them: nothing hangs, and nothing stays."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from midspan.pipelines.sweep.worker import keepers as waiting
from midspan.pipelines.sweep.worker.keepers import Keeper
from midspan.pipelines.sweep.worker.nursery import Keepers
from tests.pipelines.sweep.keeper.test_keeper import TEMPLATE, carried_out, order

DAEMON = """
import os, signal, sys, time

def daemon():
    '''Start a process that nobody waits for and that does not listen; return its number.'''
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if os.fork() == 0:
            os.write(writing, str(os.getpid()).encode())
            time.sleep(600)
        os._exit(0)
    return int(os.read(reading, 100))
"""


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def has_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True


@pytest.fixture
def nursery() -> Iterator[Keepers]:
    keepers = Keepers({"PATH": os.environ["PATH"]})
    yield keepers
    keepers.close()


@pytest.fixture
def keeper(nursery: Keepers) -> Iterator[Keeper]:
    one = Keeper(nursery)
    yield one
    one.close()


def test_what_the_agent_of_a_killed_keeper_left_is_ended(keeper: Keeper, tmp_path: Path) -> None:
    code = f"""{DAEMON}
print(os.getpid(), daemon(), file=open("pids", "w"), flush=True)
os.kill(os.getppid(), signal.SIGKILL)
time.sleep(600)
"""
    assert carried_out(keeper, order(tmp_path, code)).by == "killed"
    pids = (tmp_path / "pids").read_text().split()
    assert [has_gone(int(pid)) for pid in pids] == [True, True]


def test_the_agents_of_other_keepers_live_on(nursery: Keepers, tmp_path: Path) -> None:
    places = [tmp_path / "a", tmp_path / "b"]
    for place in places:
        place.mkdir()
    bystander, victim = Keeper(nursery), Keeper(nursery)
    killed: list[str] = []

    def look() -> bool:
        if (places[0] / "begun").exists() and not killed:
            code = "import os, signal, time; os.kill(os.getppid(), 9); time.sleep(600)"
            killed.append(carried_out(victim, order(places[1], code)).by)
            (places[0] / "go").touch()
        return False

    code = """
import pathlib, subprocess, time
child = subprocess.Popen(["sleep", "600"])
pathlib.Path("begun").touch()
while not pathlib.Path("go").exists():
    time.sleep(0.01)
print(child.poll())
child.kill()
"""
    report = bystander.carry_out(order(places[0], code), look=look, every=0.05)
    assert (killed, report.by, report.code) == (["killed"], "exit", 0)
    assert (places[0] / "stdout").read_text() == "None\n"
    bystander.close()


def test_a_keeper_that_is_stopped_is_killed_and_the_agent_too(
    keeper: Keeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "STOPPED_SECONDS", 0.3)
    code = f"""{DAEMON}
print(os.getpid(), daemon(), os.getppid(), file=open("pids", "w"), flush=True)
os.kill(os.getppid(), signal.SIGSTOP)
time.sleep(600)
"""
    begun = time.monotonic()
    report = carried_out(keeper, order(tmp_path, code))
    assert (report.by, report.problem) == ("killed", "the agent stopped what kept it")
    assert time.monotonic() - begun < 20
    pids = (tmp_path / "pids").read_text().split()
    assert [has_gone(int(pid)) for pid in pids] == [True, True, True]
    assert carried_out(keeper, order(tmp_path, "exit(4)")).code == 4


def test_a_keeper_that_does_not_answer_is_not_waited_for_for_ever(
    keeper: Keeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "ANSWER_SECONDS", 0.5)
    code = "import os, signal, time; os.kill(os.getppid(), signal.SIGSTOP); time.sleep(600)"
    report = carried_out(keeper, order(tmp_path, code, seconds=1.0))
    assert (report.by, report.problem) == ("lost", "the process that starts agents did not answer")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_the_parent_of_keepers_is_replaced(
    keeper: Keeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr("midspan.pipelines.sweep.worker.nursery.START_SECONDS", 5.0)
    monkeypatch.setattr("midspan.pipelines.sweep.worker.nursery.END_SECONDS", 1.0)
    code = f"""
import os, pathlib, time
print(os.getpid(), file=open("pid", "w"), flush=True)
keeper = os.getppid()
parent = int(pathlib.Path(f"/proc/{{keeper}}/stat").read_text().rpartition(")")[2].split()[1])
os.kill(parent, {int(number)})
os.kill(keeper, 9)
time.sleep(600)
"""
    marks = {"MIDSPAN_RUN_ID": "ab" * 16, "MIDSPAN_LAUNCH": "0"}
    report = carried_out(keeper, order(tmp_path, code, environment=marks))
    assert report.by == ("killed" if number == signal.SIGKILL else "lost")
    assert has_gone(int((tmp_path / "pid").read_text()))
    assert carried_out(keeper, order(tmp_path, "exit(4)")).code == 4


def test_nothing_is_left_when_the_worker_goes(tmp_path: Path) -> None:
    code = f"""{DAEMON}
print(os.getppid(), os.getpid(), daemon(), file=open("pids", "w"), flush=True)
os.kill(os.getppid(), signal.SIGSTOP)
time.sleep(600)
"""
    worker = os.fork()
    if worker == 0:
        carried_out(Keeper(Keepers({"PATH": os.environ["PATH"]})), order(tmp_path, code))
        os._exit(0)
    pids = tmp_path / "pids"
    until = time.monotonic() + 30
    while not pids.exists() or not pids.read_text():
        assert time.monotonic() < until
        time.sleep(0.02)
    left = [int(pid) for pid in pids.read_text().split()]
    left.append(parent_of(left[0]))
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)
    while not all(has_gone(pid) for pid in left):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_template_that_is_stopped_is_replaced(keeper: Keeper, tmp_path: Path) -> None:
    template = (sys.executable, "-c", TEMPLATE)
    code = "import signal; os.kill(os.getppid(), signal.SIGSTOP)"
    asked = order(tmp_path, code, template=template, seconds=1.0)
    assert carried_out(keeper, asked).by == "timeout"
    again = carried_out(keeper, order(tmp_path, "pass", template=template))
    assert (again.by, again.code, again.forked) == ("exit", 0, True)
