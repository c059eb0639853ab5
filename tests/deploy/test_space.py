"""deploy/space: a Space of the kind Docker that shows the demo, and can do nothing else."""

import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
import yaml

from tests.integration.conftest import unused_port
from tests.support.team.compose_file import DEPLOY, ROOT
from tests.support.team.dockerfile import stages

SPACE = stages(DEPLOY / "space/Dockerfile")
MADE, SERVED = SPACE["made"], SPACE["1"]


def test_the_hub_is_told_how_to_run_it() -> None:
    """Keys and limits as the Hub's configuration reference has them."""
    text = (DEPLOY / "space/README.md").read_text()
    _, front, body = text.split("---\n", 2)
    said = yaml.safe_load(front)

    assert said["sdk"] == "docker"
    assert SERVED.arguments("EXPOSE") == [str(said["app_port"])]
    assert len(said["short_description"]) <= 60
    colors = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
    assert {said["colorFrom"], said["colorTo"]} <= colors
    assert "push-space" in body


def test_it_installs_the_version_of_this_repository() -> None:
    install = next(text for text in MADE.arguments("RUN") if text.startswith("pip install"))
    version = install.rpartition("==")[2].strip('"')

    assert f'version = "{version}"' in (ROOT / "pyproject.toml").read_text()


def test_it_serves_as_a_user_without_rights() -> None:
    assert SERVED.arguments("USER") == ["1000:1000"]
    assert SERVED.base == MADE.base


@pytest.mark.timeout(300)
def test_its_commands_make_a_page_that_can_be_served(tmp_path: Path) -> None:
    """As they stand, but for where Python and the site are."""
    (steps,) = [text for text in MADE.arguments("RUN") if "midspan demo" in text]
    programs = Path(sys.executable).parent
    subprocess.run(
        ["/bin/sh", "-ec", steps],
        cwd=tmp_path,
        env={"PATH": f"{programs}:/usr/bin:/bin", "HOME": str(tmp_path)},
        check=True,
        capture_output=True,
    )
    port = unused_port()
    places = {"7860": str(port), "/site": str(tmp_path / "site"), "python": sys.executable}
    serve = [places.get(word, word) for word in SERVED.words("CMD")]
    health = [
        places.get(word, word.replace("127.0.0.1:7860", f"127.0.0.1:{port}"))
        for word in SERVED.health()
    ]
    with subprocess.Popen([*serve, "--bind", "127.0.0.1"], stderr=subprocess.DEVNULL) as server:
        try:
            deadline = time.monotonic() + 30
            while subprocess.run(health, capture_output=True).returncode != 0:
                assert time.monotonic() < deadline
                time.sleep(0.1)
            page = httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)
            assert page.status_code == 200
            assert "midspan-demo" in page.text
        finally:
            server.terminate()
