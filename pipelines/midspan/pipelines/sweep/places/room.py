"""Where one run works, and the error of a run that has no such place."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from midspan.scorers.errors import SurroundingsError


class RoomError(SurroundingsError):
    """A room, or what it is made of, that could not be made: the run cannot be launched."""


@dataclass(frozen=True, kw_only=True)
class Room:
    """A fresh directory for one launch of a run, and how the agent is to be started in it."""

    directory: Path
    """The agent's working directory: files of task and tier, and the checkout where one is."""
    home: Path
    """Its HOME: empty."""
    environment: Mapping[str, str]
    """All variables that the agent gets of its room; no key is among them."""
    arguments: tuple[str, ...] = ()
    """Further words on the agent's command line, as the tier says."""

    @property
    def folder(self) -> Path:
        """The folder that holds all of it, and goes when the run is over."""
        return self.directory.parent
