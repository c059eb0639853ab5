import os
import signal
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from midspan.pipelines.servers import (
    Home,
    Started,
    environments,
    start,
    start_each,
    state,
    status,
)
from midspan.scorers.errors import SurroundingsError


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


def test_a_folder_that_cannot_be_written_to_is_one_clear_error(tmp_path: Path, stub: Any) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(SurroundingsError, match="cannot write to") as caught:
        start([stub(port=1)], Home.at(tmp_path / "file" / "home"))

    assert caught.value.fix == ("Name a folder that you can write to: export MIDSPAN_HOME=DIR")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]
