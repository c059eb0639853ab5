"""The commands of a tier that make a room ready for its agent."""

import shlex
import time

from midspan.pipelines.checks.processes import run_process
from midspan.pipelines.sweep.places.room import Room, RoomError
from midspan.scorers.suite import Tier


def set_up(tier: Tier, room: Room) -> None:
    """Run the setup commands one after the other; the first that fails ends it.

    They run as the agent will: in its directory, with its variables. What they start in the
    background is ended with them.
    """
    until = time.monotonic() + tier.setup_seconds
    for argv in tier.setup:
        shown = shlex.join(argv)
        try:
            ended = run_process(
                argv,
                directory=room.directory,
                seconds=max(0.0, until - time.monotonic()),
                variables=room.environment,
            )
        except OSError as error:
            raise RoomError(
                f"setup command cannot be started: {shown}: {error.strerror}",
                fix="It is looked for on the PATH of the run, its revision's commands first.",
            ) from None
        told = "\n".join(f"  | {line}" for line in ended.told().splitlines())
        if ended.exit_code is None:
            raise RoomError(
                f"setup took more than {tier.setup_seconds:g} s, and was ended at: {shown}\n{told}",
                fix="Allow more in the suite: `setup_seconds`.",
            )
        if ended.exit_code != 0:
            raise RoomError(f"setup command ended with {ended.exit_code}: {shown}\n{told}")
