"""`midspan proxy`, as a program of its own."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from midspan.pipelines.cli import boundary
from midspan.pipelines.cli.proxy import command
from midspan.pipelines.demo.model_server import ModelServer

RUN = "0123456789abcdef" * 2
PROGRAM = "from midspan.pipelines.cli import boundary, proxy; import sys; \
sys.exit(boundary.run(proxy.command, 'proxy', sys.argv[1:]))"
ASK = {
    "model": "scripted/careful",
    "messages": [{"role": "user", "content": "What would order ORD-1042 refund?"}],
    "tools": [],
}


@contextmanager
def running(directory: Path, *words: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    program = [sys.executable, "-c", PROGRAM, "--port", "0", *words]
    with subprocess.Popen(
        program, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_records_and_ends_well(tmp_path: Path, ending: int) -> None:
    with (
        ModelServer() as server,
        running(tmp_path, "--upstream", server.url, "--experiment", "shop") as (process, url),
    ):
        there = url.replace("/v1", f"/run/{RUN}/v1/chat/completions")
        reply = httpx.post(there, json=ASK)
        assert (reply.status_code, url.startswith("http://127.0.0.1:")) == (200, True)
        process.send_signal(ending)
        _, notes = process.communicate(timeout=60)

    assert (process.returncode, notes) == (0, "1 request recorded, 0 lost\n")
    (file,) = (tmp_path / "runs").iterdir()
    assert file.name == f"{RUN}-0.otlp.jsonl"
    first, *_ = file.read_text().splitlines()
    (resource,) = json.loads(first)["resourceSpans"]
    named = {a["key"]: a["value"]["stringValue"] for a in resource["resource"]["attributes"]}
    assert named["openinference.project.name"] == "shop"


def test_what_no_file_took_is_counted_and_replies_pass(tmp_path: Path) -> None:
    with ModelServer() as server, running(tmp_path, "--upstream", server.url) as (process, url):
        (tmp_path / "runs").rmdir()
        (tmp_path / "runs").touch()
        assert httpx.post(f"{url}/chat/completions", json=ASK).status_code == 200
        process.send_signal(signal.SIGTERM)
        _, notes = process.communicate(timeout=60)
    assert process.returncode == 3
    assert notes.splitlines()[-2:] == [
        "1 request read, 0 lost",
        "2 spans could not be written to runs",
    ]


def test_what_went_with_its_directory_is_counted(tmp_path: Path) -> None:
    with ModelServer() as server, running(tmp_path, "--upstream", server.url) as (process, url):
        there = url.replace("/v1", f"/run/{RUN}/v1/chat/completions")
        assert httpx.post(there, json=ASK).status_code == 200
        for _ in range(1000):
            if (part := tmp_path / "runs" / f"{RUN}-0.otlp.jsonl.part").exists():
                break
            time.sleep(0.02)
        part.unlink()
        part.parent.rmdir()
        assert httpx.post(there, json=ASK).status_code == 200
        process.send_signal(signal.SIGTERM)
        _, notes = process.communicate(timeout=60)
    assert process.returncode == 3
    assert notes.splitlines()[-2:] == [
        "2 requests read, 0 lost",
        "3 spans could not be written to runs",
    ]


def test_what_passed_is_written_though_the_proxy_is_killed(tmp_path: Path) -> None:
    with ModelServer() as server, running(tmp_path, "--upstream", server.url) as (process, url):
        assert httpx.post(f"{url}/chat/completions", json=ASK).status_code == 200
        time.sleep(0.5)  # what is not yet handed over when the proxy is killed is lost
        process.kill()
        for _ in range(1000):
            if list((tmp_path / "runs").glob("*.otlp.jsonl")):
                break
            time.sleep(0.02)
    (file,) = (tmp_path / "runs").iterdir()
    assert [name in file.read_text() for name in ("chat scripted", "invoke_agent")] == [True] * 2


def test_a_hundred_megabytes_pass_in_little_memory(tmp_path: Path) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    upstream = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with listener, running(tmp_path, "--upstream", upstream) as (process, url):
        there = ("127.0.0.1", int(url.rpartition(":")[2].removesuffix("/v1")))
        with socket.create_connection(there, timeout=60) as client:
            size = 100 * 2**20
            head = (
                f"POST /v1/responses HTTP/1.1\r\nhost: localhost\r\ncontent-length: {size}\r\n\r\n"
            )
            client.sendall(head.encode())
            server, _ = listener.accept()
            passed = 0
            with server:
                for _ in range(100):
                    client.sendall(b"x" * 2**20)
                    while passed < size and (piece := _arrived(server)):
                        passed += len(piece)
                server.settimeout(60)
                while passed < size:
                    passed += len(server.recv(2**20))
                server.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
                assert client.recv(100).startswith(b"HTTP/1.1 200 ")
        peak = _peak_megabytes(process.pid)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert peak < 150
    (file,) = (tmp_path / "runs").iterdir()
    assert "could not be kept" in file.read_text()


def _arrived(server: socket.socket) -> bytes:
    server.settimeout(0.005)
    try:
        return server.recv(2**20)
    except TimeoutError:
        return b""


def _peak_megabytes(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except FileNotFoundError:
        pytest.skip("the peak of another process's memory is read from /proc")
    (peak,) = [line.split()[1] for line in lines if line.startswith("VmHWM")]
    return int(peak) / 1024


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--upstream", "api.openai.com"], 2, "is no http:// or https:// address"),
        (["--upstream", "http://h", "--host", "0.0.0.0"], 2, "--token-file FILE"),
        (["--upstream", "http://h", "--key-file", "empty"], 2, "empty holds no key"),
        (["--upstream", "http://h", "--key-file", "none"], 4, "none"),
        (["--upstream", "http://h", "--spool", "empty"], 4, "no run can be written to empty: "),
        (["--upstream", "http://h", "--spool", "empty/below"], 4, "--spool DIRECTORY"),
        ([], 2, "Missing option '--upstream'"),
    ],
)
def test_what_cannot_be_done_is_said(
    words: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").touch()
    assert boundary.run(command, "proxy", words) == code
    assert said in capsys.readouterr().err


def test_a_port_that_is_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code = boundary.run(command, "proxy", ["--upstream", "http://h", "--port", port])
    assert code == 4
    assert f"cannot listen at 127.0.0.1:{port}" in capsys.readouterr().err


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_upstream_that_is_the_proxy_itself_is_refused(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    upstream = f"http://{host}:{port}/v1"
    assert boundary.run(command, "proxy", ["--upstream", upstream, "--port", port]) == 2
    assert f"--upstream {upstream} is this proxy itself" in capsys.readouterr().err


@pytest.mark.parametrize(
    "upstream",
    ["https://h/v1?api_key=PlantedUpstream", "h/v1#PlantedUpstream", "ftp://u:PlantedUpstream@h"],
)
def test_a_key_in_an_upstream_is_not_repeated(
    upstream: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert boundary.run(command, "proxy", ["--upstream", upstream]) == 2
    said = capsys.readouterr().err
    assert "--upstream: " in said
    assert "Planted" not in said
