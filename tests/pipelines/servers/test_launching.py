"""Servers whose `up` was killed while it launched them."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from midspan.pipelines.servers import Home, environments, start, state
from midspan.pipelines.servers.launching import WHEN_KNOWN, launch


def test_a_server_that_a_killed_up_has_launched_is_waited_for(
    home: Home, stub: Any, free_port: int
) -> None:
    recipe = stub(port=free_port)
    python = environments.interpreter(recipe, home)
    assert python is not None
    home.prepare("stub")
    server = launch(recipe, home, python, free_port)
    record = state.read(home, "stub")
    assert record is not None
    assert record.starting
    said: list[str] = []

    (started,) = start([recipe], home, say=said.append)

    server.process.returncode = 0  # Popen would warn of a child that lives on
    assert (started.record.pid, started.already, started.note) == (record.pid, False, "")
    assert said == ["stub: an `up` that was interrupted has begun to start it; waiting"]
    assert start([recipe], home)[0].note == "already running"


def test_one_that_a_killed_up_has_launched_in_vain_is_started_anew(
    home: Home, stub: Any, free_port: int
) -> None:
    recipe = stub(port=free_port)
    python = environments.interpreter(recipe, home)
    assert python is not None
    home.prepare("stub")
    sick = launch(stub(port=free_port, mode="sick"), home, python, free_port)
    said: list[str] = []

    (started,) = start([recipe], home, say=said.append, deadline=2)

    assert sick.process.poll() is not None
    assert started.record.pid != sick.record.pid
    assert httpx.get(started.record.url).text == "1.0"
    assert said[:2] == [
        "stub: an `up` that was interrupted has begun to start it; waiting",
        "stub did not become healthy within 2 s; starting it anew",
    ]


def test_an_up_that_is_killed_before_it_knows_the_server_leaves_none(
    home: Home, stub: Any, free_port: int, tmp_path: Path
) -> None:
    server = [sys.executable, "-c", f"open({str(tmp_path / 'began')!r}, 'w')"]
    process = subprocess.Popen(["/bin/sh", "-c", WHEN_KNOWN, "sh", *server], stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.close()  # as the end of the process that launched it does
    assert process.wait(10) != 0
    assert not (tmp_path / "began").exists()
