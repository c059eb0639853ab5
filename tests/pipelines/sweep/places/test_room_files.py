import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.places import Rooms
from midspan.pipelines.sweep.plan import SweepPlan
from tests.support.rooms import NOTHING, refused, shell
from tests.support.shop_library import Library

Planned = Callable[..., SweepPlan]
Made = Callable[[SweepPlan], Rooms]


def test_a_tier_can_check_the_target_out(planned: Planned, rooms: Made) -> None:
    plan = planned(target=NOTHING, tier="{checkout: src/shop}", revisions="v2.0")
    room = rooms(plan).make(plan.runs[0], 0)
    assert (room.directory / "src/shop/NEWS").read_text() == "a command line"
    assert shell(room, "cd src/shop && git describe --tags && git status --short") == "v2.0\n"


def test_a_tier_hands_over_files_and_arguments(
    planned: Planned, rooms: Made, tmp_path: Path
) -> None:
    skill = tmp_path / "suite" / "skill"
    (skill / "scripts").mkdir(parents=True)
    (skill / "SKILL.md").write_text("Run `shop`.")
    (skill / "scripts" / "run.sh").write_text("#!/bin/sh\necho run\n")
    (skill / "scripts" / "run.sh").chmod(0o555)
    tier = "{files: [{from: skill/, to: .skills/shop/}], agent_arguments: [--skill, .skills/shop]}"
    plan = planned(target=NOTHING, tier=tier)

    room = rooms(plan).make(plan.runs[0], 0)

    assert room.arguments == ("--skill", ".skills/shop")
    assert (room.directory / ".skills/shop/SKILL.md").read_text() == "Run `shop`."
    assert shell(room, ".skills/shop/scripts/run.sh") == "run\n"
    # Its own copy, whatever the original allows.
    script = room.directory / ".skills/shop/scripts/run.sh"
    assert script.stat().st_mode & stat.S_IWUSR
    script.write_text("changed")
    assert (skill / "scripts" / "run.sh").read_text() == "#!/bin/sh\necho run\n"


def test_files_replace_those_of_a_checkout(
    planned: Planned, rooms: Made, library: Library, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.write_text("mine")
    (library.path / "note.txt").symlink_to(outside)
    library.release("3.0")
    plan = planned(target=NOTHING, tier='{checkout: "."}', revisions="v3.0")

    room = rooms(plan).make(plan.runs[0], 0)

    assert (room.directory / "note.txt").read_text() == "a note"
    assert not (room.directory / "note.txt").is_symlink()
    assert outside.read_text() == "mine"


def test_no_file_goes_through_a_link_of_a_checkout(
    sweep: SweepFolder, planned: Planned, rooms: Made, library: Library, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (library.path / "data").symlink_to(outside)
    library.release("3.0")
    plan = planned(target=NOTHING, tier='{checkout: "."}', revisions="v3.0")

    told = refused(rooms(plan), plan, sweep)

    assert told.startswith("data/shop.csv: data in the run's directory is no folder\n")
    assert list(outside.iterdir()) == []


def test_a_file_that_is_gone_is_named(
    sweep: SweepFolder, planned: Planned, rooms: Made, tmp_path: Path
) -> None:
    plan = planned(target=NOTHING)
    (tmp_path / "suite" / "inputs" / "note.txt").unlink()
    assert "inputs/note.txt: there is no such file" in refused(rooms(plan), plan, sweep)


def test_setup_runs_as_the_agent_does(planned: Planned, rooms: Made) -> None:
    setup = "[[sh, -c, 'shop > setup.txt; pwd >> setup.txt; echo $SHELF >> setup.txt'], [touch, b]]"
    plan = planned(tier=f"{{setup: {setup}, environment: {{SHELF: '3'}}}}")
    room = rooms(plan).make(plan.runs[0], 0)
    assert (room.directory / "setup.txt").read_text() == f"shop 1.0\n{room.directory}\n3\n"
    assert (room.directory / "b").exists()


@pytest.mark.parametrize(
    ("tier", "told"),
    [
        (
            "{setup: [[sh, -c, 'echo no shelf >&2; exit 7'], [touch, /nowhere/x]]}",
            "setup command ended with 7: sh -c 'echo no shelf >&2; exit 7'\n  | no shelf",
        ),
        (
            "{setup: [[sh, -c, 'echo wait; sleep 60']], setup_seconds: 0.3}",
            "setup took more than 0.3 s, and was ended at: sh -c 'echo wait; sleep 60'\n  | wait\n"
            "Allow more in the suite: `setup_seconds`.",
        ),
        (
            "{setup: [[shopp, x]]}",
            "setup command cannot be started: shopp x: No such file or directory\n"
            "It is looked for on the PATH of the run, its revision's commands first.",
        ),
    ],
)
def test_a_setup_that_fails_is_told_with_its_end(
    sweep: SweepFolder, planned: Planned, rooms: Made, tier: str, told: str
) -> None:
    plan = planned(target=NOTHING, tier=tier)
    assert refused(rooms(plan), plan, sweep) == told
