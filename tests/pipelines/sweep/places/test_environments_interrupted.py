import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from midspan.pipelines.sweep.places.environments import Environment
from tests.support.shop_library import Library

BUILDER = """
import sys
from pathlib import Path
from midspan.pipelines.servers import Home
from midspan.pipelines.sweep.places.environments import Environment
from midspan.pipelines.sweep.places.mirrors import Mirror
from midspan.scorers.suite import Target

repository, sha, cache = sys.argv[1:]
mirror = Mirror(repository=repository, cache=Path(cache))
mirror.fetch(sha, "v1.0")
Environment(
    target=Target(repository=repository), sha=sha, mirror=mirror, home=Home.of_user()
).build("v1.0", print)
"""

Builder = Callable[[], "subprocess.Popen[str]"]


@pytest.fixture
def builder(library: Library, cache: Path) -> Iterator[Builder]:
    """Starts processes that build the environment of v1.0; none is left behind."""
    started: list[subprocess.Popen[str]] = []
    sha = library.git("rev-parse", "v1.0^{commit}")

    def start() -> "subprocess.Popen[str]":
        words = [sys.executable, "-c", BUILDER, str(library.path), sha, str(cache)]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Builds wait for as long as this file is there; each says in `builds` that it began."""
    hold = tmp_path / "hold"
    hold.touch()
    monkeypatch.setenv("SHOP_HOLD", str(hold))
    monkeypatch.setenv("SHOP_BUILDS", str(tmp_path / "builds"))
    yield hold
    hold.unlink(missing_ok=True)


def builds(hold: Path) -> int:
    told = hold.with_name("builds")
    return len(told.read_text().splitlines()) if told.exists() else 0


def until(holds: Callable[[], bool]) -> None:
    for _ in range(1500):
        if holds():
            return
        time.sleep(0.02)
    pytest.fail("it never came to that")


def said_by(environment: Environment) -> str:
    program = [str(environment.venv / "bin" / "shop"), "says"]
    return subprocess.run(program, check=True, capture_output=True, text=True).stdout


def test_two_processes_build_it_once(
    builder: Builder, make: Callable[..., Environment], held: Path
) -> None:
    first = builder()
    until(lambda: builds(held) == 1)
    second = builder()
    assert second.stdout is not None
    assert second.stdout.readline() == "v1.0: another process builds its environment; waiting\n"
    held.unlink()

    outputs = [process.communicate(timeout=60) for process in (first, second)]

    assert [process.returncode for process in (first, second)] == [0, 0], outputs
    assert builds(held) == 1
    assert said_by(make()) == "shop 1.0 says\n"


def test_what_a_killed_process_left_is_built_anew(
    builder: Builder, make: Callable[..., Environment], held: Path
) -> None:
    killed = builder()
    until(lambda: builds(held) == 1)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    environment = make()
    part = environment.folder.with_name(f"{environment.folder.name}.part")
    assert part.is_dir()
    assert not environment.is_ready
    held.unlink()

    environment.build("v1.0")

    assert builds(held) == 2
    assert not part.exists()
    assert said_by(environment) == "shop 1.0 says\n"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"LARGE": ""}, "cannot be installed: uv ended with "),
        ({"DATA": "#" * 600_000}, "git reset was ended by SIGXFSZ in "),
    ],
)
def test_a_full_disk_is_told_as_such(
    make: Callable[..., Environment], library: Library, files: dict[str, str], told: str
) -> None:
    sha = library.release("3.0", **files)
    environment = make("v3.0")
    # A limit on the size of files is met as a full disk is: in the middle of writing.
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))\n"
    words = [environment.target.repository, sha, str(environment.mirror.cache)]

    done = subprocess.run(
        [sys.executable, "-c", limit + BUILDER, *words], capture_output=True, text=True
    )

    assert done.returncode == 1
    assert told in done.stderr
    assert done.stderr.rstrip().endswith(
        "Allow larger files (ulimit -f unlimited), then run the same command again."
    )
    assert not environment.is_ready
    environment.build("v3.0")
    assert said_by(environment) == "shop 3.0 says\n"
