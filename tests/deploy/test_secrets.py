"""How secrets are made, and how they reach one command and nobody else."""

import os
import re
import stat
import subprocess
from pathlib import Path

import pytest

from tests.support.team.compose_file import DEPLOY

MAKE, WITH = DEPLOY / "make-secrets.sh", DEPLOY / "with-secrets.sh"


def make(directory: Path) -> str:
    return subprocess.run([MAKE, directory], check=True, capture_output=True, text=True).stdout


def with_secrets(directory: Path, *command: str) -> subprocess.CompletedProcess[str]:
    variables = {"PATH": os.environ["PATH"], "CREDENTIALS_DIRECTORY": str(directory)}
    return subprocess.run([WITH, *command], env=variables, capture_output=True, text=True)


@pytest.mark.parametrize("script", [MAKE, WITH])
def test_scripts_can_be_run(script: Path) -> None:
    assert os.access(script, os.X_OK)


def test_each_secret_is_its_own_and_long_and_nobody_else_gets_to_them(tmp_path: Path) -> None:
    made = tmp_path / "secrets"

    make(made)

    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    values = {path.name: path.read_text() for path in made.iterdir()}
    assert all(re.fullmatch(r"Kk1-[0-9a-f]{40}", value) for value in values.values())
    copies = {"phoenix_api_key", "mlflow_watch_password"}
    assert len({values[name] for name in values.keys() - copies}) == len(values) - 2 == 10
    assert values["phoenix_api_key"] == values["phoenix_admin_secret"]
    assert values["mlflow_watch_password"] == values["mlflow_admin_password"]


def test_what_is_there_stays(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / "phoenix_api_key").chmod(0o600)
    (tmp_path / "phoenix_api_key").write_text("a key of its own")
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}

    said = make(tmp_path)

    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before
    assert "made" not in said


def test_files_that_are_named_like_variables_become_variables(tmp_path: Path) -> None:
    (tmp_path / "PHOENIX_SECRET").write_text("it's $a `key`\n")
    (tmp_path / "watch_token").write_text("read as a file")

    done = with_secrets(tmp_path, "sh", "-c", 'printf %s "$PHOENIX_SECRET"; env')

    assert done.stdout.startswith("it's $a `key`")
    assert "read as a file" not in done.stdout


def test_an_empty_secret_is_no_secret(tmp_path: Path) -> None:
    (tmp_path / "PHOENIX_SECRET").touch()

    done = with_secrets(tmp_path, "echo", "started")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"with-secrets: {tmp_path}/PHOENIX_SECRET is empty\n"


def test_without_secrets_the_command_runs_all_the_same_and_its_code_is_kept(tmp_path: Path) -> None:
    assert with_secrets(tmp_path, "sh", "-c", "exit 3").returncode == 3
