"""How `midspan trace` lives with its agent: signals, the terminal, and the end."""

import os
import pty
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.instrumentation.auto.conftest import result

MIDSPAN = "import sys; from midspan.instrumentation.dispatch import main; sys.exit(main())"


def started(tmp_path: Path, *words: str) -> "subprocess.Popen[str]":
    """`midspan trace` in a session of its own, without a terminal."""
    return subprocess.Popen(
        [sys.executable, "-c", MIDSPAN, "trace", "--", *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_reach_the_agent_and_its_exit_code_comes_back(
    tmp_path: Path, number: signal.Signals
) -> None:
    code = f"""
import signal, sys, time
signal.signal({number.value}, lambda *given: sys.exit(7))
print("ready", flush=True)
time.sleep(60)
"""
    with started(tmp_path, sys.executable, "-c", code) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        running.send_signal(number)
        assert running.wait(30) == 7
    assert result(tmp_path)["exit_code"] == 7


def test_what_a_signal_ends_ends_by_it(tmp_path: Path) -> None:
    with started(tmp_path, "sh", "-c", "kill -9 $$") as running:
        assert running.wait(30) == -signal.SIGKILL
    record = result(tmp_path)
    assert (record["ended_by"], record["exit_code"]) == ("signal", 137)


def test_a_key_that_interrupts_reaches_the_agent_once(tmp_path: Path) -> None:
    """A terminal sends it to both; `midspan trace` must not send it on."""
    code = """
import signal, sys, time
came = []
signal.signal(signal.SIGINT, lambda *given: came.append(given))
print("ready", flush=True)
while not came:
    time.sleep(0.01)
time.sleep(0.5)  # in which a second one would come
sys.exit(len(came))
"""
    words = ["trace", "--spool", str(tmp_path / "spool"), "--", sys.executable, "-c", code]
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-c", MIDSPAN, *words])
    with suppress(OSError), open(terminal, "r+b", buffering=0) as keyboard:
        seen = b""
        while b"ready" not in seen:
            seen += keyboard.read(1000)
        keyboard.write(b"\x03")
        while keyboard.read(1000):
            pass
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 1


def test_the_agent_is_left_running_no_longer_than_it_takes(tmp_path: Path) -> None:
    """A process of the agent that lives on does not keep `midspan trace`."""
    with started(tmp_path, "sh", "-c", "sleep 60 >/dev/null & echo $!") as running:
        assert running.stdout is not None
        child = int(running.stdout.readline())
        assert running.wait(30) == 0
    os.kill(child, signal.SIGKILL)
