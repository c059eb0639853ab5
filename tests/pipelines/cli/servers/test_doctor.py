"""`doctor`: what it finds about this machine, this Python and where spans go."""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from midspan.scorers.errors import Exit
from tests.pipelines.cli.servers.conftest import Run
from tests.support.terminal import on_a_terminal


def findings(printed: str) -> dict[str, tuple[str, str, str | None]]:
    return {one["what"]: (one["level"], one["detail"], one["fix"]) for one in json.loads(printed)}


def test_doctor_finds_nothing_broken_here(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("doctor", "--json")

    found = findings(out)
    assert code == Exit.DONE
    assert found["phoenix"] == ("note", "stopped, not installed yet", "midspan up phoenix")
    assert found["environment"][0] == "ok"
    assert found["home"][1].startswith(f"{tmp_path}/home, ")
    assert found["mlflow pins"][1] == "mlflow 3.17.2"
    assert found["extra pipelines"][:2] == ("ok", "installed")
    more = {one["what"]: one["more"] for one in json.loads(out)}
    assert "httpx " in more["extra pipelines"]
    assert more["python"] == sys.executable
    assert not (tmp_path / "home").exists()


def test_doctor_finds_folders_that_cannot_be_written_to(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("MIDSPAN_HOME", str(tmp_path / "file" / "home"))
    monkeypatch.setenv("MIDSPAN_SPOOL", str(tmp_path / "file" / "spool"))

    code, out, _ = run("doctor", "--json")

    found = findings(out)
    assert code == Exit.SURROUNDINGS
    assert found["home"] == (
        "broken",
        f"cannot write to {tmp_path}/file/home",
        "Name a folder that you can write to: export MIDSPAN_HOME=DIR",
    )
    assert found[f"spool {tmp_path}/file/spool"] == (
        "broken",
        f"cannot be written to (see {tmp_path}/file)",
        "Name a folder that you can write to: export MIDSPAN_SPOOL=DIR",
    )


def test_doctor_finds_both_servers_in_one_environment(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("arize_phoenix", "mlflow"):
        info = tmp_path / "site" / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(tmp_path / "site")

    code, out, _ = run("doctor", "--json")

    assert code == Exit.SURROUNDINGS
    level, _, fix = findings(out)["environment"]
    assert level == "broken"
    assert fix is not None
    assert fix.startswith("pip uninstall arize-phoenix mlflow")


@pytest.mark.parametrize(("answer", "level"), [(200, "ok"), (401, "note"), (404, "broken")])
def test_doctor_asks_the_endpoint_that_spans_go_to(
    run: Run, monkeypatch: pytest.MonkeyPatch, answer: int, level: str
) -> None:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.send_response(answer)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        endpoint = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        code, out, _ = run("doctor", "--json")
        server.shutdown()

    assert asked == ["/v1/traces"]
    assert findings(out)[f"OTEL_EXPORTER_OTLP_ENDPOINT={endpoint}"][0] == level
    assert code == (Exit.SURROUNDINGS if level == "broken" else Exit.DONE)


def test_doctor_finds_an_endpoint_that_does_not_answer(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")

    code, out, _ = run("doctor", "--json")

    level, detail, fix = findings(out)["OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9"]
    assert (code, level) == (Exit.SURROUNDINGS, "broken")
    assert detail.startswith("not reachable: ")
    assert fix is not None
    assert "midspan up" in fix


def test_doctor_finds_tracing_switched_off(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")

    code, out, _ = run("doctor", "--json")

    assert code == Exit.SURROUNDINGS
    assert findings(out)["telemetry"] == (
        "broken",
        "OTEL_SDK_DISABLED=true: no span is recorded",
        "unset OTEL_SDK_DISABLED",
    )


@pytest.mark.parametrize(
    ("home", "what", "detail"),
    [
        ("~nobody-here/x", "home", "MIDSPAN_HOME=~nobody-here/x: there is no such user"),
        ("/tmp/" + "x" * 300, "mlflow", "File name too long"),
    ],
)
def test_doctor_tells_of_a_home_that_cannot_be_used_and_goes_on(
    run: Run, monkeypatch: pytest.MonkeyPatch, home: str, what: str, detail: str
) -> None:
    monkeypatch.setenv("MIDSPAN_HOME", home)

    code, out, _ = run("doctor", "--json")

    found = findings(out)
    assert code == Exit.SURROUNDINGS
    assert found["python"][0] == "ok"
    assert found[what][0] == "broken"
    assert detail in found[what][1]


def test_doctor_on_a_terminal_breaks_no_path_and_no_command(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    spool = tmp_path / "file" / ("a-long-name-" * 8)
    monkeypatch.setenv("MIDSPAN_SPOOL", str(spool))

    code, lines = on_a_terminal(tmp_path, "doctor")

    assert code == Exit.SURROUNDINGS
    assert "ok      extra pipelines: installed" in lines
    assert "        midspan up phoenix" in lines
    place = lines.index("broken  spool")
    assert lines[place + 1 : place + 4] == [
        f"        ~/file/{spool.name}:",
        "        cannot be written to (see ~/file)",
        "        Name a folder that you can write to: export MIDSPAN_SPOOL=DIR",
    ]


def test_doctor_on_a_very_narrow_terminal(tmp_path: Path) -> None:
    code, lines = on_a_terminal(tmp_path, "doctor", columns=5)

    assert code == Exit.DONE
    assert lines[0].startswith("ok      python: ")
