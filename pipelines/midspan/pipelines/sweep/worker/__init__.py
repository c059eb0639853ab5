"""Runs agents: each supervised, recorded, within its budget, and with exactly one outcome."""

from midspan.pipelines.sweep.worker.crew import Tries
from midspan.pipelines.sweep.worker.events import Event, RunBegun, RunEnded, Told, WorkBegun
from midspan.pipelines.sweep.worker.stopping import Stopping
from midspan.pipelines.sweep.worker.working import Worked, how_they_stand, work

__all__ = [
    "Event",
    "RunBegun",
    "RunEnded",
    "Stopping",
    "Told",
    "Tries",
    "WorkBegun",
    "Worked",
    "how_they_stand",
    "work",
]
