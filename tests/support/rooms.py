"""What an agent finds in a room, and why there is none."""

import subprocess

import pytest

from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.places import Room, RoomError, Rooms
from midspan.pipelines.sweep.plan import SweepPlan

NOTHING = "install: null"
"""A target of which nothing is installed: rooms without an environment, made at once."""


def shell(room: Room, line: str) -> str:
    """What a shell prints that is started as an agent is."""
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=room.directory,
        env=room.environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(rooms: Rooms, plan: SweepPlan, folder: SweepFolder) -> str:
    """Why no room can be made for the first run; nothing of it is left."""
    with pytest.raises(RoomError) as caught:
        rooms.make(plan.runs[0], 0)
    assert not folder.room_of(plan.runs[0].run_id, 0).exists()
    return str(caught.value)
