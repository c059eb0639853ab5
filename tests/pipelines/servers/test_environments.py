import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.servers import Home, environments, installing, pins
from midspan.scorers.errors import SurroundingsError


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one tiny package, the only place that installers may look at."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    info = "tiny-1.0.dist-info"
    with zipfile.ZipFile(shelf / "tiny-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny.py", "SIZE = 'tiny'\n")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        tags = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        wheel.writestr(f"{info}/WHEEL", tags)
        wheel.writestr(f"{info}/RECORD", f"tiny.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n")
    for prefix in ("UV", "PIP"):
        monkeypatch.setenv(f"{prefix}_FIND_LINKS", str(shelf))
        monkeypatch.setenv(f"{prefix}_NO_INDEX", "1")
    package = tmp_path / "package"
    package.mkdir()
    (package / "constraints-tiny.txt").write_text("tiny==1.0\n")
    monkeypatch.setattr(pins, "PACKAGE", package)
    return shelf


@pytest.fixture
def tiny_home(tmp_path: Path) -> Home:
    return Home.at(tmp_path / "home")


def size_of(python: Path) -> str:
    program = "import tiny; print(tiny.SIZE)"
    return subprocess.run(
        [python, "-I", "-c", program], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_an_environment_is_made_once(shelf: Path, tiny_home: Home, stub: Any) -> None:
    recipe = stub(name="tiny", package="tiny", port=1)
    said: list[str] = []

    python = environments.ensure(recipe, tiny_home, said.append)

    assert size_of(python) == "tiny"
    assert [line.rpartition(" in ")[0] or line for line in said] == [
        "tiny: installing 1.0, once; it takes about a minute",
        "tiny: installed",
    ]
    log = tiny_home.log("tiny-install").read_text()
    assert f"$ {' '.join(installing.find_uv(tiny_home) or [])} venv" in log
    before = (python.parent.parent / environments.MARKER).stat().st_mtime_ns
    said.clear()
    assert environments.ensure(recipe, tiny_home, said.append) == python
    assert (python.parent.parent / environments.MARKER).stat().st_mtime_ns == before
    assert said == []


def test_without_uv_pip_does_it(
    shelf: Path, tiny_home: Home, stub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environments, "find_uv", lambda _home: None)

    python = environments.ensure(stub(name="tiny", package="tiny", port=1), tiny_home)

    assert size_of(python) == "tiny"


def test_an_interrupted_installation_is_made_again(shelf: Path, tiny_home: Home, stub: Any) -> None:
    recipe = stub(name="tiny", package="tiny", port=1)
    python = environments.ensure(recipe, tiny_home)
    (python.parent.parent / environments.MARKER).unlink()
    leftover = python.parent.parent / "leftover"
    leftover.touch()

    assert environments.interpreter(recipe, tiny_home) is None
    environments.ensure(recipe, tiny_home)

    assert not leftover.exists()
    assert environments.interpreter(recipe, tiny_home) == python


def test_other_pins_are_another_environment(shelf: Path, tiny_home: Home, stub: Any) -> None:
    recipe = stub(name="tiny", package="tiny", port=1)
    before = environments.directory(recipe, tiny_home)

    pins.constraints_file("tiny").write_text("tiny==1.1\n")

    assert environments.directory(recipe, tiny_home) != before


def test_a_failed_installation_shows_what_the_installer_said(
    shelf: Path, tiny_home: Home, stub: Any
) -> None:
    recipe = stub(name="tiny", package="tiny", port=1)
    (shelf / "tiny-1.0-py3-none-any.whl").unlink()

    with pytest.raises(SurroundingsError, match=r"cannot install tiny 1\.0") as caught:
        environments.ensure(recipe, tiny_home)

    assert "\n  | " in str(caught.value)
    assert caught.value.fix == "When the cause is mended, run it again: midspan up tiny"
    assert environments.interpreter(recipe, tiny_home) is None
