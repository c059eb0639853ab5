"""The settings that the processes of a watch have alike."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class SharedSettings:
    """Where all of it stands, and what runs are judged by."""

    workspace: Path
    state: Path
    """Where what is under way is kept."""

    suite: Path | None = None
    profile: Path | None = None


@dataclass(frozen=True, kw_only=True)
class WaitingSettings:
    """How long more of something is waited for."""

    quiet: float = 5.0
    """Seconds without news after which a run whose root has ended, or a closed file, is whole."""

    timeout: float = 600.0
    """Seconds without news after which what never ended is taken as it is."""
