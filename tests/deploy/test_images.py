"""What the images hold, installed by the steps of the Dockerfile, and run."""

import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.support.team.compose_file import DEPLOY, ROOT
from tests.support.team.dockerfile import installed, run_steps, stages

INSTALL_SECONDS = 900


@pytest.fixture(scope="module")
def midspan_image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the image of midspan has as /opt/midspan, of the code as it stands now."""
    folder = tmp_path_factory.mktemp("image")
    run_steps(stages()["midspan-installed"], "midspan", folder / "midspan", folder / "source")
    return folder / "midspan"


@pytest.mark.timeout(INSTALL_SECONDS)
@pytest.mark.xdist_group("images")
def test_the_image_of_midspan_can_watch(midspan_image: Path) -> None:
    """Its entrypoint finds the command, and the command all that it imports."""
    stage = stages()["midspan"]
    program = {
        "with-secrets.sh": str(DEPLOY / "with-secrets.sh"),
        "midspan": str(midspan_image / "bin/midspan"),
    }
    entry = [program.get(word, word) for word in stage.words("ENTRYPOINT")]

    done = subprocess.run([*entry, "watch", "--help"], capture_output=True, text=True, env={})

    assert done.returncode == 0, done.stderr
    assert "--token-file" in done.stdout
    imports = "import starlette, uvicorn, prometheus_client, polars, midspan.pipelines.cli.watch"
    python = midspan_image / "bin/python"
    assert subprocess.run([python, "-I", "-c", imports]).returncode == 0


@pytest.mark.timeout(INSTALL_SECONDS)
@pytest.mark.xdist_group("images")
def test_the_image_of_midspan_is_small_and_pinned(midspan_image: Path) -> None:
    """Its own extras alone: no server, no Ray, no test programs; versions as in constraints.txt."""
    found = packages(midspan_image)

    assert not {"ray", "mlflow", "arize-phoenix", "pytest", "huggingface-hub", "uv"} & set(found)
    pins = pinned(ROOT / "constraints.txt")
    assert {name: found[name] for name in found if name != "midspan"} == {
        name: pins.get(name) for name in found if name != "midspan"
    }


@pytest.mark.timeout(INSTALL_SECONDS)
@pytest.mark.xdist_group("servers")
@pytest.mark.parametrize("name", ["phoenix", "mlflow"])
def test_a_server_brings_nothing_that_is_not_pinned(name: str, server_environments: Path) -> None:
    found = packages(installed(name, server_environments))
    pins = pinned(ROOT / f"constraints-{name}.txt") | pinned(DEPLOY / f"requirements-{name}.txt")

    assert found == {one: pins.get(one) for one in found}


def packages(environment: Path) -> dict[str, str]:
    code = "from importlib.metadata import distributions\nfor one in distributions(): "
    code += "print(one.name, one.version)"
    python = environment / "bin/python"
    said = subprocess.run([python, "-I", "-c", code], capture_output=True, text=True, check=True)
    rows = (line.split() for line in said.stdout.splitlines())
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in rows}


def pinned(file: Path) -> dict[str, str]:
    pin = re.compile(r"^([\w.-]+)(?:\[[\w,]+\])?==([^\s;]+)(?: ; (.+))?", re.MULTILINE)
    found = {}
    for name, version, marker in pin.findall(file.read_text()):
        if not marker or holds(marker):
            found[re.sub(r"[-_.]+", "-", name).lower()] = version
    return found


def holds(marker: str) -> bool:
    from packaging.markers import Marker

    return Marker(marker).evaluate()


@contextmanager
def answering(status: int) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/healthz"
        server.shutdown()


def healthy(address: str) -> int:
    words = [sys.executable, str(DEPLOY / "healthy.py"), address]
    proxied = {"http_proxy": "http://127.0.0.1:9", "PATH": ""}
    return subprocess.run(words, env=proxied, capture_output=True).returncode


def test_the_health_check_tells_well_from_ill() -> None:
    with answering(200) as well, answering(503) as ill:
        assert (healthy(well), healthy(ill)) == (0, 1)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        assert healthy(f"http://127.0.0.1:{silent.getsockname()[1]}/") == 1


@pytest.mark.parametrize(
    ("image", "path"), [("midspan", "/healthz"), ("phoenix", "/readyz"), ("mlflow", "/health")]
)
def test_the_health_check_asks_where_the_service_listens(image: str, path: str) -> None:
    stage = stages()[image]
    (port,) = stage.arguments("EXPOSE")

    assert stage.health() == [
        *("python", "/usr/local/bin/healthy.py"),
        f"http://127.0.0.1:{port}{path}",
    ]
