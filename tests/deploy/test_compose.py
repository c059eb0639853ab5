"""deploy/compose.yaml: what the published schema takes, and what a team may rely on."""

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from tests.support.team.compose_file import (
    DEPLOY,
    composed,
    example_settings,
    secret_files,
    variables_used,
)
from tests.support.team.dockerfile import stages

PUBLISHED = Path(__file__).parent / "published"
SERVICES: dict[str, Any] = composed()["services"]
each_service = pytest.mark.parametrize("name", sorted(SERVICES))


def pinned(constraints: str, package: str) -> str:
    text = (DEPLOY.parent / constraints).read_text()
    match = re.search(rf"^{package}==(\S+)", text, re.MULTILINE)
    assert match is not None
    return match[1]


def test_the_published_schema_takes_it() -> None:
    schema = (PUBLISHED / "compose-spec.json").read_bytes()
    assert hashlib.sha256(schema).hexdigest().startswith("d549057ebc2925f3")
    validator = jsonschema_rs.validator_for(json.loads(schema))

    said = yaml.safe_load((DEPLOY / "compose.yaml").read_text())

    assert [error.message for error in validator.iter_errors(said)] == []
    said["services"]["watch"]["comand"] = ["watch"]
    assert not validator.is_valid(said)


def docker_compose() -> list[str] | None:
    """The command of Docker Compose 2 or newer, where there is one; Docker need not run."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) is not None:
            asked = [*command, "version", "--short"]
            said = subprocess.run(asked, capture_output=True, text=True).stdout.strip()
            if re.match(r"v?[2-9]", said):
                return command
    return None


def test_docker_compose_itself_takes_it(tmp_path: Path) -> None:
    found = docker_compose()
    if found is None:
        pytest.skip("there is no docker compose here")
    shutil.copytree(DEPLOY, tmp_path / "deploy")
    command = [*found, "-f", "compose.yaml", "config", "--format", "json"]
    done = subprocess.run(command, cwd=tmp_path / "deploy", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    services = json.loads(done.stdout)["services"].values()
    ports = [one for service in services for one in ports_of(service)]
    assert {one["host_ip"] for one in ports} == {"127.0.0.1"}


def ports_of(service: Any) -> list[Any]:
    return list(service.get("ports", []))


def test_who_can_be_reached_from_outside_and_from_where() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if ports_of(service)}

    assert published == {
        "collector": ["127.0.0.1:4317:4317", "127.0.0.1:4318:4318"],
        "phoenix": ["127.0.0.1:6006:6006"],
        "mlflow": ["127.0.0.1:5000:5000"],
    }
    networks = composed()["networks"]
    open_ones = {name for name, said in networks.items() if not (said or {}).get("internal")}
    assert open_ones == {"front"}
    assert {name for name in SERVICES if "front" in SERVICES[name]["networks"]} == set(published)
    assert SERVICES["postgres"]["networks"] == ["database"]


@each_service
def test_a_service_can_do_no_more_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["user"].split(":")[0]) > 0
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert not {"privileged", "cap_add", "network_mode", "pid", "devices"} & set(service)
    assert service["restart"] == "unless-stopped"
    assert service["logging"]["options"]["max-size"]


@each_service
def test_a_service_says_whether_it_is_well_and_waits_for_what_it_needs(name: str) -> None:
    service = SERVICES[name]
    if "build" in service:
        assert stages()[service["build"]["target"]].health()
    else:
        assert service["healthcheck"]["test"][0] == "CMD"
    assert {said["condition"] for said in service.get("depends_on", {}).values()} <= {
        "service_healthy"
    }
    needed = {"collector": {"watch"}, "watch": {"phoenix", "mlflow"}, "postgres": set()}
    assert set(service.get("depends_on", {})) == needed.get(name, {"postgres"})


@each_service
def test_an_image_is_a_version_and_no_moving_name(name: str) -> None:
    repository, _, tag = SERVICES[name]["image"].rpartition(":")
    assert re.match(r"\d+\.\d+", tag), SERVICES[name]["image"]
    assert repository


def test_versions_are_those_that_are_pinned() -> None:
    tags = {name: service["image"].rpartition(":")[2] for name, service in SERVICES.items()}

    assert tags["phoenix"] == pinned("constraints-phoenix.txt", "arize-phoenix")
    assert tags["mlflow"] == pinned("constraints-mlflow.txt", "mlflow")
    assert tags["collector"] == stages()["collector"].base.rpartition(":")[2]
    assert f'version = "{tags["watch"]}"' in (DEPLOY.parent / "pyproject.toml").read_text()


def test_whatever_is_named_is_there_and_whatever_is_there_is_used() -> None:
    whole = composed()
    used: dict[str, set[str]] = {"networks": set(), "volumes": set(), "secrets": set()}
    used["configs"] = set()
    for service in SERVICES.values():
        used["networks"] |= set(service["networks"])
        used["volumes"] |= {one.partition(":")[0] for one in service.get("volumes", [])}
        used["secrets"] |= set(secret_files(service).values())
        used["configs"] |= {one["source"] for one in service.get("configs", [])}
    assert used == {kind: set(whole[kind]) for kind in used}
    for config in whole["configs"].values():
        assert (DEPLOY / config["file"]).is_file()
    for service in SERVICES.values():
        if build := service.get("build"):
            assert (DEPLOY / build["context"] / build["dockerfile"]).is_file()
            assert build["target"] in stages()


def test_no_secret_stands_in_a_file(tmp_path: Path) -> None:
    made = tmp_path / "secrets"
    subprocess.run([DEPLOY / "make-secrets.sh", made], check=True, capture_output=True)
    files = {Path(one["file"]) for one in composed()["secrets"].values()}

    assert files == {Path("secrets") / one.name for one in made.iterdir()}
    secret = re.compile(r"(?i)(password|secret|token|key)$")
    for name, service in SERVICES.items():
        plain = [one for one in service.get("environment", {}) if secret.search(one)]
        assert plain == [], name
    assert not [one for one in example_settings() if secret.search(one)]
    ignored = (DEPLOY / ".gitignore").read_text().split()
    assert set(ignored) == {"/secrets/", "/.env"}


def test_each_setting_has_a_default_and_stands_in_the_example() -> None:
    used, shown = variables_used(), example_settings()

    assert used == shown


def test_phoenix_is_as_closed_as_under_up() -> None:
    from midspan.pipelines.servers import Phoenix

    usual = Phoenix().settings(Path("/data"), 6006)
    usual["PHOENIX_HOST"] = "0.0.0.0"
    said = SERVICES["phoenix"]["environment"]

    assert {name: said.get(name) for name in usual} == usual
    assert said["PHOENIX_ENABLE_AUTH"] == "true"


def test_mlflow_asks_who_it_is_and_which_name_it_was_called_by() -> None:
    from midspan.pipelines.servers import Mlflow

    said = SERVICES["mlflow"]
    assert "--app-name=basic-auth" in said["command"]
    assert [one for one in said["command"] if one.startswith("--allowed-hosts=mlflow:5000,")]
    usual = Mlflow().settings(Path("/data"), 5000)
    assert {name: said["environment"].get(name) for name in usual} == usual
