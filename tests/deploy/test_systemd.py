"""The units of deploy/systemd: systemd reads them, they are closed, and say what compose says."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.team.compose_file import DEPLOY, composed, example_settings, secret_files
from tests.support.team.dockerfile import stages
from tests.support.team.units import credentials, environment, unit

UNITS = ("midspan-watch", "midspan-phoenix", "midspan-mlflow")
LOOSEST = 1.5
"""Of 10, as `systemd-analyze security` counts; what it calls OK ends at 5."""

each_unit = pytest.mark.parametrize("name", UNITS)
with_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here"
)


def analyze(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True)


def test_these_are_all() -> None:
    assert {path.stem for path in (DEPLOY / "systemd").iterdir()} == set(UNITS)


@with_systemd
@each_unit
def test_systemd_understands_it(name: str, tmp_path: Path) -> None:
    """With programs that are there: it looks whether what it starts can be started."""
    text = (DEPLOY / f"systemd/{name}.service").read_text()
    here = tmp_path / f"{name}.service"
    here.write_text(text.replace("/opt/midspan/deploy/", f"{DEPLOY}/"))

    done = analyze("verify", "--man=no", str(here))

    assert (done.returncode, done.stderr) == (0, "")
    here.write_text(here.read_text().replace("NoNewPrivileges", "NoNewPriviledges"))
    assert "NoNewPriviledges" in analyze("verify", "--man=no", str(here)).stderr


@with_systemd
@each_unit
def test_it_is_closed(name: str) -> None:
    done = analyze("security", "--offline=true", str(DEPLOY / f"systemd/{name}.service"))

    exposure = re.search(r"exposure level for \S+ ([\d.]+)", done.stdout)
    assert exposure is not None
    assert float(exposure[1]) <= LOOSEST


@each_unit
def test_it_is_started_again_and_keeps_what_it_knows_in_a_folder_of_its_own(name: str) -> None:
    said = unit(name)["Service"]

    assert said["Restart"] == ["on-failure"]
    assert said["DynamicUser"] == ["yes"]
    assert said["StateDirectory"] == [name]
    assert said["ProtectSystem"] == ["strict"]
    assert said["NoNewPrivileges"] == ["yes"]


@each_unit
def test_secrets_are_handed_over_as_in_compose(name: str) -> None:
    service = composed()["services"][name.removeprefix("midspan-")]
    expected = {
        target: f"/etc/midspan/secrets/{source}" for target, source in secret_files(service).items()
    }

    assert credentials(name) == expected
    plain = [one for one in environment(name) if re.search(r"(PASSWORD|SECRET|TOKEN|KEY)$", one)]
    assert plain == []


@each_unit
def test_it_starts_what_the_container_starts(name: str) -> None:
    """The same program and options; but on loopback, with folders and names of this machine."""
    short = name.removeprefix("midspan-")
    service = composed()["services"][short]
    stage = stages()[service["build"]["target"]]
    entry = [Path(word).name for word in stage.words("ENTRYPOINT")]
    options = service.get("command", [])
    found = shlex.split(unit(name)["Service"]["ExecStart"][0])

    assert [Path(word).name for word in found[: len(entry)]] == entry
    assert [word.partition("=")[0] for word in found[len(entry) :]] == [
        word.partition("=")[0]
        for word in options
        if word.partition("=")[0] not in {"--quiet", "--timeout", "--largest-backlog"}
    ]
    assert "0.0.0.0" not in " ".join(found)


@each_unit
def test_its_variables_are_those_of_the_container(name: str) -> None:
    """Where a value is another one, it is an address, a folder, or the name of a user."""
    service = composed()["services"][name.removeprefix("midspan-")]
    found, usual = environment(name), service["environment"]
    other = {key for key in usual if str(usual[key]) != found.get(key)}

    settings = {"MLFLOW_ALLOWED_HOSTS", "MLFLOW_ALLOWED_ORIGINS"}
    assert set(found) - set(usual) - settings == {"HOME"}
    assert {key: found[key] for key in settings & set(found)} == {
        key: example_settings()[key] for key in settings & set(found)
    }
    assert other <= {
        *("PHOENIX_HOST", "PHOENIX_WORKING_DIR", "PHOENIX_POSTGRES_HOST"),
        *("PGHOST", "MLFLOW_AUTH_CONFIG_PATH"),
    }
    assert all(found[key] for key in other)
