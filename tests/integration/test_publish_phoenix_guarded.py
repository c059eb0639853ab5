"""A Phoenix that asks for a token, behind a certificate that no system trusts."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.manifest import Manifest
from midspan.pipelines.publish.phoenix import publish
from midspan.pipelines.publish.target import Target
from midspan.pipelines.servers import Home, Phoenix
from midspan.pipelines.servers.environments import ensure
from midspan.scorers.errors import SurroundingsError
from tests.support.shop_runs import RUNS, STEPS, shop

from .conftest import unused_port

SECRET = "a-secret-of-more-than-32-characters-1"
START_SECONDS = 180

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="makes certificates")


@dataclass(frozen=True, kw_only=True)
class Guarded:
    url: str
    ca: Path


@pytest.fixture(scope="module")
def guarded(
    server_environments: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Guarded]:
    folder, port = tmp_path_factory.mktemp("guarded"), unused_port()
    ca = certificate(folder)
    recipe, home = Phoenix(port=port), Home(root=folder, environments=server_environments)
    variables = recipe.variables(folder, port) | {
        "PHOENIX_ENABLE_AUTH": "true",
        "PHOENIX_SECRET": SECRET,
        "PHOENIX_ADMIN_SECRET": f"admin-{SECRET}",
        "PHOENIX_TLS_ENABLED": "true",
        "PHOENIX_TLS_CERT_FILE": str(ca),
        "PHOENIX_TLS_KEY_FILE": str(folder / "key.pem"),
    }
    command = recipe.command(ensure(recipe, home), folder, port)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, env=variables, stdout=log, stderr=log)
    try:
        there = Guarded(url=f"https://127.0.0.1:{port}", ca=ca)
        wait_for(there, server)
        yield there
    finally:
        server.terminate()
        server.wait(60)


def certificate(folder: Path) -> Path:
    path = folder / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=midspan-test", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(path)]
    subprocess.run([*made, *names, *files], check=True, capture_output=True)
    return path


def wait_for(there: Guarded, server: "subprocess.Popen[bytes]") -> None:
    last = time.monotonic() + START_SECONDS
    with Target(server="phoenix", url=there.url, ca=there.ca).client() as client:
        while time.monotonic() < last and server.poll() is None:
            try:
                if client.get("/healthz").is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.5)
    raise AssertionError(f"phoenix did not start: {server.poll()}")


def target(guarded: Guarded, *, token: str | None = None, ca: bool = True) -> Target:
    return Target(server="phoenix", url=guarded.url, token=token, ca=guarded.ca if ca else None)


def test_with_a_token_and_the_certificate_it_is_published(guarded: Guarded, tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="guarded", number=0xD01)
    there = target(guarded, token=f"admin-{SECRET}")

    report = publish(workspace, there, Asked(), manifest=Manifest(workspace.path))

    assert report.left == {}
    assert report.counts["spans"].stored == RUNS * STEPS
    again = publish(workspace, there, Asked(), manifest=Manifest(workspace.path, again=True))
    assert (again.left, again.removed) == ({}, 0)
    assert SECRET not in repr(there)


@pytest.mark.parametrize(
    ("token", "told"), [(None, "asks for a token"), ("wrong", "refuses the token")]
)
def test_without_the_right_token_it_says_which_variable(
    guarded: Guarded, tmp_path: Path, token: str | None, told: str
) -> None:

    workspace = shop(tmp_path, experiment="guarded", number=0xD02)

    with pytest.raises(SurroundingsError, match=told) as caught:
        publish(
            workspace,
            target(guarded, token=token),
            Asked(),
            manifest=Manifest(workspace.path),
        )

    assert caught.value.fix == "Set one of its API keys: export PHOENIX_API_KEY=..."


def test_without_the_certificate_it_is_not_trusted(guarded: Guarded, tmp_path: Path) -> None:

    workspace = shop(tmp_path, experiment="guarded", number=0xD03)

    with pytest.raises(SurroundingsError, match="certificate") as caught:
        publish(
            workspace,
            target(guarded, token=f"admin-{SECRET}", ca=False),
            Asked(),
            manifest=Manifest(workspace.path),
        )

    assert caught.value.fix is not None
    assert "--ca FILE" in caught.value.fix
