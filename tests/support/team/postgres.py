"""A PostgreSQL of one's own, from the system's programs: initdb, start, crash, start again."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MISSING = "there is no PostgreSQL here (Debian: apt-get install postgresql)"


def programs() -> Path | None:
    """The folder of initdb and pg_ctl; Debian keeps it off PATH."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return versions[-1].parent if versions else None


@dataclass(frozen=True, kw_only=True)
class Postgres:
    """A cluster on loopback, in a folder of its own."""

    programs: Path
    folder: Path
    port: int
    password: str

    @property
    def environment(self) -> dict[str, str]:
        """What libpq reads; nothing of the person's own settings."""
        return {
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "LC_ALL": "C.UTF-8",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": "postgres",
            "PGPASSWORD": self.password,
        }

    def make(self, arguments: list[str]) -> None:
        """Make the cluster; as root nobody may, so another user does."""
        (self.folder / "password").write_text(self.password)
        if unprivileged():
            for path in (self.folder, self.folder / "password"):
                shutil.chown(path, *unprivileged())
        password = f"--pwfile={self.folder / 'password'}"
        self.run("initdb", "-D", self.data, "-U", "postgres", password, *arguments)

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        log = str(self.folder / "log")
        self.run("pg_ctl", "-D", self.data, "-o", options, "-l", log, "--wait", "start")

    def crash(self) -> None:
        """End it as a power cut would: what was not committed is gone, nothing is put in order."""
        self.run("pg_ctl", "-D", self.data, "--mode=immediate", "--wait", "stop")

    def sql(self, text: str, *, database: str = "postgres") -> str:
        """What a statement answers, one value a line."""
        command = [str(self.programs / "psql"), "-XqtA", "-d", database, "-c", text]
        done = subprocess.run(command, env=self.environment, capture_output=True, check=True)
        return done.stdout.decode().strip()

    def run_file(self, script: Path, secrets: Path) -> None:
        variables = {**self.environment, "SECRETS": str(secrets)}
        command = [str(self.programs / "psql"), "-Xq", "-f", str(script)]
        done = subprocess.run(command, env=variables, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    @property
    def data(self) -> str:
        return str(self.folder / "data")

    def run(self, program: str, *arguments: str) -> None:
        user, group = unprivileged() or (None, None)
        # Output to a file: the server keeps a pipe open for as long as it runs.
        with (self.folder / "output").open("w+") as output:
            done = subprocess.run(
                [self.programs / program, *arguments],
                cwd=self.folder,
                env=self.environment,
                user=user,
                group=group,
                extra_groups=[] if user else None,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
            )
            output.seek(0)
            assert done.returncode == 0, output.read()


def unprivileged() -> tuple[str, str] | tuple[()]:
    """User and group for PostgreSQL, which does not run as root."""
    return ("nobody", "nogroup") if os.geteuid() == 0 else ()


@contextmanager
def postgres(port: int, password: str, arguments: list[str]) -> Iterator[Postgres]:
    """A cluster that runs, and is gone afterwards."""
    found = programs()
    assert found is not None, MISSING
    # Not below pytest's folders: another user may not look into them.
    with tempfile.TemporaryDirectory(prefix="midspan-pg-", ignore_cleanup_errors=True) as folder:
        cluster = Postgres(programs=found, folder=Path(folder), port=port, password=password)
        cluster.make(arguments)
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.crash()
