"""What both benchmarks of publishing need: something to publish, and what a server spends on it."""

import contextlib
import os
from pathlib import Path

from corpus import write

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace


def scored(directory: Path, traces: int) -> tuple[Workspace, int]:
    """Return a workspace of agent traces with their scores, and how many spans it has."""
    spans = write(directory / "spool", traces, files=2)
    ingest([directory / "spool"], directory / "ws")
    workspace = Workspace(directory / "ws")
    workspace.score()
    return workspace, spans


def cpu_of_family(pid: int) -> float:
    """Return the CPU time of a process and of its children, whatever they are."""
    found, ticks = {pid}, 0
    processes = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            processes.append(
                (int(stat.parent.name), int(fields[1]), int(fields[11]) + int(fields[12]))
            )
    for number, parent, spent in sorted(processes):
        if number in found or parent in found:
            found.add(number)
            ticks += spent
    return ticks / os.sysconf("SC_CLK_TCK")
