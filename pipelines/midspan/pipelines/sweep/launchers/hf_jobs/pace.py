"""How long things are waited for while jobs go on."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from midspan.pipelines.sweep.launchers.hf_jobs.patience import Patience

LATE: Final = 60.0
"""Seconds after a job's end in which files may still reach the bucket."""
FETCHED_EVERY: Final = 30.0
"""Seconds between looks into the bucket while jobs go on."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Seconds between looks, and how patiently the Hub is asked; tests are in more of a hurry."""

    late: float = LATE
    fetched_every: float = FETCHED_EVERY
    patience: Patience = field(default_factory=Patience)
    clock: Callable[[], float] = time.monotonic
