"""The services of deploy/compose.yaml as processes on loopback.

Each is what the compose file and the Dockerfile say: entrypoint, command, environment, secrets.
Only addresses and folders are others, for here there is one machine instead of five.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from midspan.pipelines.servers import processes
from tests.support.team.compose_file import DEPLOY, INSTALLED_SECRETS, ROOT, composed, secret_files
from tests.support.team.contained import contained
from tests.support.team.dockerfile import stages

START_SECONDS = 120.0
WITH_SECRETS = str(DEPLOY / "with-secrets.sh")


@dataclass(kw_only=True)
class Service:
    """One service, and its process while it runs."""

    name: str
    health: str
    command: list[str]
    environment: dict[str, str]
    folder: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                contained(self.command, self.folder),
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def await_health(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while not answers(self.health):
            assert self.process.poll() is None, f"{self.name} ended\n{self.tail()}"
            assert time.monotonic() < deadline, f"{self.name} is not well\n{self.tail()}"
            time.sleep(0.2)

    def kill(self) -> None:
        """End all its processes at once, as a machine that fails would."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        if self.process is not None:
            processes.end_group(self.process.pid, patience=15)
            self.process.wait()

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-3000:]


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).is_success
    except httpx.TransportError:
        return False


def service(
    name: str,
    *,
    secrets: Path,
    folder: Path,
    programs: Mapping[str, str],
    elsewhere: Mapping[str, str],
    health: str,
) -> Service:
    """Return a service of the compose file, ready to be started.

    `programs` says which of its programs lies where here; `elsewhere` replaces the values of
    variables (NAME) and of options (--name).
    """
    said: dict[str, Any] = composed()["services"][name]
    (folder / "secrets").mkdir(parents=True)
    for target, source in secret_files(said).items():
        (folder / "secrets" / target).symlink_to(secrets / source)
    words = [*stages()[said["build"]["target"]].words("ENTRYPOINT"), *said.get("command", [])]
    words = [programs.get(word, option(word, elsewhere)) for word in words]
    words = [word.replace(INSTALLED_SECRETS, str(folder / "secrets")) for word in words]
    variables = {key: elsewhere.get(key, str(value)) for key, value in said["environment"].items()}
    surroundings = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "CREDENTIALS_DIRECTORY": str(folder / "secrets"),
    }
    return Service(
        name=name,
        health=health,
        command=words,
        environment={**surroundings, **variables},
        folder=folder,
    )


def option(word: str, elsewhere: Mapping[str, str]) -> str:
    """An option with the value that it has here.

    >>> option("--port=5000", {"--port": "54321"})
    '--port=54321'
    """
    name, equals, _ = word.partition("=")
    return f"{name}={elsewhere[name]}" if equals and name in elsewhere else word


def phoenix(secrets: Path, folder: Path, environment: Path, *, port: int, database: int) -> Service:
    launcher = ROOT / "pipelines/midspan/pipelines/servers/phoenix_launcher.py"
    return service(
        "phoenix",
        secrets=secrets,
        folder=folder,
        programs={
            "with-secrets.sh": WITH_SECRETS,
            "/opt/phoenix/bin/python": str(environment / "bin/python"),
            "/opt/phoenix/phoenix_launcher.py": str(launcher),
        },
        elsewhere={
            "PHOENIX_HOST": "127.0.0.1",
            "PHOENIX_PORT": str(port),
            "PHOENIX_WORKING_DIR": str(folder),
            "PHOENIX_POSTGRES_HOST": "127.0.0.1",
            "PHOENIX_POSTGRES_PORT": str(database),
            "PHOENIX_CSRF_TRUSTED_ORIGINS": f"http://127.0.0.1:{port}",
        },
        health=f"http://127.0.0.1:{port}/readyz",
    )


def mlflow(secrets: Path, folder: Path, environment: Path, *, port: int, database: int) -> Service:
    return service(
        "mlflow",
        secrets=secrets,
        folder=folder,
        programs={
            "with-secrets.sh": WITH_SECRETS,
            "/opt/mlflow/bin/python": str(environment / "bin/python"),
        },
        elsewhere={
            "PGHOST": "127.0.0.1",
            "PGPORT": str(database),
            "MLFLOW_AUTH_CONFIG_PATH": str(DEPLOY / "mlflow-auth.ini"),
            "--host": "127.0.0.1",
            "--port": str(port),
            "--artifacts-destination": str(folder / "artifacts"),
            "--allowed-hosts": f"mlflow:5000,127.0.0.1:{port}",
        },
        health=f"http://127.0.0.1:{port}/health",
    )


def watch(secrets: Path, folder: Path, *, port: int, phoenix_url: str, mlflow_url: str) -> Service:
    return service(
        "watch",
        secrets=secrets,
        folder=folder,
        programs={
            "with-secrets.sh": WITH_SECRETS,
            "midspan": str(Path(sys.executable).with_name("midspan")),
        },
        elsewhere={
            "--into": str(folder / "workspace"),
            "--host": "127.0.0.1",
            "--port": str(port),
            "--phoenix": phoenix_url,
            "--mlflow": mlflow_url,
            "--quiet": "1s",
        },
        health=f"http://127.0.0.1:{port}/healthz",
    )
