import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest

from midspan.pipelines.servers import (
    Home,
    Started,
    environments,
    processes,
    start,
    start_each,
    state,
    status,
    stop,
)
from midspan.pipelines.servers.launching import WHEN_KNOWN, launch
from midspan.scorers.errors import SurroundingsError
from tests.pipelines.servers.conftest import Stub


def test_a_started_server_answers_and_can_be_found_again(
    home: Home, stub: Any, free_port: int
) -> None:
    recipe = stub(port=free_port)

    (started,) = start([recipe], home)

    assert httpx.get(started.record.url).text == "1.0"
    found = status(recipe, home)
    assert (found.state, found.url, found.version, found.pid) == (
        "running",
        f"http://127.0.0.1:{free_port}",
        "1.0",
        started.record.pid,
    )
    assert Path(found.log).read_text() == "stub says hello\n"
    assert (started.already, started.note) == (False, "")


def test_starting_twice_says_that_it_runs(home: Home, stub: Any, free_port: int) -> None:
    recipe = stub(port=free_port)
    (first,) = start([recipe], home)

    (second,) = start([recipe], home)

    assert second == Started(record=first.record, already=True, note="already running")


def test_two_starts_at_once_start_one_server(home: Home, stub: Any, free_port: int) -> None:
    recipe = stub(port=free_port)
    results: list[Started] = []
    threads = [
        threading.Thread(target=lambda: results.extend(start([recipe], home))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(one.already for one in results) == [False, True]
    assert len({one.record.pid for one in results}) == 1


def test_settings_of_clients_and_keys_do_not_reach_the_server(
    home: Home, stub: Any, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (
        "PHOENIX_SQL_DATABASE_URL",
        "MLFLOW_TRACKING_URI",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OPENAI_API_KEY",
        "PYTHONPATH",
        "HTTP_PROXY",
    ):
        monkeypatch.setenv(name, "leaked")

    (started,) = start([stub(port=free_port)], home)

    seen = httpx.get(f"{started.record.url}/env", trust_env=False).json()
    assert "leaked" not in seen.values()
    assert seen["HOME"] == os.environ["HOME"]
    assert seen["STUB_DATA"] == str(home.data("stub"))


def test_a_port_that_was_asked_for_needs_no_note(home: Home, stub: Any, free_port: int) -> None:
    (started,) = start([stub(port=1)], home, port=free_port)
    assert (started.record.port, started.note) == (free_port, "")


def test_a_taken_usual_port_gives_a_free_one_and_says_so(
    home: Home, stub: Any, free_port: int
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port))
        other.listen()

        (started,) = start([stub(port=free_port)], home)

    assert started.record.port != free_port
    assert started.note == f"port {free_port} was taken"
    assert httpx.get(started.record.url).text == "1.0"


def test_a_taken_asked_port_is_an_error(home: Home, stub: Any, free_port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port))
        other.listen()

        with pytest.raises(SurroundingsError, match=f"port {free_port} is taken") as caught:
            start([stub(port=1)], home, port=free_port)

    assert caught.value.fix is not None
    assert "midspan up stub" in caught.value.fix
    assert not home.data("stub").exists()


class Squatter(Stub):
    """A stub whose port somebody else takes while it starts."""

    squatted: ClassVar[list[socket.socket]] = []

    def command(self, python: Path, data: Path, port: int) -> list[str]:
        if not self.squatted:
            self.squatted.append(socket.create_server(("127.0.0.1", port)))
        return super().command(python, data, port)


@pytest.fixture
def squatter() -> Iterator[type[Squatter]]:
    Squatter.squatted.clear()
    yield Squatter
    for each in Squatter.squatted:
        each.close()


def test_a_usual_port_that_is_taken_while_starting_is_replaced(
    home: Home, squatter: type[Squatter], free_port: int
) -> None:
    said: list[str] = []

    (started,) = start([squatter(port=free_port)], home, say=said.append)

    assert started.record.port != free_port
    assert started.note == f"port {free_port} was taken"
    assert httpx.get(started.record.url).text == "1.0"
    assert said[:2] == [
        "stub: starting",
        f"stub: port {free_port} was taken meanwhile; starting on another one",
    ]
    assert said[2].startswith(f"stub: runs at {started.record.url}, after ")


def test_an_asked_port_that_is_taken_while_starting_is_an_error(
    home: Home, squatter: type[Squatter], free_port: int
) -> None:
    with pytest.raises(SurroundingsError, match="stub ended at once"):
        start([squatter(port=1)], home, port=free_port)

    assert not home.state("stub").exists()


def test_the_port_is_chosen_after_the_installation(
    home: Home, stub: Any, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure = environments.ensure
    taken: list[socket.socket] = []

    def slow(*given: Any) -> Path:
        taken.append(socket.create_server(("127.0.0.1", free_port)))
        return ensure(*given)

    monkeypatch.setattr(environments, "ensure", slow)
    said: list[str] = []

    (started,) = start([stub(port=free_port)], home, say=said.append)

    assert started.record.port != free_port
    assert len(said) == 2, "launched once"
    taken[0].close()


def test_another_port_for_a_running_server_is_an_error(
    home: Home, stub: Any, free_port: int
) -> None:
    start([stub(port=free_port)], home)

    with pytest.raises(SurroundingsError, match=f"already runs, on port {free_port}"):
        start([stub(port=free_port)], home, port=free_port + 1)


def test_a_server_that_ends_at_once_is_shown_with_the_end_of_its_log(
    home: Home, stub: Any, free_port: int
) -> None:
    with pytest.raises(SurroundingsError) as caught:
        start([stub(port=free_port, mode="broken")], home)

    assert str(caught.value).splitlines() == [
        f"stub ended at once with exit code 1; {home.log('stub')} ends with",
        "  | stub says hello",
        "  | stub cannot start: no such table",
        "When the cause is mended, run it again: midspan up stub",
    ]
    assert not home.state("stub").exists()


def test_a_server_that_never_gets_well_is_stopped(home: Home, stub: Any, free_port: int) -> None:
    with pytest.raises(SurroundingsError, match=r"did not become healthy within 0\.5 s"):
        start([stub(port=free_port, mode="sick")], home, deadline=0.5)

    assert not home.state("stub").exists()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{free_port}")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="sockets are read from /proc")
def test_a_server_open_to_other_machines_is_stopped(home: Home, stub: Any, free_port: int) -> None:
    with pytest.raises(
        SurroundingsError, match=rf"stub listens on 0\.0\.0\.0 port {free_port}, open"
    ):
        start([stub(port=free_port, listen="0.0.0.0")], home)

    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{free_port}")


def test_one_that_fails_leaves_the_others_running(
    home: Home, stub: Any, free_port: int, tmp_path: Path
) -> None:
    good = stub(port=free_port)
    (tmp_path / "package" / "constraints-bad.txt").write_text("stub==1.0\n")
    bad = stub(name="bad", mode="broken", port=free_port + 1)
    environments.directory(bad, home).symlink_to(environments.directory(good, home))

    with pytest.raises(SurroundingsError, match="bad ended at once"):
        start([bad, good], home)

    assert status(good, home).state == "running"
    assert status(bad, home).state == "stopped"
    outcome = start_each([bad, good], home)
    assert [one.note for one in outcome.ready] == ["already running"]
    assert str(outcome.failed["bad"]).startswith("bad ended at once with exit code 1")


def test_one_that_cannot_be_installed_leaves_the_others_running(
    home: Home, stub: Any, free_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for prefix in ("UV", "PIP"):
        monkeypatch.setenv(f"{prefix}_NO_INDEX", "1")
    (tmp_path / "package" / "constraints-gone.txt").write_text("midspan-no-such-package==1.0\n")
    gone = stub(name="gone", package="midspan-no-such-package", port=free_port + 1)

    outcome = start_each([gone, stub(port=free_port)], home)

    assert [one.record.name for one in outcome.ready] == ["stub"]
    assert str(outcome.failed["gone"]).startswith("cannot install midspan-no-such-package 1.0")


def test_a_reused_pid_is_not_taken_for_the_server(home: Home, stub: Any, free_port: int) -> None:
    recipe = stub(port=free_port)
    home.prepare("stub")
    mine = processes.identity(os.getpid())
    assert mine is not None
    state.write(
        home,
        state.Record(
            name="stub",
            pid=os.getpid(),
            identity=f"{mine}0",
            port=free_port,
            url=recipe.url(free_port),
            version="1.0",
            log="",
            data="",
            started="2026-01-01T00:00:00+00:00",
        ),
    )

    assert status(recipe, home).state == "stopped"
    assert not stop(recipe, home).was_running
    (started,) = start([recipe], home)
    assert started.record.pid != os.getpid()


def test_an_unhealthy_server_is_reported_and_not_started_again(
    home: Home, stub: Any, free_port: int
) -> None:
    start([stub(port=free_port)], home)
    record = state.read(home, "stub")
    assert record is not None
    os.kill(record.pid, signal.SIGSTOP)
    try:
        recipe = stub(port=free_port)
        assert status(recipe, home, timeout=0.3).state == "unhealthy"
        with pytest.raises(SurroundingsError, match="does not answer"):
            start([recipe], home)
    finally:
        os.kill(record.pid, signal.SIGCONT)


def test_a_damaged_state_file_names_its_repair(home: Home, stub: Any) -> None:
    home.prepare("stub")
    home.state("stub").write_text('{"name": "stub"')

    with pytest.raises(SurroundingsError, match="is damaged") as caught:
        start([stub(port=1)], home)

    assert caught.value.fix == f"Remove it, then start again: rm '{home.state('stub')}'"
    home.state("stub").unlink()


def test_a_folder_that_cannot_be_written_to_is_one_clear_error(tmp_path: Path, stub: Any) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(SurroundingsError, match="cannot write to") as caught:
        start([stub(port=1)], Home.at(tmp_path / "file" / "home"))

    assert caught.value.fix == ("Name a folder that you can write to: export MIDSPAN_HOME=DIR")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


def test_the_state_file_is_plain_json(home: Home, stub: Any, free_port: int) -> None:
    start([stub(port=free_port)], home)

    kept = json.loads(home.state("stub").read_text())

    assert {name: kept[name] for name in ("name", "port", "url", "version", "log", "data")} == {
        "name": "stub",
        "port": free_port,
        "url": f"http://127.0.0.1:{free_port}",
        "version": "1.0",
        "log": str(home.log("stub")),
        "data": str(home.data("stub")),
    }
    assert [path.name for path in home.state("stub").parent.iterdir()] == ["stub.json"]


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


def test_a_home_that_cannot_be_looked_into_is_one_clear_error(tmp_path: Path, stub: Any) -> None:
    home = Home.at(tmp_path / ("x" * 300))

    with pytest.raises(SurroundingsError, match=r"cannot read .*: File name too long") as caught:
        status(stub(port=1), home)

    assert caught.value.fix == "Name a folder of your own: export MIDSPAN_HOME=DIR"
