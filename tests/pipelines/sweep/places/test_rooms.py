import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.places import RoomError, Rooms
from midspan.pipelines.sweep.plan import SweepPlan
from tests.support.rooms import NOTHING, refused, shell
from tests.support.shop_library import Library

Planned = Callable[..., SweepPlan]
Made = Callable[[SweepPlan], Rooms]


def test_a_room_is_fresh_and_has_the_files_of_the_task(planned: Planned, rooms: Made) -> None:
    plan = planned(target=NOTHING)
    made = rooms(plan)

    room = made.make(plan.runs[0], 0)
    (room.directory / "note.txt").write_text("changed")
    again = made.make(plan.runs[0], 0)

    assert again.directory == room.directory
    assert {
        str(path.relative_to(again.folder)): path.read_text()
        for path in again.folder.rglob("*")
        if path.is_file()
    } == {"work/note.txt": "a note", "work/data/shop.csv": "1,2"}
    assert again.home == again.folder / "home"
    assert list(again.home.iterdir()) == []
    other = made.make(plan.runs[0], 1, keep_earlier=True)
    assert other.directory != again.directory
    assert again.directory.exists()


def test_what_a_killed_worker_left_of_a_run_goes(planned: Planned, rooms: Made) -> None:
    plan = planned(target=NOTHING, revisions="v1.0, v2.0")
    made = rooms(plan)
    left = [made.make(plan.runs[0], launch, keep_earlier=True) for launch in (0, 1)]
    other = made.make(plan.runs[1], 0)

    room = made.make(plan.runs[0], 2)

    assert [one.folder.exists() for one in (*left, room, other)] == [False, False, True, True]


def test_an_agent_finds_the_revision_first_on_its_path(planned: Planned, rooms: Made) -> None:
    plan = planned(revisions="v1.0, v2.0")
    made = rooms(plan)
    assert made.prepare() == {}

    found = [made.make(run, 0) for run in plan.runs]

    assert [shell(room, "shop on shelf 3") for room in found] == [
        "shop 1.0 on shelf 3\n",
        "shop 2.0 on shelf 3\n",
    ]
    room = found[0]
    venv = str(room.folder / "venv")
    program = "import shop, sys; print(shop.VERSION, sys.prefix)"
    assert shell(room, f"python -c '{program}'") == f"1.0 {venv}\n"
    assert shell(room, "echo $VIRTUAL_ENV:$HOME:$TMPDIR") == (
        f"{venv}:{room.home}:{room.folder / 'tmp'}\n"
    )
    assert sorted(path.name for path in room.directory.iterdir()) == ["data", "note.txt"]


def test_what_an_agent_installs_stays_in_its_room(
    planned: Planned, rooms: Made, tmp_path: Path, library: Library
) -> None:
    plan = planned()
    made = rooms(plan)
    room = made.make(plan.runs[0], 0)
    library.git("checkout", "--quiet", "v2.0")
    install = "pip install --quiet --no-index --no-build-isolation --disable-pip-version-check"

    shell(room, f"{install} {library.path}")

    assert shell(room, "python -m pip list --format=freeze 2>&1 | grep shop") == "shop==2.0\n"
    assert shell(room, "python -c 'import shop; print(shop.VERSION)'") == "2.0\n"
    assert shell(made.make(plan.runs[0], 1), "shop") == "shop 1.0\n"


def test_only_harmless_variables_come_along(
    planned: Planned, rooms: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "HF_TOKEN", "AWS_PROFILE", "SSH_AUTH_SOCK", "MIDSPAN_SPOOL"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("https_proxy", "http://ann:secret@proxy:3128")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy:3128")
    monkeypatch.setenv("PIP_INDEX_URL", "https://ann:secret@mirror.invalid/all")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://mirror.invalid/simple")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    plan = planned(target=NOTHING, tier="{environment: {SHOP_SHELF: '3'}}")

    room = rooms(plan).make(plan.runs[0], 0)

    kept = {"LC_ALL", "LC_CTYPE", "LANGUAGE", "TZ", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES"}
    certificates = {"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}
    found = {
        name: value
        for name, value in room.environment.items()
        if name not in kept | certificates | {"NODE_EXTRA_CA_CERTS", "NO_PROXY", "http_proxy"}
    }
    assert found.pop("no_proxy").endswith("127.0.0.1,localhost")
    assert found == {
        "PATH": f"/usr/bin:/bin:{Path(sys.executable).parent}",
        "HOME": str(room.home),
        "PWD": str(room.directory),
        "TMPDIR": str(room.folder / "tmp"),
        "LANG": "de_DE.UTF-8",
        "HTTP_PROXY": "http://proxy:3128",
        "UV_DEFAULT_INDEX": "https://mirror.invalid/simple",
        "GIT_CEILING_DIRECTORIES": str(room.folder),
        "PYTHONNOUSERSITE": "1",
        "SHOP_SHELF": "3",
    }


def test_git_finds_no_repository_above_a_room(
    planned: Planned, rooms: Made, tmp_path: Path
) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    plan = planned(target=NOTHING)
    room = rooms(plan).make(plan.runs[0], 0)
    assert shell(room, "git rev-parse --show-toplevel 2>&1 || true").startswith("fatal: not a git")


def test_a_revision_that_cannot_be_built_has_no_rooms_and_others_have(
    sweep: SweepFolder, planned: Planned, rooms: Made, library: Library
) -> None:
    library.release("3.0", BROKEN="")
    plan = planned(revisions="v3.0, v1.0")
    made = rooms(plan)
    said: list[str] = []

    failed: Mapping[str, RoomError] = made.prepare(say=said.append)

    assert list(failed) == ["v3.0"]
    assert "shop: the compiler is on holiday" in str(failed["v3.0"])
    assert "the compiler is on holiday" in refused(made, plan, sweep)
    assert shell(made.make(plan.runs[1], 0), "shop") == "shop 1.0\n"
    # Tried again when one asks again, and no earlier.
    assert list(made.prepare(plan.runs[:1])) == ["v3.0"]
    assert made.prepare(plan.runs[1:]) == {}


def test_a_room_goes_whole_whatever_the_agent_did(planned: Planned, rooms: Made) -> None:
    plan = planned(target=NOTHING)
    made = rooms(plan)
    room = made.make(plan.runs[0], 0)
    outside = room.folder.parent / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    (room.directory / "link").symlink_to(outside)
    locked = room.directory / "modules" / "a"
    locked.mkdir(parents=True)
    (locked / "b").touch()
    locked.chmod(0o500)
    locked.parent.chmod(0)

    made.remove(room)
    made.remove(room)

    assert not room.folder.exists()
    assert (outside / "kept").exists()


def test_a_cache_that_cannot_be_written_is_told(planned: Planned, rooms: Made, cache: Path) -> None:
    cache.write_text("a file")
    plan = planned()
    failed = rooms(plan).prepare()
    assert str(failed["v1.0"]).startswith(f"cannot write to {cache}")
    assert os.path.isfile(cache)
