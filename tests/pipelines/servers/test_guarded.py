"""An installer ends with the `up` that started it, however that ended."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from midspan.pipelines.servers import processes
from midspan.pipelines.servers.installing import GUARD

INSTALLER = """
import os, pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
path = pathlib.Path(sys.argv[1])
path.with_suffix(".new").write_text(f"{os.getpid()} {child.pid}")
path.with_suffix(".new").rename(path)
time.sleep(60)
"""


def guarded(*command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-I", str(GUARD), *command], stdin=subprocess.PIPE)


def test_the_exit_code_is_that_of_the_command() -> None:
    with guarded("sh", "-c", "exit 7") as process:
        assert process.wait(30) == 7


def test_the_command_and_its_children_end_with_the_caller(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = "import subprocess, sys; subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE).wait()"
    command = [sys.executable, "-I", str(GUARD), sys.executable, "-c", INSTALLER, str(pids)]
    with subprocess.Popen([sys.executable, "-c", code, *command]) as caller:
        last = time.monotonic() + 30
        while not pids.exists() and time.monotonic() < last:
            time.sleep(0.05)
        installer, child = map(int, pids.read_text().split())
        assert processes.identity(installer) is not None
        os.kill(caller.pid, signal.SIGKILL)
    while (processes.identity(installer) or processes.identity(child)) and time.monotonic() < last:
        time.sleep(0.05)
    assert (processes.identity(installer), processes.identity(child)) == (None, None)
