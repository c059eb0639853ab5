"""Phoenix and MLflow on PostgreSQL with accounts, as deploy/ has them, and who may ask them."""

import shlex
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.support.team.compose_file import DEPLOY, composed
from tests.support.team.dockerfile import installed
from tests.support.team.postgres import Postgres, postgres
from tests.support.team.services import Service, mlflow, phoenix


@dataclass(frozen=True, kw_only=True)
class Stack:
    """What runs, and the folder of its secrets."""

    folder: Path
    secrets: Path
    postgres: Postgres
    phoenix: Service
    mlflow: Service
    phoenix_url: str
    mlflow_url: str

    def secret(self, name: str) -> str:
        return (self.secrets / name).read_text()

    def ask_phoenix(self, key: str | None = None) -> httpx.Client:
        """A client of Phoenix: the administrator's, or one with another key."""
        token = key if key is not None else self.secret("phoenix_admin_secret")
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.phoenix_url, headers=headers, timeout=60, trust_env=False)

    def ask_mlflow(self, login: tuple[str, str] | None = None) -> httpx.Client:
        """A client of MLflow: the administrator's, or one with another login."""
        who = login or ("admin", self.secret("mlflow_admin_password"))
        return httpx.Client(base_url=self.mlflow_url, auth=who, timeout=60, trust_env=False)


@contextmanager
def stack(folder: Path, environments: Path, ports: tuple[int, int, int]) -> Iterator[Stack]:
    """Start PostgreSQL, then both servers at once, by the files of deploy/."""
    secrets = folder / "secrets"
    subprocess.run([DEPLOY / "make-secrets.sh", secrets], check=True, capture_output=True)
    database, phoenix_port, mlflow_port = ports
    said = composed()["services"]["postgres"]["environment"]
    password = (secrets / "postgres_password").read_text()
    with ExitStack() as running:
        cluster = running.enter_context(
            postgres(database, password, shlex.split(said["POSTGRES_INITDB_ARGS"]))
        )
        cluster.run_file(DEPLOY / "postgres/databases.sql", secrets)
        made = {name: installed(name, environments) for name in ("phoenix", "mlflow")}
        servers = [
            make(secrets, folder / name, made[name], port=port, database=database)
            for name, make, port in (
                ("phoenix", phoenix, phoenix_port),
                ("mlflow", mlflow, mlflow_port),
            )
        ]
        for one in servers:
            running.callback(one.kill)
            one.start()
        with ThreadPoolExecutor() as both:
            list(both.map(Service.await_health, servers))
        yield Stack(
            folder=folder,
            secrets=secrets,
            postgres=cluster,
            phoenix=servers[0],
            mlflow=servers[1],
            phoenix_url=f"http://127.0.0.1:{phoenix_port}",
            mlflow_url=f"http://127.0.0.1:{mlflow_port}",
        )
