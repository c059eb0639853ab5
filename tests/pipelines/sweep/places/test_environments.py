import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from midspan.pipelines.sweep.places import RoomError
from midspan.pipelines.sweep.places.environments import Environment
from tests.support.shop_library import Library


def said_by(environment: Environment) -> str:
    program = [str(environment.venv / "bin" / "shop"), "says"]
    return subprocess.run(program, check=True, capture_output=True, text=True).stdout


def test_each_revision_has_its_own_and_is_built_once(make: Callable[..., Environment]) -> None:
    first, second = make("v1.0"), make("v2.0")
    said: list[str] = []

    first.build("v1.0", said.append)
    second.build("v2.0", said.append)

    assert (said_by(first), said_by(second)) == ("shop 1.0 says\n", "shop 2.0 says\n")
    assert [line.rpartition(" in ")[0] or line for line in said] == [
        "v1.0: building its environment, once",
        "v1.0: built",
        "v2.0: building its environment, once",
        "v2.0: built",
    ]
    assert "\nshop==1.0\n" in first.log.read_text()
    said.clear()
    first.build("v1.0", said.append)
    assert said == []


@pytest.mark.parametrize(
    "target", [{"python": "3.12"}, {"requirements": ["tomli"]}, {"install": "./"}]
)
def test_what_is_built_otherwise_stands_elsewhere(
    make: Callable[..., Environment], target: dict[str, object]
) -> None:
    assert make(**target).folder != make().folder
    assert make().folder == make().folder


def test_requirements_are_installed_beside_it(
    make: Callable[..., Environment], tmp_path: Path
) -> None:
    other = Library.made(tmp_path / "other")
    (other.path / "pyproject.toml").write_text(
        (other.path / "pyproject.toml").read_text().replace('"shop"', '"till"')
    )
    backend = (other.path / "backend.py").read_text()
    (other.path / "backend.py").write_text(
        backend.replace("shop-", "till-")
        .replace("Name: shop", "Name: till")
        .replace('wheel.writestr("shop.py"', 'wheel.writestr("till.py"')
        .replace("shop = shop:main", "till = till:main")
    )
    environment = make(requirements=[f"till @ {other.path.as_uri()}"], install=None)

    environment.build("v1.0")

    bin_ = environment.venv / "bin"
    assert (bin_ / "till").exists()
    assert not (bin_ / "shop").exists()


def test_nothing_in_it_can_be_written(make: Callable[..., Environment]) -> None:
    environment = make()
    environment.build("v1.0")
    writable = [
        path
        for path in (environment.venv, *environment.venv.rglob("*"))
        if not path.is_symlink() and path.stat().st_mode & 0o222
    ]
    assert writable == []
    (module,) = environment.venv.glob("lib/*/site-packages/shop.py")
    # No second name of a file in uv's own cache.
    assert module.stat().st_nlink == 1


def test_an_installer_sees_no_key(
    make: Callable[..., Environment], library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_API_KEY", "sk-abcdef")
    monkeypatch.setenv("SHOP_FLAGS", "-O2")
    backend = library.path / "backend.py"
    backend.write_text(
        backend.read_text() + "\nprint(sorted(n for n in os.environ if n.startswith('SHOP')))\n"
        "raise SystemExit(3)\n"
    )
    library.commit("Look around")

    with pytest.raises(RoomError):
        make("main").build("main")

    said = make("main").log.read_text()
    assert "['SHOP_FLAGS']" in said
    assert "sk-abcdef" not in said


def test_a_failed_build_tells_its_end_and_is_tried_again(
    make: Callable[..., Environment], library: Library
) -> None:
    library.release("3.0", BROKEN="")
    environment = make("v3.0")

    for _ in range(2):
        with pytest.raises(RoomError) as caught:
            environment.build("v3.0")
        message = str(caught.value)
        assert message.startswith("v3.0 cannot be installed: uv ended with ")
        assert f"\nthe whole log: {environment.log}\n" in message
        assert "  | " in message
        assert "shop: the compiler is on holiday" in message
        assert not environment.is_ready

    left = sorted(path.name for path in environment.folder.parent.iterdir())
    assert left == [f"{environment.folder.name}.lock", f"{environment.folder.name}.log"]
