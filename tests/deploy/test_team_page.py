"""docs/team.md speaks of what is there: files, secrets, settings, commands."""

import importlib
import re
import shlex

import click
import pytest

from midspan.instrumentation.dispatch import VERBS
from tests.support.team.compose_file import DEPLOY, ROOT, composed, variables_used

PAGE = (ROOT / "docs/team.md").read_text()
LINES = "\n".join(re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)).replace("\\\n", " ")
WHOLE = composed()


def midspan_commands() -> list[str]:
    found = re.findall(r"(?:\$ |exec watch (?:with-secrets\.sh )?|&& )(midspan [^|&#\n]+)", LINES)
    return [one.strip() for one in found]


@pytest.mark.parametrize("line", midspan_commands())
def test_a_command_has_the_options_that_it_is_given(line: str) -> None:
    _, verb, *words = shlex.split(line)
    command = importlib.import_module(VERBS[verb].module).command
    options = {one for param in command.params for one in param.opts}

    assert isinstance(command, click.Command)
    assert {
        word.split("=")[0] for word in words if word.startswith("--") and word != "--"
    } <= options


def test_commands_are_found() -> None:
    assert len(midspan_commands()) >= 5


def test_secrets_and_settings_are_those_of_compose() -> None:
    secrets = set(re.findall(r"secrets/(\w+)", PAGE))
    settings = set(re.findall(r"`([A-Z][A-Z_]+)=", PAGE))

    assert secrets <= set(WHOLE["secrets"])
    assert secrets >= {"agents_token", "phoenix_api_key", "mlflow_watch_password"}
    assert settings <= {*variables_used(), "MIDSPAN_SPOOL"}


def test_files_are_there() -> None:
    named = set(re.findall(r"\bdeploy/[\w./*$-]+\w", PAGE))
    assert {
        one for one in named if not (ROOT / one).exists() and not set(one) & {"*", "$"}
    } == set()


def test_services_ports_and_volumes_are_those_of_compose() -> None:
    services = set(re.findall(r"docker compose exec (?:-T )?(\w+)", LINES))
    volumes = re.search(r"for volume in ([\w ]+);", LINES)
    published = {
        int(port.rpartition(":")[2])
        for service in WHOLE["services"].values()
        for port in service.get("ports", [])
    }

    assert services <= set(WHOLE["services"])
    assert volumes is not None
    assert set(volumes[1].split()) == set(WHOLE["volumes"]) - {"database", "queue"}
    rows = re.findall(r"^\| ([\d, ]+) \|.*on 127.0.0.1 \|$", PAGE, re.MULTILINE)
    assert {int(port) for row in rows for port in row.split(",")} == published


def test_units_are_all_started() -> None:
    (started,) = re.findall(r"systemctl enable --now (.+)", LINES)

    assert set(started.split()) == {path.stem for path in (DEPLOY / "systemd").iterdir()}


def test_links_of_the_index_lead_somewhere() -> None:
    for page in (DEPLOY / "README.md", DEPLOY / "space/README.md"):
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            assert (page.parent / link).exists(), link
