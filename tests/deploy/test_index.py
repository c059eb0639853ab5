"""deploy/README.md names each file, and each file is exercised by a test that names it."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.team.compose_file import DEPLOY, ROOT

FILES = sorted(
    Path(line).relative_to("deploy")
    for line in subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "deploy"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
)
EXERCISED = {
    ".env.example": "test_compose.py::test_each_setting_has_a_default_and_stands_in_the_example",
    ".gitignore": "test_compose.py::test_no_secret_stands_in_a_file",
    "Dockerfile": "test_images.py::test_the_image_of_midspan_can_watch",
    "README.md": "test_index.py::test_the_index_names_every_file",
    "collector.yaml": "test_collector.py::test_every_setting_is_one_that_the_collector_knows",
    "compose.yaml": "test_compose.py::test_the_published_schema_takes_it",
    "healthy.py": "test_images.py::test_the_health_check_tells_well_from_ill",
    "hf-job/README.md": "test_index.py::test_the_index_names_every_file",
    "hf-job/job.py": "../pipelines/sweep/launchers/test_job_script.py",
    "make-secrets.sh": "test_secrets.py::test_what_is_there_stays",
    "mlflow-auth.ini": "../integration/test_topology.py::test_both_keep_everything_in_postgres",
    "postgres/databases.sql": (
        "../integration/test_topology.py::test_each_server_gets_into_its_own_databases_alone"
    ),
    "requirements-mlflow.txt": "test_images.py::test_a_server_brings_nothing_that_is_not_pinned",
    "requirements-phoenix.txt": "test_images.py::test_a_server_brings_nothing_that_is_not_pinned",
    "space/Dockerfile": "test_space.py::test_its_commands_make_a_page_that_can_be_served",
    "space/README.md": "test_space.py::test_the_hub_is_told_how_to_run_it",
    "systemd/midspan-mlflow.service": "test_systemd.py::test_systemd_understands_it",
    "systemd/midspan-phoenix.service": "test_systemd.py::test_systemd_understands_it",
    "systemd/midspan-watch.service": "test_systemd.py::test_systemd_understands_it",
    "with-secrets.sh": "test_secrets.py::test_an_empty_secret_is_no_secret",
}


def test_the_index_names_every_file() -> None:
    links = set(re.findall(r"\]\(([^)]+)\)", (DEPLOY / "README.md").read_text()))
    named = {link for link in links if not link.startswith("..")}

    assert named == {str(path) for path in FILES} - {"README.md", ".gitignore"}


def test_each_file_is_exercised() -> None:
    assert {str(path) for path in FILES} == set(EXERCISED)


@pytest.mark.parametrize("test", sorted(set(EXERCISED.values())))
def test_what_exercises_it_is_there(test: str) -> None:
    file, _, name = test.partition("::")
    text = (Path(__file__).parent / file).read_text()
    assert f"def {name}(" in text if name else "def test_" in text
